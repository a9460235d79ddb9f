import type { KeyedRequest } from "../context.ts";
import type { Database } from "../db/client.ts";
import { type Claim, markUsed, type StoredAnswer } from "./idempotency-keys.ts";
import { Problem } from "./problem.ts";

const MAX_KEPT_BYTES = 262_144;
const KEPT_HEADERS = ["content-type", "etag"];

/** A request with an Idempotency-Key. */
export class KeyHolder implements KeyedRequest {
  readonly #claim: Claim;
  #answer: StoredAnswer | null = null;
  #stored = false;

  constructor(claim: Claim) {
    this.#claim = claim;
  }

  /** Whether its response is stored with its effect. */
  get isAnswered(): boolean {
    return this.#stored;
  }

  answer(answer: StoredAnswer): void {
    this.#answer = answer;
  }

  async storeWith(tx: Database): Promise<void> {
    if (!(await markUsed(tx, this.#claim, this.#answer))) throw inProgress();
    this.#stored = this.#answer !== null;
  }
}

/** The part of a response that is stored: no body when it is secret or too large. */
export async function storedAnswer(response: Response): Promise<StoredAnswer> {
  const secret = /no-store/.test(response.headers.get("cache-control") ?? "");
  const text = secret ? null : await response.clone().text();
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  return {
    status: response.status,
    body: { text: text !== null && text.length <= MAX_KEPT_BYTES ? text : null, headers },
  };
}

export function inProgress(): Problem {
  return new Problem(
    409,
    "request_in_progress",
    "The first request with this Idempotency-Key is still running.",
    { headers: { "retry-after": "1" } },
  );
}

export function answerNotKept(): Problem {
  return new Problem(
    409,
    "answer_not_kept",
    "The first request with this Idempotency-Key succeeded; its answer is not stored.",
  );
}

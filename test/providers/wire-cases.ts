/**
 * Cases of what model providers send, byte for byte, and what Atelier makes of it: how the answer ends, what it
 * says, and what it costs.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { factsOf } from "../../src/features/generation/finish-answer.ts";
import { writeAnswer } from "../../src/features/generation/write-answer.ts";
import { billableUsage } from "../../src/features/metering/billable-usage.ts";
import { costMicroUsd } from "../../src/features/metering/price-call.ts";
import { type ConnectableKind, createAdapter, flatPrices } from "../../src/providers/index.ts";
import { aHold } from "../support/hold.ts";
import { aRunningAnswer } from "../support/running-answer.ts";
import { type RawAnswer, RawServer } from "./raw-server.ts";

export interface WireCase extends RawAnswer {
  /** Status, and behind a colon the code of what a reader is told. */
  ends: string;
  text?: string;
  reasoning?: string;
  /** `input/output` tokens that are charged; `+60r` of the cache, `+30w` into it. */
  usage: string;
  /** At {@link PRICES}. */
  cost: number;
  /** Requests that reach the provider; one, unless the first are refused for a passing cause. */
  requests?: number;
}

export const JSON_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json";

/** The answer of most cases: "Hello.", counted by the provider as 100 tokens of input and 10 of output. */
export const hello = { ends: "complete", text: "Hello.", usage: "100/10", cost: 120 };

/** The whole of that answer in these bytes. */
export function whole(body: string, head?: string): WireCase {
  return { ...hello, body, ...(head === undefined ? {} : { head }) };
}

/** Nothing of the format came, so nothing is charged. */
export function foreign(body: string, head = JSON_HEAD): WireCase {
  return { head, body, ends: "failed: malformed", usage: "0/0", cost: 0 };
}

/** A refusal, which nobody charges for; three requests where the cause may pass. */
export function refused(body: string, code: string, requests = 1): WireCase {
  return { body, ends: `failed: ${code}`, usage: "0/0", cost: 0, requests };
}

/** Micro-USD per million tokens: 1 micro-USD for a token of input, 0.1 from and 1.25 into the cache, 2 of output. */
const PRICES = { input: 1_000_000, cacheRead: 100_000, cacheWrite: 1_250_000, output: 2_000_000 };
/** What the prompt is charged at where the provider does not count it. */
export const ESTIMATED_INPUT = 363;

// Held without a higher price for the cache, so that estimated input is plain input.
const hold = aHold({
  priceTiers: flatPrices({ ...PRICES, cacheWrite: PRICES.input }, "test").tiers,
  inputTokens: ESTIMATED_INPUT,
});

/** Longer than a test may take. */
const NEVER_MS = 600_000;

/** Runs each case twice, a connection that stays open once: with the body in one write, and in small pieces. */
export function wireSuite(kind: ConnectableKind, cases: Record<string, Record<string, WireCase>>) {
  describe(`bytes of a provider that speaks ${kind}`, () => {
    const server = new RawServer();
    beforeAll(() => {
      server.start();
    });
    afterAll(() => server.stop());
    for (const [area, named] of Object.entries(cases)) {
      describe(area, () => {
        test.each(Object.entries(named))("%s", async (_, expected) => {
          const { ends, text = "", reasoning = "", usage, cost, requests = 1, ...raw } = expected;
          const right = { ends, text, reasoning, usage, cost, requests };
          expect(await answered(server, kind, raw)).toEqual(right);
          if (raw.open !== undefined) return;
          expect(await answered(server, kind, { pieces: 7, ...raw })).toEqual(right);
        });
      });
    }
  });
}

async function answered(server: RawServer, kind: ConnectableKind, raw: RawAnswer) {
  const address = server.answer(raw);
  const adapter = createAdapter({ kind, apiKey: "key", baseUrl: address, retry: { baseMs: 0 } });
  const answer = aRunningAnswer();
  const idleMs = raw.open === undefined ? 5_000 : NEVER_MS;
  const outcome = await writeAnswer(answer, adapter, idleMs, () => undefined);
  const usage = billableUsage(hold, factsOf(answer, outcome));
  const code = outcome.reason ?? outcome.error?.code;
  const cached = `${usage.cacheReadTokens ? `+${usage.cacheReadTokens}r` : ""}${usage.cacheWriteTokens ? `+${usage.cacheWriteTokens}w` : ""}`;
  return {
    ends: code === undefined ? outcome.status : `${outcome.status}: ${code}`,
    text: answer.text,
    reasoning: answer.reasoning,
    usage: `${usage.inputTokens}${cached}/${usage.outputTokens}`,
    cost: costMicroUsd(PRICES, usage),
    requests: server.requestsTo(address),
  };
}

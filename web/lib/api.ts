import createClient from "openapi-fetch";
import { toApiError } from "./api-error.ts";
import type { paths } from "./api-schema.ts";
import { refused } from "./refused.ts";

/** How long a call may take, in ms, unless it says otherwise. */
const TIMEOUT = 30_000;

/**
 * Sends a request that may take this long, in ms. Throws ApiError for refusals and network failures,
 * the caller's own reason when the caller aborts.
 */
export function within(timeout: number): (request: Request) => Promise<Response> {
  return async (request) => {
    const limit = AbortSignal.timeout(timeout);
    let response: Response;
    try {
      response = await fetch(request, { signal: AbortSignal.any([request.signal, limit]) });
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw toApiError(error);
    }
    if (response.ok) return response;
    const text = await response.text().catch(() => "");
    throw refused(response.status, text, response.headers.get("x-request-id"));
  };
}

// Outside a browser, in unit tests, there is no page for an address to be relative to.
const origin = typeof location === "undefined" ? "http://localhost" : location.origin;

/**
 * The API, one method per verb. Paths, parameters, bodies and answers are checked against the types
 * of the OpenAPI document; refusals and failures are thrown as ApiError.
 */
export const api = createClient<paths>({
  baseUrl: `${origin}/api/v1`,
  headers: { accept: "application/json" },
  fetch: within(TIMEOUT),
});

type Answer<T> = { data: T; error?: never } | { data?: never; error: object };

/** The body of a call's answer. */
export async function read<T>(call: Promise<Answer<T>>): Promise<T> {
  const answer = await call;
  // Refusals were thrown before they came to be answers.
  if (answer.error !== undefined) throw toApiError(answer.error);
  return answer.data;
}

/** The values of a path's places: `api.GET("/threads/{threadId}", at({ threadId }))`. */
export function at<Places>(path: Places): { params: { path: Places } } {
  return { params: { path } };
}

/** Headers of a change that was made to this version; a newer one on the server answers 412. */
export function ifMatch(version: number): { "if-match": string } {
  return { "if-match": `"v${version}"` };
}

/** A key for one intended write; the same key on every retry of it. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}

/** Headers of a write whose retry answers as the first one did. */
export function once(key: string = newIdempotencyKey()): { "idempotency-key": string } {
  return { "idempotency-key": key };
}

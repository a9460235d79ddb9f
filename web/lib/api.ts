import createClient from "openapi-fetch";
import { toApiError } from "./api-error.ts";
import type { paths } from "./api-schema.ts";
import { refused } from "./refused.ts";

/** Default timeout of a call, in ms. */
const TIMEOUT = 30_000;

/**
 * A fetch with this timeout in ms. Throws ApiError for refusals and network failures, and the caller's own
 * reason when the caller aborts.
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

// In unit tests there is no page that an address could be relative to.
const origin = typeof location === "undefined" ? "http://localhost" : location.origin;

/**
 * The API client, one method per HTTP verb. Paths, parameters, bodies and responses are typed by the OpenAPI
 * document; refusals and failures are thrown as ApiError.
 */
export const api = createClient<paths>({
  baseUrl: `${origin}/api/v1`,
  headers: { accept: "application/json" },
  fetch: within(TIMEOUT),
});

type Answer<T> = { data: T; error?: never } | { data?: never; error: object };

/** The body of a call's response. */
export async function read<T>(call: Promise<Answer<T>>): Promise<T> {
  const answer = await call;
  // Refusals were thrown already.
  if (answer.error !== undefined) throw toApiError(answer.error);
  return answer.data;
}

/** Path parameters: `api.GET("/threads/{threadId}", at({ threadId }))`. */
export function at<Places>(path: Places): { params: { path: Places } } {
  return { params: { path } };
}

/** Headers of a change based on this version; the server answers 412 when there is a newer one. */
export function ifMatch(version: number): { "if-match": string } {
  return { "if-match": `"v${version}"` };
}

/** An idempotency key for one intended write; retries use the same key. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}

/** Headers of a write that may be retried without a second effect. */
export function once(key: string = newIdempotencyKey()): { "idempotency-key": string } {
  return { "idempotency-key": key };
}

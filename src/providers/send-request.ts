/** Sends the request of a streamed call and tells an answer from a refusal by its status. */

import { errorFromResponse, providerError } from "./errors.ts";
import { type ByteRead, type ByteReader, readPlain } from "./plain-body.ts";
import { ProviderError } from "./port.ts";
import { secretsIn } from "./request-headers.ts";

/** How much of an error body is read. */
const MAX_ERROR_CHARS = 64 * 1024;

/** The part of `fetch` that is used; replaced by tests and by the private address check. */
export type FetchLike = (url: string, init: BunFetchRequestInit) => Promise<Response>;

export interface WireRequest {
  url: string;
  headers: Record<string, string>;
  body: unknown;
  fetch: FetchLike;
}

/**
 * Sends a request and returns the response body of a success, whatever its content type.
 * @param onBillable as in {@link ProviderCall}; a success with a body stays billable.
 * @throws {ProviderError} for an error response, and when there is no response.
 */
export async function sendRequest(
  request: WireRequest,
  signal: AbortSignal,
  onBillable: (billable: boolean) => void,
): Promise<ByteReader> {
  const headers = headersOf(request);
  onBillable(true);
  const response = await request
    .fetch(request.url, {
      method: "POST",
      headers,
      body: JSON.stringify(request.body),
      // A redirect would carry key and prompt to an address that was not configured.
      redirect: "manual",
      // Bun fails on bodies that are not compressed as labelled.
      decompress: false,
      signal,
    })
    .catch((error: unknown) => {
      if (wasNeverSent(error)) onBillable(false);
      throw providerError("unreachable");
    });
  const reader = readPlain(response);
  if (response.ok && reader) return reader;
  onBillable(false);
  if (response.ok) throw foreignAnswer();
  const text = reader ? await readText(reader) : "";
  const secrets = secretsIn(request.headers);
  throw errorFromResponse(response.status, response.headers, text, secrets);
}

/** The error for a success whose body is not of the format, such as another server's page. */
export function foreignAnswer(): ProviderError {
  const sentence = "The provider answered in another format than the one chosen for it.";
  return new ProviderError("malformed", sentence, { retryable: false });
}

function headersOf(request: WireRequest): Headers {
  try {
    return new Headers({
      "content-type": "application/json",
      accept: "text/event-stream",
      // Compression saves nothing on a stream of small events and delays them on some proxies.
      "accept-encoding": "identity",
      ...request.headers,
    });
  } catch {
    // For example a line break in a pasted key; the thrown message would quote it.
    throw providerError("bad_key");
  }
}

/** Name resolution, connect and TLS errors: no byte of the request was sent. */
const BEFORE_SENDING =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|ERR_INVALID_URL|ERR_TLS_\w+|UNABLE_TO_\w+|\w*CERT\w*)$/;

/** A connection lost without a response may have carried the request; our own address check has no code. */
function wasNeverSent(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return code === undefined || BEFORE_SENDING.test(String(code));
}

async function readText(reader: ByteReader): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < MAX_ERROR_CHARS) {
    // The received part of a broken body is all that can be known.
    const { done, value } = await reader.read().catch((): ByteRead => ({ done: true }));
    if (done) break;
    text += decoder.decode(value);
  }
  return text;
}

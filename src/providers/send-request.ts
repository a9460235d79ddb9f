/** Sends the request of a streamed call and tells an answer from a refusal. */

import { errorFromEvent, errorFromResponse, providerError } from "./errors.ts";
import type { ProviderError } from "./port.ts";

/** How much of an error body is read. */
const MAX_ERROR_CHARS = 64 * 1024;

/** The part of `fetch` that is used; replaced by tests and by the private address check. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

export interface WireRequest {
  url: string;
  headers: Record<string, string>;
  body: unknown;
  fetch: FetchLike;
}

/** The part of a body's reader that is used. */
export interface ByteReader {
  read(): Promise<ByteRead>;
}

export interface ByteRead {
  done: boolean;
  value?: Uint8Array | undefined;
}

/**
 * Sends a request and returns the response body once its head shows a stream.
 * @param onBillable as in {@link ProviderCall}; a 2xx without a stream or an error stays billable.
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
      signal,
    })
    .catch((error: unknown) => {
      if (wasNeverSent(error)) onBillable(false);
      throw providerError("unreachable");
    });
  const reader = response.body?.getReader();
  if (response.ok && reader && !isDocument(response)) return reader;
  if (!response.ok) onBillable(false);
  const text = reader ? await readText(reader) : "";
  if (!response.ok) {
    const sent = Object.values(request.headers).map((value) => value.replace(/^Bearer /, ""));
    throw errorFromResponse(response.status, response.headers, text, sent);
  }
  const error = errorOfDocument(text);
  if (error) onBillable(false);
  throw error ?? providerError("malformed");
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

/** A 200 with a document instead of a stream: an error object, or another server's page. */
function isDocument(response: Response): boolean {
  return /json|html/.test(response.headers.get("content-type") ?? "");
}

/** Some gateways always answer 200, with the error as the whole document. */
function errorOfDocument(text: string): ProviderError | undefined {
  try {
    const { error } = Object(JSON.parse(text));
    return error ? errorFromEvent({ error }) : undefined;
  } catch {
    return undefined;
  }
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

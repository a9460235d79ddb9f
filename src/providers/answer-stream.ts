/**
 * One streamed call over HTTP: what every wire format shares. Sends the request, watches for silence,
 * aborts and cuts, and hands each event to the format's decoder.
 */

import { errorFromEvent, errorFromResponse, providerError } from "./errors.ts";
import { createEventReader } from "./event-stream.ts";
import {
  type ProviderCall,
  ProviderError,
  type ProviderErrorCode,
  type ProviderEvent,
} from "./port.ts";
import { createTextGuard } from "./text-guard.ts";
import { watchSilence } from "./watch-silence.ts";

/** How much of an error's body is read. */
const MAX_ERROR_CHARS = 64 * 1024;
/** How long the tail behind a finished answer may take before its socket is closed instead of kept. */
const TAIL_MS = 500;

/** Folds the events of one answer; made anew for each call. */
export interface AnswerDecoder {
  /** Folds one event's data into `out`. True once the answer is complete. Throws {@link ProviderError}. */
  decode(data: string, out: ProviderEvent[]): boolean;
  /** The stream ended without saying so. True, with the `end` in `out`, if the answer is whole all the same. */
  close(out: ProviderEvent[]): boolean;
}

/** The part of `fetch` that is used, so that tests and the address guard can stand in for it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

export interface AnswerRequest {
  url: string;
  headers: Record<string, string>;
  body: unknown;
  fetch: FetchLike;
  decoder: AnswerDecoder;
}

/**
 * Streams the answer to one request.
 * Throws {@link ProviderError}, or the signal's reason when the call is aborted.
 */
export async function* streamAnswer(
  request: AnswerRequest,
  call: ProviderCall,
): AsyncGenerator<ProviderEvent[], void, undefined> {
  call.signal.throwIfAborted();
  const socket = new AbortController();
  const onAbort = () => socket.abort();
  call.signal.addEventListener("abort", onAbort, { once: true });
  const silence = watchSilence(call.idleTimeoutMs, onAbort);
  const { decoder } = request;
  const events = createEventReader();
  const guard = createTextGuard();
  let reader: ByteReader | undefined;
  /** Set while the network is awaited: what its failure means. Other errors are our own bugs. */
  let awaiting: ProviderErrorCode | undefined = "unreachable";
  let produced = false;
  let ended = false;
  try {
    silence.listen();
    const response = await send(request, socket.signal);
    awaiting = "cut";
    reader = response.body?.getReader();
    if (!response.ok || !reader || isDocument(response)) {
      throw refusalOf(response, reader ? await readText(reader) : "");
    }
    while (!ended) {
      awaiting = "cut";
      silence.listen();
      const { done, value } = await reader.read();
      silence.rest();
      awaiting = undefined;
      const decoded: ProviderEvent[] = [];
      let failure: unknown;
      try {
        ended = done
          ? decoder.close(decoded)
          : decodeAll(decoder, value ? events.feed(value) : [], decoded);
        if (done && !ended) throw providerError("cut");
        if (!ended && events.overflowed) throw providerError("malformed");
      } catch (error) {
        failure = error;
      }
      const out = guard(decoded);
      // What came before the fault in the same read is still part of the answer.
      if (out.length > 0) {
        produced ||= out.some((event) => event.type === "text" || event.type === "reasoning");
        yield out;
      }
      if (failure !== undefined) throw failure;
    }
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    if (silence.expired) throw providerError("silent", { produced });
    if (error instanceof ProviderError) throw produced ? notRetryable(error) : error;
    if (awaiting) throw providerError(awaiting, { produced });
    throw error;
  } finally {
    silence.stop();
    call.signal.removeEventListener("abort", onAbort);
    if (ended && reader) void drain(reader, socket);
    else socket.abort();
  }
}

/** The part of a body's reader that is used. */
interface ByteReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
}

async function send(request: AnswerRequest, signal: AbortSignal): Promise<Response> {
  return await request.fetch(request.url, {
    method: "POST",
    headers: headersOf(request),
    body: JSON.stringify(request.body),
    // A redirect would carry the key and the prompt to an address nobody has entered.
    redirect: "manual",
    signal,
  });
}

function headersOf(request: AnswerRequest): Headers {
  try {
    return new Headers({
      "content-type": "application/json",
      accept: "text/event-stream",
      // Compression saves nothing on a stream of small events and delays them on some proxies.
      "accept-encoding": "identity",
      ...request.headers,
    });
  } catch {
    // Line breaks and the like in a pasted key; the thrown message would quote it.
    throw providerError("bad_key");
  }
}

function decodeAll(decoder: AnswerDecoder, payloads: string[], out: ProviderEvent[]): boolean {
  for (const data of payloads) if (decoder.decode(data, out)) return true;
  return false;
}

/** A 200 with a document instead of a stream: an error object, or the page of some other server. */
function isDocument(response: Response): boolean {
  return /json|html/.test(response.headers.get("content-type") ?? "");
}

function refusalOf(response: Response, text: string): ProviderError {
  if (!response.ok) return errorFromResponse(response.status, response.headers, text);
  try {
    const { error, ...payload } = Object(JSON.parse(text));
    // Some gateways answer 200 whatever happens, with the error as the whole document.
    return error ? errorFromEvent({ ...payload, error }) : providerError("malformed");
  } catch {
    return providerError("malformed");
  }
}

async function readText(reader: ByteReader): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < MAX_ERROR_CHARS) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

function notRetryable(error: ProviderError): ProviderError {
  if (!error.retryable) return error;
  return new ProviderError(error.code, error.message, {
    retryable: false,
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}

/**
 * Reads what follows a finished answer, so that the connection can serve the next call;
 * a server that will not finish has its socket closed.
 */
async function drain(reader: ByteReader, socket: AbortController): Promise<void> {
  const timer = setTimeout(() => socket.abort(), TAIL_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is whole; how its connection ends no longer matters.
  } finally {
    clearTimeout(timer);
  }
}

/**
 * One streamed call over HTTP, shared by all wire formats: sends the request, handles idle timeout, abort and
 * lost connections, and passes each event to the format's decoder.
 */

import { providerError } from "./errors.ts";
import { startIdleTimer } from "./idle-timer.ts";
import { type ProviderCall, ProviderError, type ProviderEvent } from "./port.ts";
import { readBuffered } from "./read-buffered.ts";
import { type ByteRead, type ByteReader, sendRequest, type WireRequest } from "./send-request.ts";
import { createSseReader } from "./sse-reader.ts";
import { createTextGuard } from "./text-guard.ts";

/** How long to read on after a finished answer before the socket is closed instead of reused. */
const TAIL_MS = 500;

/** Decodes the events of one answer; one instance per call. */
export interface AnswerDecoder {
  /** Decodes one event's data into `out`. True once the answer is complete. Throws {@link ProviderError}. */
  decode(data: string, out: ProviderEvent[]): boolean;
  /** The stream ended without an end event. True, with the `end` in `out`, if the answer is complete anyway. */
  close(out: ProviderEvent[]): boolean;
}

export interface AnswerRequest extends WireRequest {
  decoder: AnswerDecoder;
}

/**
 * Streams the answer to one request. After an abort it still yields what the provider had sent by then, since
 * that is charged for, and closes the socket within about ten milliseconds. Throws {@link ProviderError}, or
 * the signal's reason when the call is aborted.
 */
export async function* streamAnswer(
  request: AnswerRequest,
  call: ProviderCall,
): AsyncGenerator<ProviderEvent[], void, undefined> {
  call.signal.throwIfAborted();
  const socket = new AbortController();
  const idle = startIdleTimer(call.idleTimeoutMs, () => socket.abort());
  let onAbort = () => socket.abort();
  const abort = () => onAbort();
  call.signal.addEventListener("abort", abort, { once: true });
  let billable = false;
  const tell = (value: boolean) => {
    billable = value;
    call.onBillable?.(value);
  };
  let reader: ByteReader | undefined;
  let answer: Answer | undefined;
  try {
    idle.start();
    reader = await sendRequest(request, socket.signal, tell);
    answer = new Answer(request.decoder, tell);
    while (!answer.ended) {
      idle.start();
      const pending = reader.read();
      const read = await unlessAborted(pending, call.signal, (wake) => {
        onAbort = wake;
      });
      idle.pause();
      const reads = read === undefined ? await readBuffered(reader, pending) : [read];
      if (read === undefined) socket.abort();
      const { events, failure } = answer.take(reads);
      // Events before a fault in the same read are still part of the answer.
      if (events.length > 0) yield events;
      if (read === undefined && !answer.ended) throw call.signal.reason;
      if (failure !== undefined) throw failure;
    }
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    if (idle.expired) throw providerError("silent", { billable });
    throw billable && error instanceof ProviderError ? error.final() : error;
  } finally {
    idle.stop();
    call.signal.removeEventListener("abort", abort);
    if (answer?.ended && reader) void drain(reader, socket);
    else socket.abort();
  }
}

/** The result of a read; undefined as soon as the signal is aborted. A failed read means a lost connection. */
function unlessAborted(
  read: Promise<ByteRead>,
  signal: AbortSignal,
  onAbort: (wake: () => void) => void,
): Promise<ByteRead | undefined> {
  return new Promise((resolve, reject) => {
    onAbort(() => resolve(undefined));
    if (signal.aborted) resolve(undefined);
    read.then(resolve, () => reject(providerError("cut")));
  });
}

/** The received part of one answer. */
class Answer {
  ended = false;
  readonly #decoder: AnswerDecoder;
  readonly #onBillable: (billable: boolean) => void;
  readonly #events = createSseReader();
  readonly #guard = createTextGuard();
  #begun = false;

  constructor(decoder: AnswerDecoder, onBillable: (billable: boolean) => void) {
    this.#decoder = decoder;
    this.#onBillable = onBillable;
  }

  /** Decodes reads up to a fault. */
  take(reads: readonly ByteRead[]): { events: ProviderEvent[]; failure?: unknown } {
    const decoded: ProviderEvent[] = [];
    try {
      for (const read of reads) {
        this.#decode(read, decoded);
        if (this.ended) break;
      }
    } catch (failure) {
      return { events: this.#guard(decoded), failure };
    }
    return { events: this.#guard(decoded) };
  }

  #decode({ done, value }: ByteRead, out: ProviderEvent[]): void {
    if (done) {
      this.ended = this.#decoder.close(out);
      if (!this.ended) throw providerError("cut");
      return;
    }
    for (const data of value ? this.#events.feed(value) : []) {
      try {
        this.ended = this.#decoder.decode(data, out);
      } catch (error) {
        // An error as the first event is a refusal; a later one ends an answer.
        const refused =
          !this.#begun && error instanceof ProviderError && error.code !== "malformed";
        if (refused) this.#onBillable(false);
        throw error;
      }
      this.#begun = true;
      if (this.ended) return;
    }
    if (this.#events.overflowed) throw providerError("malformed");
  }
}

/**
 * Reads the rest after a finished answer, so that the connection can be reused; a server that does not finish
 * has its socket closed.
 */
async function drain(reader: ByteReader, socket: AbortController): Promise<void> {
  const timer = setTimeout(() => socket.abort(), TAIL_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is complete; how its connection ends no longer matters.
  } finally {
    clearTimeout(timer);
  }
}

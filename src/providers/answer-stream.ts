/**
 * One streamed call over HTTP, shared by all wire formats: sends the request, handles idle timeout, abort and
 * lost connections, and passes each event to the format's decoder.
 */

import { AnswerSink } from "./answer-sink.ts";
import { type BodyEvent, createBodyReader } from "./body-reader.ts";
import { errorFromEvent, providerError } from "./errors.ts";
import { startIdleTimer } from "./idle-timer.ts";
import type { ByteRead, ByteReader } from "./plain-body.ts";
import { type ProviderCall, ProviderError, type ProviderEvent } from "./port.ts";
import { readAhead, readBuffered, takeArrived } from "./read-buffered.ts";
import { jsonPieces, parseJson } from "./read-json.ts";
import { foreignAnswer, sendRequest, type WireRequest } from "./send-request.ts";
import { createTextGuard } from "./text-guard.ts";
import { objectOf, type WireObject } from "./wire-value.ts";

/** How long to read on after a finished answer before the socket is closed instead of reused. */
const TAIL_MS = 500;
/** How long usage is waited for behind the end reason, while the connection stays open. */
const REST_MS = 1_000;

/** The end of a stream, as it is and as JSON. */
const DONE = /^"?\[?DONE\]?"?$/i;

/** Decodes the events of one answer; one instance per call. */
export interface AnswerDecoder {
  /**
   * Reads an event, or a whole answer, into the sink.
   * @param name the event's name in an event stream.
   * @returns whether it is one of the format's own that belongs to an answer.
   */
  decode(event: WireObject, sink: AnswerSink, name: string | undefined): boolean;
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
  call.signal.addEventListener("abort", abort);
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
    let pending = readAhead(reader);
    /** What was heard of the answer, and since when nothing more but its rest is waited for. */
    let rest = { heard: 0, since: performance.now() };
    while (!answer.ended) {
      if (answer.heard !== rest.heard) rest = { heard: answer.heard, since: performance.now() };
      idle.start();
      const next = answer.ending
        ? orDone(pending, rest.since + REST_MS - performance.now())
        : pending;
      const read = await unlessAborted(next, call.signal, (wake) => {
        onAbort = wake;
      });
      idle.pause();
      let reads: ByteRead[];
      if (read === undefined) {
        reads = await readBuffered(reader, pending);
        socket.abort();
      } else ({ reads, pending } = takeArrived(reader, read));
      const { events, failure } = answer.take(reads, read === undefined);
      // Events before a fault in the same read are still part of the answer.
      if (events.length > 0) yield events;
      if (read === undefined && !answer.ended) throw call.signal.reason;
      if (failure !== undefined) throw failure;
    }
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    const rest = answer?.giveUp() ?? [];
    if (rest.length > 0) yield rest;
    if (answer?.ended) return;
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

/** The result of a read, or the end of the body once it is late. */
async function orDone(read: Promise<ByteRead>, milliseconds: number): Promise<ByteRead> {
  const { promise: late, resolve } = Promise.withResolvers<ByteRead>();
  const timer = setTimeout(resolve, milliseconds, { done: true });
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The received part of one answer. */
class Answer {
  ended = false;
  /** How many events of the format have come. Heartbeats are none. */
  heard = 0;
  readonly #decoder: AnswerDecoder;
  readonly #onBillable: (billable: boolean) => void;
  readonly #body = createBodyReader();
  readonly #sink = new AnswerSink();
  readonly #guard = createTextGuard();

  constructor(decoder: AnswerDecoder, onBillable: (billable: boolean) => void) {
    this.#decoder = decoder;
    this.#onBillable = onBillable;
  }

  /** The end reason has come: only usage may follow. Some servers send one with each chunk, which then means nothing. */
  get ending(): boolean {
    return this.#sink.ending && !this.#sink.goesOn;
  }

  /** Decodes reads up to a fault. `last`: nothing more will be read. */
  take(reads: readonly ByteRead[], last: boolean): { events: ProviderEvent[]; failure?: unknown } {
    try {
      for (const read of reads) {
        this.#read(read);
        if (this.ended) break;
      }
      if (last) this.#sink.flush();
      return { events: this.#guard(this.#sink.take()) };
    } catch (failure) {
      const events = this.giveUp();
      return this.ended ? { events } : { events, failure };
    }
  }

  /** The rest of what came before a fault. After its end reason nothing fails an answer: it is whole. */
  giveUp(): ProviderEvent[] {
    if (this.ended) return [];
    this.#sink.flush();
    if (this.#sink.ending && !this.#sink.failed) this.#end();
    return this.#guard(this.#sink.take());
  }

  #read({ done, value }: ByteRead): void {
    const events = done ? this.#body.end() : value ? this.#body.feed(value) : [];
    for (const event of events) {
      this.#decode(event);
      if (this.ended) return;
    }
    if (this.#body.unreadable) throw this.#unreadable();
    if (done) this.#close();
  }

  #decode({ name, data }: BodyEvent): void {
    if (DONE.test(data) || name === "done") {
      if (this.#sink.said) this.#sink.close();
      this.#close();
      return;
    }
    const value = parseJson(data);
    if (value === undefined) this.#decodePieces(name, data);
    else for (const object of objectsIn(value)) this.#takeEvent(object, name);
  }

  #takeEvent(event: WireObject, name: string | undefined): void {
    if (this.ended) return;
    if (hasContent(event.error)) throw this.#errorOf(event);
    if (this.#decoder.decode(event, this.#sink, name)) this.heard++;
    else if (isError(event, name)) throw this.#errorOf(event);
    if (hasContent(this.#sink.error)) throw this.#errorOf({ error: this.#sink.error });
    if (this.#sink.closed) this.#end();
  }

  /** Several events that a server wrote as one. Half of one is a hole in the answer; other words are no event. */
  #decodePieces(name: string | undefined, data: string): void {
    if (!/^(data:\s*)?[{[]/.test(data)) return;
    const pieces = jsonPieces(data);
    if (pieces[0] === data) throw this.#unreadable();
    for (const piece of pieces) if (!this.ended) this.#decode({ name, data: piece });
  }

  #errorOf(event: WireObject): ProviderError {
    this.#refuse();
    return errorFromEvent(event);
  }

  /** An error before the first word is a refusal, which is not charged; a later one ends an answer. */
  #refuse(): void {
    if (!this.#sink.produced) this.#onBillable(false);
  }

  /** Nothing more will come. */
  #close(): void {
    if (this.heard === 0) throw this.#unreadable();
    if (!this.#sink.ending) throw providerError("cut");
    this.#end();
  }

  #end(): void {
    if (this.#sink.failed) {
      this.#refuse();
      throw providerError("provider_fault");
    }
    this.ended = true;
    this.#sink.end();
  }

  /** Something else than the format; charged for only if an answer has begun. Another try would get the same. */
  #unreadable(): ProviderError {
    if (this.heard > 0) return providerError("malformed", { billable: true });
    this.#onBillable(false);
    return foreignAnswer();
  }
}

/** The objects that a value is or has: none in a heartbeat, several in a list. */
function objectsIn(value: unknown): WireObject[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map(objectOf).filter((object) => object !== undefined);
}

/** An error that is not under `error`: of other software than the model's, or under the event name alone. */
function isError(event: WireObject, name: string | undefined): boolean {
  return (
    name === "error" ||
    event.type === "error" ||
    event.object === "error" ||
    (typeof event.message === "string" && event.message !== "") ||
    hasContent(event.detail) ||
    hasContent(event.errors) ||
    hasContent(event.error_msg) ||
    event.success === false ||
    event.ok === false ||
    (hasContent(event.code) && "msg" in event)
  );
}

/** Whether a field says anything: some servers send `error` with each event, as null, empty, or a word for that. */
function hasContent(value: unknown, depth = 0): boolean {
  if (typeof value === "object" && value !== null) {
    const values: unknown[] = Object.values(value);
    return depth > 2 ? values.length > 0 : values.some((inner) => hasContent(inner, depth + 1));
  }
  return !!value && !/^(0|none|null|ok|success|200)$/i.test(String(value));
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

/**
 * Cuts the body of an answer into events, whatever its form: an event stream, or one or more JSON documents. The
 * first bytes tell the form, since gateways send either under any content type.
 */

import { createParser } from "eventsource-parser";
import { jsonPieces, parseJson } from "./read-json.ts";

/** A larger event means an attack or a broken server. */
const MAX_EVENT_CHARS = 1024 * 1024;
const FIELD = "data: ".length;

/** An event as sent; `data` is not empty, and may be anything. */
export interface BodyEvent {
  /** The event's name in an event stream. */
  name?: string | undefined;
  data: string;
}

export interface BodyReader {
  /**
   * Takes the bytes of one read, split anywhere (inside a character, a line, an event), and returns the events
   * they complete.
   */
  feed(bytes: Uint8Array): BodyEvent[];
  /** The body has ended: returns the rest, whose last line or blank line may be missing. */
  end(): BodyEvent[];
  /** An event exceeded the limit, or the body is a web page; nothing after that is read. */
  readonly unreadable: boolean;
}

/** A reader for one body. */
export function createBodyReader(): BodyReader {
  const decoder = new TextDecoder();
  let head: string | undefined = "";
  let form: TextForm | undefined;

  function take(text: string): BodyEvent[] {
    if (head === undefined) return form?.feed(text) ?? [];
    head += text;
    const first = head.trimStart()[0];
    if (first === undefined) return [];
    if (first !== "<") form = first === "{" || first === "[" ? documents() : eventStream();
    const all = head;
    head = undefined;
    return form?.feed(all) ?? [];
  }

  return {
    feed: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => [...take(decoder.decode()), ...(form?.end() ?? [])],
    get unreadable() {
      return head === undefined && (form === undefined || form.overflowed);
    },
  };
}

interface TextForm {
  feed(text: string): BodyEvent[];
  end(): BodyEvent[];
  readonly overflowed: boolean;
}

/**
 * The event stream format of the HTML standard: LF, CR and CRLF, comments, multi-line data, byte order mark. Ids
 * are dropped; a field named `error`, which llama.cpp writes, is an event of that name. Data counts however its field is
 * written, and a line of JSON as data.
 */
function eventStream(): TextForm {
  let complete: BodyEvent[] = [];
  let overflow = false;
  /** The last line, not ended yet: the parser drops the beginning of a field it does not know. */
  let line = "";
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent({ event, data }) {
      if (data.length > MAX_EVENT_CHARS) overflow = true;
      else if (data.trim() !== "") complete.push({ name: event, data: data.trim() });
    },
    onError(error) {
      if (error.type === "max-buffer-size-exceeded") overflow = true;
      const field = error.field?.trim().toLowerCase();
      const data = error.line?.trim().startsWith("{") ? error.line.trim() : error.value;
      if (!data) return;
      if (field === "error") complete.push({ name: "error", data });
      else if (field === "data" || data === error.line?.trim()) complete.push({ data });
    },
  });
  function feed(text: string): BodyEvent[] {
    complete = [];
    const end = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
    if (end > 0 && !overflow) parser.feed(line + text.slice(0, end));
    line = end > 0 ? text.slice(end) : line + text;
    if (line.length > MAX_EVENT_CHARS + FIELD) overflow = true;
    if (overflow) line = "";
    return complete;
  }
  return {
    feed,
    end: () => feed("\n\n"),
    get overflowed() {
      return overflow;
    },
  };
}

/** JSON without a frame: a document, or several, in lines or a list. `[DONE]` may follow, framed or not. */
function documents(): TextForm {
  let text = "";
  return {
    feed(more) {
      if (text.length <= MAX_EVENT_CHARS) text += more;
      return [];
    },
    end() {
      const whole = text.replace(/\s*(data:\s*)?\[DONE\]\s*$/, "").trim();
      if (parseJson(whole) !== undefined) return [{ data: whole }, END];
      const isList = whole.startsWith("[");
      const events = jsonPieces(isList ? whole.slice(1) : whole).map((data) => ({ data }));
      // A document has no other end than its own; a list that is cut has none.
      return isList ? events : [...events, END];
    },
    get overflowed() {
      return text.length > MAX_EVENT_CHARS;
    },
  };
}

const END: BodyEvent = { data: "[DONE]" };

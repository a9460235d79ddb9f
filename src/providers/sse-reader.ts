/** Parses server-sent events from a byte stream, one array per network read. */

import { createParser } from "eventsource-parser";

/** A larger event means an attack or a broken server. */
const MAX_EVENT_CHARS = 1024 * 1024;

export interface SseReader {
  /**
   * Takes the bytes of one read, split anywhere (inside a character, a line, an event), and returns the `data`
   * of each event they complete.
   */
  feed(bytes: Uint8Array): string[];
  /** An event exceeded the limit; nothing after it is read. */
  readonly overflowed: boolean;
}

/**
 * Parses the event stream format of the HTML standard: LF, CR and CRLF, comments, multi-line data, byte order
 * mark. Event names and ids are dropped: both wire formats repeat them in the data.
 */
export function createSseReader(): SseReader {
  const decoder = new TextDecoder();
  let complete: string[] = [];
  let overflow = false;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent(event) {
      if (event.data.length > MAX_EVENT_CHARS) overflow = true;
      else complete.push(event.data);
    },
    onError(error) {
      // Unknown fields are ignored, as the standard says; only the size limit ends the stream.
      if (error.type === "max-buffer-size-exceeded") overflow = true;
    },
  });
  return {
    feed(bytes) {
      complete = [];
      if (!overflow) parser.feed(decoder.decode(bytes, { stream: true }));
      return complete;
    },
    get overflowed() {
      return overflow;
    },
  };
}

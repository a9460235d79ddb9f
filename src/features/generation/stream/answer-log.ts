import type { LogEvent } from "../schema.ts";

/**
 * A numbered event. Numbers count units: a character of text or reasoning is one unit, any other event is one.
 * `end` is the number after the event, so a reader at number N can be given the rest of a piece of text that
 * began before N, however the pieces were merged.
 */
export interface Numbered {
  end: number;
  event: LogEvent;
}

/** Number of units of an event. */
export function unitsOf(event: LogEvent): number {
  return event.type === "delta" || event.type === "reasoning" ? Math.max(1, event.text.length) : 1;
}

/** Numbers events, starting after a number. */
export function numbered(events: LogEvent[], from: number): Numbered[] {
  let end = from;
  return events.map((event) => {
    end += unitsOf(event);
    return { end, event };
  });
}

/** True for the event that ends a generation; there is exactly one. */
export function isEnd(event: LogEvent): boolean {
  return event.type === "done" || event.type === "error";
}

/** The part of an event after a number; null if there is none. */
export function after({ end, event }: Numbered, at: number): Numbered | null {
  if (end <= at) return null;
  const start = end - unitsOf(event);
  if (at <= start || (event.type !== "delta" && event.type !== "reasoning")) return { end, event };
  return { end, event: { ...event, text: event.text.slice(at - start) } };
}

/**
 * The unread log: everything after a number, each unit once. Rows may overlap: a write whose answer was lost is
 * repeated, with the events added meanwhile, and one on its way when the log is folded leaves its row among the
 * merged ones. So rows are taken in the order in which they begin.
 */
export function unread(entries: readonly Numbered[], at: number): Numbered[] {
  let read = at;
  const start = ({ end, event }: Numbered) => end - unitsOf(event);
  const ordered = entries.toSorted((a, b) => start(a) - start(b) || a.end - b.end);
  return ordered.flatMap((entry) => {
    const rest = after(entry, read);
    if (rest === null) return [];
    read = rest.end;
    return [rest];
  });
}

/** Plain thinking that may be merged with what follows: it closes no block and is not empty. */
function isThought(event: LogEvent): event is Extract<LogEvent, { type: "reasoning" }> {
  return (
    event.type === "reasoning" &&
    event.signature === undefined &&
    !event.redacted &&
    event.text !== ""
  );
}

/** Merges adjacent pieces of text, and of reasoning, so that many small reads become one write. */
export function merge(entries: Numbered[]): Numbered[] {
  const merged: Numbered[] = [];
  for (let index = 0; index < entries.length; ) {
    const first = entries[index];
    if (first === undefined) break;
    const { event } = first;
    let last = index;
    if (event.type === "delta") {
      const pieces = [event.text];
      for (let next = entries[last + 1]; next?.event.type === "delta"; next = entries[last + 1]) {
        pieces.push(next.event.text);
        last++;
      }
      merged.push({
        end: entries[last]?.end ?? first.end,
        event: last === index ? event : { type: "delta", text: pieces.join("") },
      });
    } else if (isThought(event)) {
      let text = event.text;
      for (
        let next = entries[last + 1];
        next !== undefined && isThought(next.event);
        next = entries[last + 1]
      ) {
        text += next.event.text;
        last++;
      }
      merged.push({ end: entries[last]?.end ?? first.end, event: { type: "reasoning", text } });
    } else {
      merged.push(first);
    }
    index = last + 1;
  }
  return merged;
}

/** The events of one running answer, in memory: read by live readers and by the log writer. */
export class AnswerLog {
  readonly #entries: Numbered[] = [];
  #end = 0;
  #ended = false;
  /** A high surrogate that waits for its low one. */
  #half = "";

  get end(): number {
    return this.#end;
  }

  /** True when the last event has been appended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The event that ended the answer. */
  get last(): Numbered | undefined {
    return this.#ended ? this.#entries.at(-1) : undefined;
  }

  append(event: LogEvent): void {
    if (event.type !== "delta") {
      this.#push(event);
      return;
    }
    const text = this.#whole(event.text);
    if (text !== "") this.#push({ type: "delta", text });
  }

  /** The events after a number, text merged. Cheap near the end, where live readers are. */
  after(at: number): Numbered[] {
    let from = this.#entries.length;
    while (from > 0 && (this.#entries[from - 1]?.end ?? 0) > at) from--;
    const rest = this.#entries.slice(from);
    const first = rest[0];
    const cut = first === undefined ? null : after(first, at);
    if (cut !== null) rest[0] = cut;
    return merge(rest);
  }

  #push(event: LogEvent): void {
    this.#end += unitsOf(event);
    this.#entries.push({ end: this.#end, event });
    if (isEnd(event)) this.#ended = true;
  }

  /** Text that PostgreSQL can store: no lone surrogates, no NUL. A high surrogate waits for its low one. */
  #whole(text: string): string {
    let whole = this.#half + text;
    this.#half = "";
    const last = whole.charCodeAt(whole.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#half = whole.slice(-1);
      whole = whole.slice(0, -1);
    }
    if (whole.includes("\u0000")) whole = whole.replaceAll("\u0000", "\ufffd");
    return whole.isWellFormed() ? whole : whole.toWellFormed();
  }
}

/**
 * Makes streamed text storable: some endpoints split a surrogate pair between two deltas, and PostgreSQL stores
 * neither a lone surrogate nor NUL.
 */

import type { ProviderEvent } from "./port.ts";

/** Returns the events of a read with whole characters only; a high surrogate waits for the next read. */
export type TextGuard = (events: ProviderEvent[]) => ProviderEvent[];

/** A guard for one answer. What cannot be repaired becomes U+FFFD, as in decoding bytes. */
export function createTextGuard(): TextGuard {
  let half = "";
  let halfOf: "text" | "reasoning" = "text";

  function guard(event: ProviderEvent, out: ProviderEvent[]) {
    if (event.type === "usage") {
      out.push(event);
      return;
    }
    if (half !== "" && event.type !== halfOf) {
      out.push({ type: halfOf, text: "\uFFFD" });
      half = "";
    }
    if (event.type === "end" || event.type === "thought") {
      out.push(event);
      return;
    }
    let text = half + event.text;
    half = "";
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last < 0xdc00) {
      half = text.slice(-1);
      halfOf = event.type;
      text = text.slice(0, -1);
    }
    event.text = text.toWellFormed().replaceAll("\0", "\uFFFD");
    if (event.text !== "" || (event.type === "reasoning" && event.signature !== undefined)) {
      out.push(event);
    }
  }

  return (events) => {
    if (half === "" && events.every(isSound)) return events;
    const out: ProviderEvent[] = [];
    for (const event of events) guard(event, out);
    return out;
  };
}

function isSound(event: ProviderEvent): boolean {
  if (event.type !== "text" && event.type !== "reasoning") return true;
  return event.text.isWellFormed() && !event.text.includes("\0");
}

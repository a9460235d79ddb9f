import type { MessagePart } from "../../threads/index.ts";
import type { LogEvent } from "../schema.ts";

/**
 * Folds an answer's events into message parts, in order: text and thinking continue the part before them,
 * across citations, unless that part is closed. The web's `apply-event.ts` does the same with the stream; both
 * are tested with `test/support/answer-events.ts`.
 */
export function foldEvents(events: Iterable<LogEvent>): MessagePart[] {
  let parts: MessagePart[] = [];
  /** The last part with text. */
  let last: Extract<MessagePart, { type: "text" | "reasoning" }> | undefined;
  const begin = (part: Extract<MessagePart, { type: "text" | "reasoning" }>) => {
    parts.push(part);
    last = part;
  };
  for (const event of events) {
    if (event.type === "citation") parts.push(event.citation);
    else if (event.type === "delta") {
      if (last?.type === "text") last.text += event.text;
      else if (event.text !== "") begin({ type: "text", text: event.text });
    } else if (event.type === "thought") {
      const said = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
      parts = parts.filter(({ type }) => type === "reasoning");
      if (said !== "") begin({ type: "reasoning", text: said });
    } else if (event.type === "reasoning") {
      const { type, text, signature, redacted } = event;
      const words = {
        type,
        text,
        ...(signature === undefined ? {} : { signature }),
        ...(redacted ? { redacted } : {}),
      };
      // A signature closes a block of thinking; the provider wants block and signature back unchanged.
      if (last?.type === "reasoning" && last.signature === undefined && !redacted && !last.redacted)
        Object.assign(last, words, { text: last.text + text });
      else if (text !== "" || signature !== undefined || redacted) begin(words);
    }
  }
  return parts;
}

import type { MessagePart } from "../../threads/index.ts";
import type { LogEvent } from "../schema.ts";

/**
 * A message's parts from the events of its answer, in the order in which they were said: text and
 * thinking go on in the part before them, across citations, unless that has ended. The web's
 * `apply.ts` does the same with the stream; both are held to `test/support/answer-events.ts`.
 */
export function foldEvents(events: Iterable<LogEvent>): MessagePart[] {
  const parts: MessagePart[] = [];
  /** The last part that carries words. */
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
    } else if (event.type === "reasoning") {
      const { type, text, signature, redacted } = event;
      const words = {
        type,
        text,
        ...(signature === undefined ? {} : { signature }),
        ...(redacted ? { redacted } : {}),
      };
      // A signature closes a block of thinking; the provider wants block and signature back as they were.
      if (last?.type === "reasoning" && last.signature === undefined && !redacted && !last.redacted)
        Object.assign(last, words, { text: last.text + text });
      else if (text !== "" || signature !== undefined || redacted) begin(words);
    }
  }
  return parts;
}

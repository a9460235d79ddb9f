import type { MessagePart } from "../../threads/index.ts";
import type { LogEvent } from "../schema.ts";

/** A message's parts from the events of its answer: reasoning first, then the text, then its citations. */
export function foldEvents(events: Iterable<LogEvent>): MessagePart[] {
  const text: string[] = [];
  const reasoning: MessagePart[] = [];
  const citations: MessagePart[] = [];
  let thought = "";
  for (const event of events) {
    if (event.type === "delta") text.push(event.text);
    else if (event.type === "citation") citations.push(event.citation);
    else if (event.type === "reasoning") {
      thought += event.text;
      if (event.signature !== undefined || event.redacted) {
        // A signature closes a block of thinking; the provider wants block and signature back as they were.
        reasoning.push({
          type: "reasoning",
          text: thought,
          ...(event.signature === undefined ? {} : { signature: event.signature }),
          ...(event.redacted ? { redacted: true } : {}),
        });
        thought = "";
      }
    }
  }
  if (thought !== "") reasoning.push({ type: "reasoning", text: thought });
  const whole = text.join("");
  return [
    ...reasoning,
    ...(whole === "" ? [] : [{ type: "text" as const, text: whole }]),
    ...citations,
  ];
}

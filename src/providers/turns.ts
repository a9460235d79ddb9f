import type { PromptMessage, PromptPart } from "./port.ts";

/** Between the texts of two merged messages. */
const BREAK: PromptPart = { type: "text", text: "\n\n" };

/**
 * The messages with the parts that a wire format can send: those left without any are dropped, since an answer
 * stopped before its first word is empty and refused by some endpoints, and neighbours of one role are merged,
 * since strict chat templates (Gemma, Mistral) demand that roles alternate.
 */
export function turnsOf(
  messages: readonly PromptMessage[],
  sendable: (part: PromptPart) => boolean,
): PromptMessage[] {
  const turns: PromptMessage[] = [];
  for (const message of messages) {
    const parts = message.parts.filter(sendable);
    const last = turns.at(-1);
    if (parts.length === 0) continue;
    if (last?.role === message.role) {
      turns[turns.length - 1] = { ...message, parts: [...last.parts, BREAK, ...parts] };
    } else {
      turns.push({ ...message, parts });
    }
  }
  return turns;
}

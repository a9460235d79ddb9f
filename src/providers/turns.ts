/** What of a request is sent, whatever the wire format. */

import type {
  PromptMessage,
  PromptPart,
  ProviderRequest,
  ReasoningPart,
  SystemBlock,
} from "./port.ts";

/** Between the texts of two merged messages. */
const BREAK: PromptPart = { type: "text", text: "\n\n" };

/** The instructions that say anything: endpoints refuse blank ones. */
export function instructionsOf({ system }: ProviderRequest): SystemBlock[] {
  return system.filter(({ text }) => text.trim() !== "");
}

/**
 * The messages with the parts that can be sent: without blank text, which some endpoints refuse, and with the
 * thinking that the format takes. Those left without any are dropped, since an answer stopped before its first word
 * is empty, and neighbours of one role are merged, since strict chat templates (Gemma, Mistral) demand that roles
 * alternate.
 * @param takes whether a format has a place for this thinking
 */
export function turnsOf(
  messages: readonly PromptMessage[],
  takes: (thinking: ReasoningPart) => boolean,
): PromptMessage[] {
  const turns: PromptMessage[] = [];
  for (const message of messages) {
    const parts = message.parts.filter((part) => isSendable(part, takes));
    const last = turns.at(-1);
    if (!parts.some(({ type }) => type !== "reasoning")) continue;
    if (last?.role === message.role) {
      turns[turns.length - 1] = { ...message, parts: [...last.parts, BREAK, ...parts] };
    } else {
      turns.push({ ...message, parts });
    }
  }
  return turns;
}

function isSendable(part: PromptPart, takes: (thinking: ReasoningPart) => boolean): boolean {
  if (part.type === "text") return part.text.trim() !== "";
  return part.type === "image" || takes(part);
}

/** Thinking that its provider signed, where signed thinking is sent back. */
export function takesSigned(dialect: { signedThinking: boolean }) {
  return ({ signature }: ReasoningPart): boolean =>
    dialect.signedThinking && signature !== undefined;
}

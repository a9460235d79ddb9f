import { estimateMessageTokens } from "../../providers/estimate-tokens.ts";
import type { PromptMessage, PromptPart } from "../../providers/port.ts";
import type { MessagePart, MessageRow } from "../threads/index.ts";
import type { ManifestItem } from "./fit-manifest.ts";

/**
 * The newest messages of a branch that fit, without gaps, starting with a user's message. Each message left out
 * has a line in the manifest.
 * @param branch oldest first, without the question.
 * @param tokens available room.
 * @param modelId the model that is asked now.
 */
export function fitHistory(
  branch: MessageRow[],
  tokens: number,
  modelId: string,
): { messages: PromptMessage[]; items: ManifestItem[] } {
  const sized = branch.map((message) => ({ message, prompt: toPrompt(message, modelId) }));
  let left = tokens;
  let from = sized.length;
  let next = sized[from - 1];
  while (next !== undefined && next.prompt.tokens <= left) {
    left -= next.prompt.tokens;
    from--;
    next = sized[from - 1];
  }
  while (sized[from]?.message.role === "assistant") from++;
  return {
    messages: sized.slice(from).flatMap(({ prompt }) => prompt.message ?? []),
    items: sized.map(({ message, prompt }, index) => ({
      kind: "message" as const,
      title: message.role === "user" ? "Question" : "Answer",
      tokens: prompt.tokens,
      included: index >= from && prompt.message !== null,
      messageId: message.id,
      ...(index < from
        ? { reason: "older than what fits" }
        : prompt.message === null
          ? { reason: "empty" }
          : {}),
    })),
  };
}

function toPrompt(
  { role, parts, modelId: writer }: MessageRow,
  modelId: string,
): { message: PromptMessage | null; tokens: number } {
  const prompt: PromptPart[] = [];
  let says = false;
  for (const part of parts) {
    if (part.type === "text") says = true;
    // Thinking is valid only at the provider and for the model that wrote it; others refuse the prompt.
    else if (part.type !== "reasoning" || writer !== modelId) continue;
    prompt.push(promptPart(part));
  }
  if (!says) return { message: null, tokens: 0 };
  const message = { role, parts: prompt };
  return { message, tokens: estimateMessageTokens(message) };
}

function promptPart(part: Extract<MessagePart, { type: "text" | "reasoning" }>): PromptPart {
  if (part.type === "text") return { type: "text", text: part.text };
  const { text, signature, redacted } = part;
  return {
    type: "reasoning",
    text,
    ...(signature === undefined ? {} : { signature }),
    ...(redacted ? { redacted } : {}),
  };
}

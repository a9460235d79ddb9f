/** What a chat completion's message says: plain text or parts, and the reasoning beside it. */

import type { AnswerSink } from "../answer-sink.ts";
import { listOf, objectOf, textOf, type WireObject } from "../wire-value.ts";

/**
 * Where endpoints put reasoning: DeepSeek and vLLM; OpenRouter and newer vLLM; Copilot; Ollama; OpenRouter. The
 * first that says anything counts, since many send the same under two names.
 */
const REASONING_FIELDS = [
  "reasoning_content",
  "reasoning",
  "reasoning_text",
  "thinking",
  "reasoning_details",
] as const;

/** The reasoning of a message or delta; empty if there is none. */
export function reasoningIn(message: WireObject): string {
  for (const field of REASONING_FIELDS) {
    const words = wordsOf(message[field]);
    if (words !== "") return words;
  }
  return "";
}

/** Reads text, or parts: Mistral sends thinking as parts, Databricks reasoning with its summary. */
export function readContent(content: unknown, sink: AnswerSink): void {
  if (typeof content === "string") {
    sink.text(content);
    return;
  }
  const parts = objectOf(content) ? [content] : listOf(content);
  for (const part of parts) {
    const { type, text, refusal, ...rest } = objectOf(part) ?? { text: part };
    if (type === "thinking" || type === "reasoning") sink.reasoning(wordsOf({ text, ...rest }));
    else if (type === "refusal") sink.refusal(textOf(refusal));
    else if (type === undefined || type === "text" || type === "output_text")
      sink.text(wordsOf(text));
  }
}

/** The words in a text, a list of parts, or a part under any of its names. */
function wordsOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(wordsOf).join("");
  const part = objectOf(value);
  return part
    ? wordsOf(part.thinking ?? part.summary ?? part.text ?? part.content ?? part.value)
    : "";
}

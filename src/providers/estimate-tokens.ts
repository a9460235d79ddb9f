/**
 * Token estimates made before the provider has counted: for holds, for fitting the context, and for calls that
 * ended without a usage report. Estimates lean upward, since a hold must cover the bill.
 */

import type { PromptMessage, ProviderRequest } from "./port.ts";

/**
 * Maximum cost of an image. Anthropic counts up to 4,784 tokens at its newest models' resolution, OpenAI's tile
 * models up to 1,445 (its small models bill images at a multiple and may exceed this).
 */
export const IMAGE_TOKENS = 4_800;
/** Roles and separators around a message. */
const MESSAGE_TOKENS = 8;

/**
 * Tokens of a text, leaning upward. Per character: 0.3 for ASCII letters and blanks (English prose is
 * near 0.25 with GPT tokenizers and up to a third more with Anthropic's newest), 0.5 for digits, 0.7 for
 * ASCII marks, 0.7 for other alphabets, 1.3 for Chinese, Japanese and Korean, 1.5 for each half of a
 * surrogate pair, so 3 for an emoji. Not a strict bound: random strings and rare scripts may exceed it.
 */
export function estimateTokens(text: string): number {
  let tenths = 0;
  for (let at = 0; at < text.length; at++) tenths += tokenTenths(text.charCodeAt(at));
  return Math.ceil(tenths / 10);
}

/** Tenths of a token per UTF-16 code unit, for callers that add up incrementally. */
export function tokenTenths(code: number): number {
  if (code >= 0x2e80) return code >= 0xd800 && code < 0xe000 ? 15 : 13;
  // Folding bit 5 maps both cases to one range.
  const letter = code | 0x20;
  if ((letter >= 0x61 && letter <= 0x7a) || code === 0x20 || code === 0x0a) return 3;
  return code >= 0x30 && code <= 0x39 ? 5 : 7;
}

/** Input tokens of a whole request, leaning upward. */
export function estimateRequestTokens(request: ProviderRequest): number {
  let tokens = MESSAGE_TOKENS;
  for (const block of request.system) tokens += estimateTokens(block.text);
  for (const message of request.messages) tokens += estimateMessageTokens(message);
  return tokens;
}

/**
 * Input tokens of one message, leaning upward. Unsigned thinking is not counted: few models get it back, and outside of
 * tool calls they ignore it.
 */
export function estimateMessageTokens({ parts }: PromptMessage): number {
  let tokens = MESSAGE_TOKENS;
  for (const part of parts) {
    if (part.type === "image") tokens += IMAGE_TOKENS;
    else if (part.type === "text") tokens += estimateTokens(part.text);
    else if (part.redacted) tokens += Math.ceil((part.signature?.length ?? 0) / 3);
    else if (part.signature !== undefined) tokens += estimateTokens(part.text);
  }
  return tokens;
}

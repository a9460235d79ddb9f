/** Decodes the chunks of a chat completion stream. */

import type { AnswerDecoder } from "../answer-stream.ts";
import { errorFromEvent, providerError } from "../errors.ts";
import type { EndReason, ProviderEvent, TokenUsage } from "../port.ts";
import { pushReasoning, pushText } from "../push-event.ts";
import { tokenCount } from "../token-count.ts";

/** The fields that are read. Values are unknown: the sender is not trusted to follow its own format. */
interface WireChunk {
  error?: unknown;
  choices?: { 0?: WireChoice | null } | null;
  usage?: WireUsage | null;
}

interface WireChoice {
  delta?: {
    content?: unknown;
    refusal?: unknown;
    /** DeepSeek, vLLM. */
    reasoning_content?: unknown;
    /** OpenRouter, newer vLLM. */
    reasoning?: unknown;
  } | null;
  finish_reason?: unknown;
}

interface WireUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  total_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown; cache_write_tokens?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
}

/** A decoder for one answer. */
export function decodeOpenAi(): AnswerDecoder {
  let reason: EndReason | undefined;
  let refused = false;

  function decode(data: string, out: ProviderEvent[]): boolean {
    if (data === "[DONE]") {
      close(out);
      if (reason === undefined) out.push({ type: "end", reason: refused ? "refusal" : "other" });
      return true;
    }
    const chunk = parse(data);
    if (chunk.error) throw errorFromEvent(chunk);
    if (chunk.usage) readUsage(chunk.usage, out);
    const choice = chunk.choices?.[0];
    if (choice) readChoice(choice, out);
    return false;
  }

  function readChoice({ delta, finish_reason }: WireChoice, out: ProviderEvent[]) {
    const thought = delta?.reasoning_content ?? delta?.reasoning;
    if (typeof thought === "string" && thought !== "") {
      pushReasoning(out, thought);
    }
    if (typeof delta?.content === "string" && delta.content !== "") {
      pushText(out, delta.content);
    }
    if (typeof delta?.refusal === "string" && delta.refusal !== "") {
      refused = true;
      pushText(out, delta.refusal);
    }
    if (typeof finish_reason !== "string" || finish_reason === "") return;
    if (finish_reason === "error") throw providerError("provider_fault");
    reason = refused ? "refusal" : endReasonOf(finish_reason);
  }

  function close(out: ProviderEvent[]): boolean {
    if (reason === undefined) return false;
    out.push({ type: "end", reason });
    return true;
  }

  return { decode, close };
}

/**
 * Converts usage to disjoint counts: `prompt_tokens` includes cache reads and writes. Some endpoints (xAI)
 * count reasoning in addition to `completion_tokens` instead of within it; the total shows which.
 */
function readUsage(wire: WireUsage, out: ProviderEvent[]) {
  const prompt = tokenCount(wire.prompt_tokens);
  const completion = tokenCount(wire.completion_tokens);
  if (prompt === undefined && completion === undefined) return;
  const input = prompt ?? 0;
  const read = Math.min(input, tokenCount(wire.prompt_tokens_details?.cached_tokens) ?? 0);
  const write = Math.min(
    input - read,
    tokenCount(wire.prompt_tokens_details?.cache_write_tokens) ?? 0,
  );
  const reasoning = tokenCount(wire.completion_tokens_details?.reasoning_tokens) ?? 0;
  const written = completion ?? 0;
  const apart = tokenCount(wire.total_tokens) === input + written + reasoning;
  const output = written + (apart ? reasoning : 0);
  const usage: TokenUsage = {
    inputTokens: input - read - write,
    cacheReadTokens: read,
    cacheWriteTokens: write,
    outputTokens: output,
    reasoningTokens: Math.min(reasoning, output),
  };
  out.push({ type: "usage", usage });
}

function parse(data: string): WireChunk {
  let chunk: WireChunk | null;
  try {
    chunk = JSON.parse(data);
  } catch {
    throw providerError("malformed");
  }
  if (typeof chunk !== "object" || chunk === null) throw providerError("malformed");
  return chunk;
}

function endReasonOf(reason: string): EndReason {
  switch (reason) {
    case "stop":
      return "stop";
    case "length":
      return "length";
    case "content_filter":
      return "refusal";
    default:
      return "other";
  }
}

/**
 * Anthropic's Messages API, streaming.
 * Protocol: docs.anthropic.com → API reference → Messages and "Streaming messages".
 */

import { streamAnswer } from "../answer-stream.ts";
import type { PromptPart, ProviderAdapter, ProviderRequest } from "../port.ts";
import type { FetchLike } from "../send-request.ts";
import { turnsOf } from "../turns.ts";
import { decodeAnthropic } from "./decoder.ts";
import { anthropicModelRules } from "./models.ts";

const API_VERSION = "2023-06-01";
export const ANTHROPIC_BASE_URL = "https://api.anthropic.com";
/** The smallest thinking budget the API accepts. */
const MIN_THINKING_TOKENS = 1024;

export interface AnthropicOptions {
  apiKey: string;
  /** Without `/v1`. */
  baseUrl?: string;
  fetch?: FetchLike;
}

/** An adapter for Anthropic's wire format. */
export function anthropicAdapter(options: AnthropicOptions): ProviderAdapter {
  const url = `${(options.baseUrl ?? ANTHROPIC_BASE_URL).replace(/\/+$/, "").replace(/\/v1$/, "")}/v1/messages`;
  const headers = { "x-api-key": options.apiKey, "anthropic-version": API_VERSION };
  return {
    kind: "anthropic",
    stream: (request, call) =>
      streamAnswer(
        {
          url,
          headers,
          body: anthropicBody(request),
          fetch: options.fetch ?? fetch,
          decoder: decodeAnthropic(),
        },
        call,
      ),
  };
}

/** The request as the Messages API takes it; exported for its test. */
export function anthropicBody(request: ProviderRequest) {
  const rules = anthropicModelRules(request.model);
  const budget = request.reasoningTokens ?? 0;
  const thinks = budget > 0;
  return {
    model: request.model,
    stream: true,
    max_tokens: request.maxOutputTokens,
    ...systemOf(request),
    messages: turnsOf(request.messages, (part) => contentOf(part).length > 0).map(
      ({ role, parts }) => ({ role, content: parts.flatMap(contentOf) }),
    ),
    ...(thinks ? thinkingOf(budget, request.maxOutputTokens, rules.thinking) : {}),
    // The API accepts a temperature other than 1 only without thinking, and newer models never do.
    ...(request.temperature === undefined || thinks || !rules.temperature
      ? {}
      : { temperature: Math.min(1, request.temperature) }),
  };
}

function systemOf(request: ProviderRequest) {
  const blocks = request.system.filter((block) => block.text.trim() !== "");
  if (blocks.length === 0) return {};
  const breakpoint = blocks.findLastIndex((block) => block.cacheable);
  return {
    system: blocks.map((block, index) => ({
      type: "text" as const,
      text: block.text,
      ...(index === breakpoint ? { cache_control: { type: "ephemeral" as const } } : {}),
    })),
  };
}

type WireContent =
  | { type: "text"; text: string }
  | { type: "image"; source: { type: "base64"; media_type: string; data: string } }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "redacted_thinking"; data: string };

function contentOf(part: PromptPart): WireContent[] {
  if (part.type === "image") {
    return [
      {
        type: "image",
        source: { type: "base64", media_type: part.mediaType, data: part.data },
      },
    ];
  }
  // The API refuses blank text blocks, and thinking without its signature.
  if (part.type === "text") {
    return part.text.trim() === "" ? [] : [{ type: "text", text: part.text }];
  }
  if (part.signature === undefined) return [];
  return part.redacted
    ? [{ type: "redacted_thinking", data: part.signature }]
    : [{ type: "thinking", thinking: part.text, signature: part.signature }];
}

function thinkingOf(budget: number, maxOutputTokens: number, mode: "budget" | "adaptive") {
  if (mode === "adaptive") {
    return { thinking: { type: "adaptive" as const, display: "summarized" as const } };
  }
  // The budget is part of max_tokens and must leave room for the answer.
  const fitting = Math.min(budget, Math.floor(maxOutputTokens / 2));
  if (fitting < MIN_THINKING_TOKENS) return {};
  return { thinking: { type: "enabled" as const, budget_tokens: fitting } };
}

/**
 * Anthropic's Messages API, streaming.
 * Protocol: docs.anthropic.com → API reference → Messages and "Streaming messages".
 */

import { baseOf, endpointOf, withVersion } from "../address.ts";
import { streamAdjusted } from "../adjust.ts";
import { streamAnswer } from "../answer-stream.ts";
import { anthropicDialect, type Dialect, type DialectSettings } from "../dialect.ts";
import { modelName, modelVersion } from "../model-name.ts";
import type {
  Effort,
  PromptMessage,
  PromptPart,
  ProviderAdapter,
  ProviderRequest,
} from "../port.ts";
import { type HeaderSettings, requestHeaders } from "../request-headers.ts";
import type { FetchLike } from "../send-request.ts";
import { instructionsOf, takesSigned, turnsOf } from "../turns.ts";
import { decodeAnthropic } from "./decoder.ts";

const API_VERSION = "2023-06-01";
export const ANTHROPIC_BASE_URL = "https://api.anthropic.com";
/** The smallest thinking budget the API accepts. */
const MIN_THINKING_TOKENS = 1024;
/** Budgets for models that take one; the half of the output limit is the most. */
const BUDGETS: Record<Exclude<Effort, "off">, number> = {
  low: 4_096,
  medium: 8_192,
  high: 16_384,
};

export interface AnthropicOptions extends DialectSettings, HeaderSettings {
  /** With or without `/v1`. */
  baseUrl?: string;
  fetch?: FetchLike;
}

/** The address with the version that the format's paths begin with. */
export function anthropicBase(baseUrl: string): string {
  return withVersion(baseUrl) ?? baseOf(baseUrl);
}

/** The headers that each request of the format carries. */
export function anthropicHeaders(settings: HeaderSettings): Record<string, string> {
  return { "anthropic-version": API_VERSION, ...requestHeaders(settings, "x-api-key") };
}

/** An adapter for Anthropic's wire format. */
export function anthropicAdapter(options: AnthropicOptions): ProviderAdapter {
  const url = endpointOf(anthropicBase(options.baseUrl ?? ANTHROPIC_BASE_URL), "/messages");
  const headers = anthropicHeaders(options);
  return {
    kind: "anthropic",
    stream: (request, call) =>
      streamAdjusted(request, call, anthropicDialect(request.model), options, {
        body: anthropicBody,
        send: (body, watched) =>
          streamAnswer(
            { url, headers, body, fetch: options.fetch ?? fetch, decoder: decodeAnthropic() },
            watched,
          ),
      }),
  };
}

/** The request as the Messages API takes it; exported for its test. */
export function anthropicBody(
  request: ProviderRequest,
  dialect: Dialect = anthropicDialect(request.model),
) {
  const thinking = thinkingOf(request, dialect);
  const thinks = thinking.thinking !== undefined && thinking.thinking.type !== "disabled";
  return {
    model: request.model,
    stream: true,
    max_tokens: request.maxOutputTokens,
    ...systemOf(request, dialect),
    messages: messagesOf(request, dialect),
    ...thinking,
    // The API accepts a temperature other than 1 only without thinking.
    ...(request.temperature === undefined || thinks || !dialect.temperature
      ? {}
      : { temperature: Math.min(1, request.temperature) }),
  };
}

const BREAKPOINT = { cache_control: { type: "ephemeral" as const } };

function systemOf(request: ProviderRequest, dialect: Dialect) {
  const blocks = instructionsOf(request);
  if (blocks.length === 0) return {};
  const breakpoint = blocks.findLastIndex((block) => block.cacheable);
  return {
    system: blocks.map((block, index) => ({
      type: "text" as const,
      text: block.text,
      ...(index === breakpoint && dialect.cacheBreakpoints ? BREAKPOINT : {}),
    })),
  };
}

type WireContent = (
  | { type: "text"; text: string }
  | { type: "image"; source: { type: "base64"; media_type: string; data: string } }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "redacted_thinking"; data: string }
) &
  Partial<typeof BREAKPOINT>;

function messagesOf(request: ProviderRequest, dialect: Dialect) {
  const turns = turnsOf(request.messages, takesSigned(dialect));
  const breakpoint = dialect.cacheBreakpoints
    ? turns.findLastIndex((message) => message.cacheable)
    : -1;
  return turns.map((message, index) => ({
    role: message.role,
    content: index === breakpoint ? marked(message) : message.parts.flatMap(contentOf),
  }));
}

/** The message's content with a breakpoint at its end, where thinking takes none. */
function marked(message: PromptMessage): WireContent[] {
  const content = message.parts.flatMap(contentOf);
  const last = content.at(-1);
  if (last === undefined || last.type === "thinking" || last.type === "redacted_thinking")
    return content;
  return [...content.slice(0, -1), { ...last, ...BREAKPOINT }];
}

function contentOf(part: PromptPart): WireContent[] {
  if (part.type === "image") {
    return [
      {
        type: "image",
        source: { type: "base64", media_type: part.mediaType, data: part.data },
      },
    ];
  }
  if (part.type === "text") return [{ type: "text", text: part.text }];
  if (part.signature === undefined) return [];
  return part.redacted
    ? [{ type: "redacted_thinking", data: part.signature }]
    : [{ type: "thinking", thinking: part.text, signature: part.signature }];
}

interface Thinking {
  thinking?:
    | { type: "adaptive"; display: "summarized" }
    | { type: "enabled"; budget_tokens: number }
    | { type: "disabled" };
  output_config?: { effort: Exclude<Effort, "off"> };
}

const ADAPTIVE = { thinking: { type: "adaptive", display: "summarized" } } as const;

function thinkingOf(request: ProviderRequest, dialect: Dialect): Thinking {
  const { effort, maxOutputTokens, temperature, thinks } = request;
  if (!thinks || dialect.reasoning === "none") return {};
  if (dialect.reasoning !== "adaptive") {
    if (effort === undefined || effort === "off") return {};
    // The budget is part of max_tokens and must leave room for the answer.
    const budget = Math.min(BUDGETS[effort], Math.floor(maxOutputTokens / 2));
    return budget < MIN_THINKING_TOKENS
      ? {}
      : { thinking: { type: "enabled", budget_tokens: budget } };
  }
  if (effort === undefined) {
    // A temperature was asked for and effort was not: thinking would forbid the temperature.
    return temperature !== undefined && dialect.temperature ? {} : ADAPTIVE;
  }
  if (effort !== "off") return { ...ADAPTIVE, output_config: { effort } };
  const version = modelVersion(request.model);
  // Before 5 adaptive thinking is off unless asked for; from 5.5 on, and in Fable, it cannot be switched off.
  if (version < 5) return {};
  return version >= 5.05 || modelName(request.model).includes("fable")
    ? { ...ADAPTIVE, output_config: { effort: "low" } }
    : { thinking: { type: "disabled" } };
}

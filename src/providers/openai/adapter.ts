/**
 * OpenAI's chat completions, streaming, including compatible endpoints (OpenRouter, Ollama, vLLM, llama.cpp,
 * LiteLLM and others). Protocol: platform.openai.com → API reference → Chat → "Create" and "Streaming".
 */

import { endpointOf } from "../address.ts";
import { streamAdjusted } from "../adjust.ts";
import { streamAnswer } from "../answer-stream.ts";
import { type Dialect, type DialectSettings, openAiDialect } from "../dialect.ts";
import { modelName } from "../model-name.ts";
import type {
  Effort,
  PromptMessage,
  PromptPart,
  ProviderAdapter,
  ProviderRequest,
  ReasoningPart,
  SystemBlock,
} from "../port.ts";
import { type HeaderSettings, requestHeaders } from "../request-headers.ts";
import type { FetchLike } from "../send-request.ts";
import { instructionsOf, turnsOf } from "../turns.ts";
import { decodeOpenAi } from "./decoder.ts";

export const OPENAI_BASE_URL = "https://api.openai.com/v1";

/** The key is absent for endpoints that need none, such as a local Ollama. */
export interface OpenAiOptions extends DialectSettings, HeaderSettings {
  /** With its version, as vendors document it: `https://api.openai.com/v1`. */
  baseUrl?: string;
  fetch?: FetchLike;
}

/** An adapter for the chat completions wire format. */
export function openAiAdapter(options: OpenAiOptions): ProviderAdapter {
  const baseUrl = options.baseUrl ?? OPENAI_BASE_URL;
  const headers = requestHeaders(options, "bearer");
  return {
    kind: "openai",
    stream: (request, call) =>
      streamAdjusted(request, call, openAiDialect(baseUrl, request.model), options, {
        body: openAiBody,
        send: (body, watched) =>
          streamAnswer(
            {
              url: endpointOf(baseUrl, "/chat/completions"),
              headers,
              body,
              fetch: options.fetch ?? fetch,
              decoder: decodeOpenAi(),
            },
            watched,
          ),
      }),
  };
}

/** The request body in a dialect; exported for its test. */
export function openAiBody(request: ProviderRequest, dialect: Dialect) {
  return {
    model: request.model,
    stream: true,
    ...(dialect.includeUsage ? { stream_options: { include_usage: true } } : {}),
    [dialect.outputLimit]: request.maxOutputTokens,
    messages: messagesOf(request, dialect),
    ...(request.temperature === undefined || !dialect.temperature
      ? {}
      : { temperature: request.temperature }),
    ...reasoningOf(request, dialect),
  };
}

const BREAKPOINT = { cache_control: { type: "ephemeral" as const } };

type WireContent = ({ type: "text"; text: string } & Partial<typeof BREAKPOINT>) | WireImage;
type WireImage = { type: "image_url"; image_url: { url: string } };
interface WireMessage {
  role: "system" | "developer" | "user" | "assistant";
  content: string | WireContent[];
  reasoning_content?: string;
}

function messagesOf(request: ProviderRequest, dialect: Dialect): WireMessage[] {
  const blocks = instructionsOf(request);
  const takes = ({ text }: ReasoningPart) => dialect.signedThinking && text !== "";
  if (dialect.systemRole === "user") {
    const rules: PromptMessage = {
      role: "user",
      parts: [{ type: "text", text: textOf(blocks) }],
    };
    return turnsOf([rules, ...request.messages], takes).map(messageOf);
  }
  const turns = turnsOf(request.messages, takes);
  const breakpoint = dialect.cacheBreakpoints
    ? turns.findLastIndex((message) => message.cacheable)
    : -1;
  return [
    ...systemOf(blocks, dialect, dialect.systemRole),
    ...turns.map((turn, index) => (index === breakpoint ? marked(turn) : messageOf(turn))),
  ];
}

function textOf(blocks: SystemBlock[]): string {
  return blocks.map((block) => block.text).join("\n\n");
}

function systemOf(
  blocks: SystemBlock[],
  dialect: Dialect,
  role: "system" | "developer",
): WireMessage[] {
  if (blocks.length === 0) return [];
  // Most prefix caches are automatic; it is enough that stable blocks come first.
  if (!dialect.cacheBreakpoints) return [{ role, content: textOf(blocks) }];
  const breakpoint = blocks.findLastIndex((block) => block.cacheable);
  const content = blocks.map((block, index) => ({
    type: "text" as const,
    text: block.text,
    ...(index === breakpoint ? BREAKPOINT : {}),
  }));
  return [{ role, content }];
}

function messageOf({ role, parts }: PromptMessage): WireMessage {
  const content = parts.some(({ type }) => type === "image")
    ? parts.flatMap(contentOf)
    : wordsOf(parts, "text");
  return { role, content, ...thinkingOf(parts) };
}

/** The model's own thinking; without it nothing, since most endpoints do not accept the field. */
function thinkingOf(parts: PromptPart[]): { reasoning_content?: string } {
  const thinking = wordsOf(parts, "reasoning");
  return thinking === "" ? {} : { reasoning_content: thinking };
}

function wordsOf(parts: PromptPart[], type: "text" | "reasoning"): string {
  return parts.map((part) => (part.type === type ? part.text : "")).join("");
}

/** The message with a cache breakpoint behind its last text. */
function marked({ role, parts }: PromptMessage): WireMessage {
  const content = parts.flatMap(contentOf);
  const last = content.findLastIndex((part) => part.type === "text");
  return {
    role,
    ...thinkingOf(parts),
    content: content.map((part, index) =>
      index === last && part.type === "text" ? { ...part, ...BREAKPOINT } : part,
    ),
  };
}

function contentOf(part: PromptPart): WireContent[] {
  switch (part.type) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image":
      return [
        { type: "image_url", image_url: { url: `data:${part.mediaType};base64,${part.data}` } },
      ];
    case "reasoning":
      return [];
  }
}

function reasoningOf({ effort, model, thinks }: ProviderRequest, dialect: Dialect) {
  if (!thinks || effort === undefined) return {};
  switch (dialect.reasoning) {
    case "openrouter":
      return { reasoning: effort === "off" ? { enabled: false } : { effort } };
    case "effort":
      return { reasoning_effort: effortWord(effort, model) };
    default:
      return {};
  }
}

/** OpenAI's word for an effort. Its older models cannot be kept from thinking: the least of each stands for off. */
function effortWord(effort: Effort, model: string): string {
  if (effort !== "off") return effort;
  const name = modelName(model);
  if (/^(o[1-9](-|$)|gpt-oss|codex-)/.test(name)) return "low";
  return /^gpt-5(-(?!\d)|$)/.test(name) ? "minimal" : "none";
}

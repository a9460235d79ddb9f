/**
 * OpenAI's chat completions, streaming, including compatible endpoints (OpenRouter, Ollama, vLLM, llama.cpp,
 * LiteLLM and others). Protocol: platform.openai.com → API reference → Chat → "Create" and "Streaming".
 */

import { streamAnswer } from "../answer-stream.ts";
import type {
  PromptMessage,
  PromptPart,
  ProviderAdapter,
  ProviderRequest,
  SystemBlock,
} from "../port.ts";
import type { FetchLike } from "../send-request.ts";
import { turnsOf } from "../turns.ts";
import { decodeOpenAi } from "./decoder.ts";
import { dialectFor, type OpenAiDialect } from "./dialect.ts";

export const OPENAI_BASE_URL = "https://api.openai.com/v1";

export interface OpenAiOptions {
  /** Absent for endpoints that need none, such as a local Ollama. */
  apiKey?: string;
  /** With its version, as vendors document it: `https://api.openai.com/v1`. */
  baseUrl?: string;
  /** Overrides of the dialect known for the address. */
  dialect?: Partial<OpenAiDialect>;
  fetch?: FetchLike;
}

/** An adapter for the chat completions wire format. */
export function openAiAdapter(options: OpenAiOptions): ProviderAdapter {
  const baseUrl = (options.baseUrl ?? OPENAI_BASE_URL).replace(/\/+$/, "");
  const dialect = { ...dialectFor(baseUrl), ...options.dialect };
  const headers: Record<string, string> = options.apiKey
    ? { authorization: `Bearer ${options.apiKey}` }
    : {};
  return {
    kind: "openai",
    stream: (request, call) =>
      streamAnswer(
        {
          url: `${baseUrl}/chat/completions`,
          headers,
          body: openAiBody(request, dialect),
          fetch: options.fetch ?? fetch,
          decoder: decodeOpenAi(),
        },
        call,
      ),
  };
}

/** The request body in a dialect; exported for its test. */
export function openAiBody(request: ProviderRequest, dialect: OpenAiDialect) {
  const thinking = request.reasoningTokens ?? 0;
  const reasons = thinking > 0;
  return {
    model: request.model,
    stream: true,
    ...(dialect.includeUsage ? { stream_options: { include_usage: true } } : {}),
    [dialect.outputLimit]: request.maxOutputTokens,
    messages: [
      ...systemOf(request.system, dialect),
      ...turnsOf(request.messages, isSendable).map(messageOf),
    ],
    ...(request.temperature === undefined || (reasons && dialect.reasoning === "effort")
      ? {}
      : { temperature: request.temperature }),
    ...(reasons ? reasoningOf(thinking, dialect) : {}),
  };
}

function systemOf(system: SystemBlock[], dialect: OpenAiDialect) {
  const blocks = system.filter((block) => block.text.trim() !== "");
  if (blocks.length === 0) return [];
  if (!dialect.cacheBreakpoints) {
    // Prefix caches are automatic here; it is enough that stable blocks come first.
    const content = blocks.map((block) => block.text).join("\n\n");
    return [{ role: "system" as const, content }];
  }
  const breakpoint = blocks.findLastIndex((block) => block.cacheable);
  const content = blocks.map((block, index) => ({
    type: "text" as const,
    text: block.text,
    ...(index === breakpoint ? { cache_control: { type: "ephemeral" as const } } : {}),
  }));
  return [{ role: "system" as const, content }];
}

type WireContent =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string } };

/** Reasoning is omitted: the format has no field for it that all endpoints accept. */
function isSendable(part: PromptPart): boolean {
  return part.type === "image" || (part.type === "text" && part.text !== "");
}

function messageOf({ role, parts }: PromptMessage) {
  if (parts.some((part) => part.type === "image"))
    return { role, content: parts.flatMap(contentOf) };
  const texts = parts.filter((part) => part.type === "text");
  return { role, content: texts.map((part) => part.text).join("") };
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

function reasoningOf(tokens: number, dialect: OpenAiDialect) {
  switch (dialect.reasoning) {
    case "budget":
      return { reasoning: { max_tokens: tokens } };
    case "effort":
      return { reasoning_effort: tokens < 4_096 ? "low" : tokens < 16_384 ? "medium" : "high" };
    case "none":
      return {};
  }
}

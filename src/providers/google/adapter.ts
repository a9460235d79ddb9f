/**
 * Google's Gemini API, streaming. Protocol: ai.google.dev → API reference → "Generating content", and the guides
 * "Gemini thinking" and "Thought signatures".
 */

import { baseOf, endpointOf, withVersion } from "../address.ts";
import { streamAdjusted } from "../adjust.ts";
import { streamAnswer } from "../answer-stream.ts";
import type { Dialect, DialectSettings } from "../dialect.ts";
import { modelName } from "../model-name.ts";
import type { Effort, PromptPart, ProviderAdapter, ProviderRequest } from "../port.ts";
import { type HeaderSettings, requestHeaders } from "../request-headers.ts";
import type { FetchLike } from "../send-request.ts";
import { instructionsOf, takesSigned, turnsOf } from "../turns.ts";
import { decodeGoogle } from "./decoder.ts";
import { googleDialect } from "./dialect.ts";

export const GOOGLE_BASE_URL = "https://generativelanguage.googleapis.com";

/** Thinking tokens for models that take a budget; within the range of each of them. */
const BUDGETS: Record<Exclude<Effort, "off">, number> = {
  low: 2_048,
  medium: 8_192,
  high: 24_576,
};
/** The least that models take whose thinking cannot be switched off. */
const MIN_BUDGET = 128;

export interface GoogleOptions extends DialectSettings, HeaderSettings {
  /** With or without `/v1beta`. */
  baseUrl?: string;
  fetch?: FetchLike;
}

/** The address with the version that the format's paths begin with. */
export function googleBase(baseUrl: string): string {
  const base = baseOf(baseUrl);
  return withVersion(base) === undefined ? base : endpointOf(base, "/v1beta");
}

/** The headers that each request of the format carries. */
export function googleHeaders(settings: HeaderSettings): Record<string, string> {
  return requestHeaders(settings, "x-goog-api-key");
}

/** An adapter for Gemini's wire format. */
export function googleAdapter(options: GoogleOptions): ProviderAdapter {
  const base = googleBase(options.baseUrl ?? GOOGLE_BASE_URL);
  const headers = googleHeaders(options);
  return {
    kind: "google",
    stream: (request, call) =>
      streamAdjusted(request, call, googleDialect(request.model), options, {
        body: googleBody,
        send: (body, watched) =>
          streamAnswer(
            {
              url: asStream(endpointOf(base, `/${pathOf(request.model)}:streamGenerateContent`)),
              headers,
              body,
              fetch: options.fetch ?? fetch,
              decoder: decodeGoogle(),
            },
            watched,
          ),
      }),
  };
}

/** Without this parameter the API answers with one list at the end. */
function asStream(url: string): string {
  if (/[?&]alt=sse(&|$)/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}alt=sse`;
}

/** `models/…`, and `tunedModels/…` as it is. */
function pathOf(model: string): string {
  const name = model.includes("/") ? model : `models/${model}`;
  return name.split("/").map(encodeURIComponent).join("/");
}

/** The request as the API takes it; exported for its test. */
export function googleBody(
  request: ProviderRequest,
  dialect: Dialect = googleDialect(request.model),
) {
  const system = instructionsOf(request).map(({ text }) => ({ text }));
  const asTurn = dialect.systemRole === "user";
  const contents = contentsOf(request, dialect);
  return {
    ...(system.length === 0 || asTurn ? {} : { systemInstruction: { parts: system } }),
    contents: asTurn ? withInstructions(system, contents) : contents,
    generationConfig: {
      maxOutputTokens: request.maxOutputTokens,
      ...(request.temperature === undefined || !dialect.temperature
        ? {}
        : { temperature: request.temperature }),
      ...thinkingOf(request, dialect),
    },
  };
}

type WirePart =
  | { text: string; thoughtSignature?: string }
  | { inlineData: { mimeType: string; data: string } };

interface WireContent {
  role: "user" | "model";
  parts: WirePart[];
}

function contentsOf({ messages }: ProviderRequest, dialect: Dialect): WireContent[] {
  return turnsOf(messages, takesSigned(dialect)).map(({ role, parts }) => ({
    role: role === "assistant" ? "model" : "user",
    parts: parts.flatMap(partOf),
  }));
}

/** Instructions in front of the first question, for models without a place for them (Gemma). */
function withInstructions(system: WirePart[], contents: WireContent[]): WireContent[] {
  const [first, ...rest] = contents;
  if (first?.role !== "user") return [{ role: "user", parts: system }, ...contents];
  return [{ role: "user", parts: [...system, ...first.parts] }, ...rest];
}

function partOf(part: PromptPart): WirePart[] {
  switch (part.type) {
    case "text":
      return [{ text: part.text }];
    case "image":
      return [{ inlineData: { mimeType: part.mediaType, data: part.data } }];
    case "reasoning":
      // Summaries of thoughts are not sent back; their signature is, in a part of its own, as it streams.
      return part.signature === undefined ? [] : [{ text: "", thoughtSignature: part.signature }];
  }
}

interface ThinkingConfig {
  includeThoughts: true;
  thinkingBudget?: number;
  thinkingLevel?: "minimal" | "low" | "medium" | "high";
}

function thinkingOf(
  request: ProviderRequest,
  dialect: Dialect,
): { thinkingConfig?: ThinkingConfig } {
  const { effort, thinks } = request;
  if (!thinks || dialect.reasoning === "none") return {};
  const thinkingConfig: ThinkingConfig = { includeThoughts: true };
  if (effort === undefined) return { thinkingConfig };
  const isPro = modelName(request.model).includes("-pro");
  if (dialect.reasoning === "budget") {
    const thinkingBudget = effort === "off" ? (isPro ? MIN_BUDGET : 0) : BUDGETS[effort];
    return { thinkingConfig: { ...thinkingConfig, thinkingBudget } };
  }
  const thinkingLevel = effort === "off" ? (isPro ? "low" : "minimal") : effort;
  return { thinkingConfig: { ...thinkingConfig, thinkingLevel } };
}

/** Google's Gemini API as a local server, after its API reference and error pages. */

import type { TokenUsage } from "../../src/providers/port.ts";
import { deltasOf, foreignAnswer } from "./deltas.ts";
import {
  type Fault,
  type Frame,
  type ModelAnswer,
  type PromptPiece,
  type WireFormat,
  wireTokens,
} from "./scenario.ts";
import { WireServer } from "./wire-server.ts";

const IMAGE_TOKENS = 1290;
const PATH = /^\/v1beta\/models\/([^/:]+):streamGenerateContent\?alt=sse$/;

/** Starts nothing yet: call `start()`. Its `baseUrl` is {@link WireServer.origin}. */
export function googleServer(): WireServer {
  return new WireServer(googleFormat);
}

interface WirePart {
  text?: string;
  inlineData?: unknown;
}

interface WireBody {
  systemInstruction?: { parts: WirePart[] };
  contents?: { role: string; parts: WirePart[] }[];
  generationConfig?: { maxOutputTokens?: number };
}

export const googleFormat: WireFormat = {
  path: PATH,
  modelIn: (path) => PATH.exec(path)?.[1] ?? "",
  caching: "automatic",
  keyOf: (headers) => headers.get("x-goog-api-key") ?? undefined,
  maxOutputTokens: (body) => read(body).generationConfig?.maxOutputTokens ?? 0,
  promptOf(body) {
    const { systemInstruction, contents = [] } = read(body);
    const parts = contents.flatMap((content) => content.parts);
    return [...(systemInstruction?.parts ?? []), ...parts].map(pieceOf);
  },
  *frames(answer) {
    yield opening(answer);
    for (const text of deltasOf(answer.reasoning, answer.deltaChars)) {
      yield response(answer, { parts: [{ text, thought: true }], delta: { reasoning: text } });
    }
    for (const text of deltasOf(answer.text, answer.deltaChars, answer.endless)) {
      yield response(answer, { parts: [{ text }], delta: { text } });
    }
    const closing = closingFrame(answer);
    yield closing;
    if (answer.reportUsage === "twice") yield closing;
  },
  errorEvent: () => ({
    data: JSON.stringify({
      error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" },
    }),
  }),
  refusal,
};

function read(body: unknown): WireBody {
  return typeof body === "object" && body !== null ? body : {};
}

function pieceOf(part: WirePart): PromptPiece {
  const text = part.text ?? JSON.stringify(part);
  const tokens = part.inlineData === undefined ? wireTokens(text) : IMAGE_TOKENS;
  return { text, tokens, breakpoint: false };
}

interface ResponseFields {
  parts: object[];
  delta?: NonNullable<Frame["delta"]>;
  finishReason?: string;
  usage?: TokenUsage | undefined;
}

function response(
  answer: ModelAnswer,
  { parts, delta, finishReason, usage }: ResponseFields,
): Frame {
  const candidate = {
    content: { parts, role: "model" },
    index: 0,
    ...(finishReason === undefined ? {} : { finishReason }),
  };
  return {
    data: JSON.stringify({
      candidates: [candidate],
      ...(usage === undefined ? {} : { usageMetadata: wireUsage(usage) }),
      modelVersion: answer.model,
      responseId: "test",
    }),
    ...(delta === undefined ? {} : { delta }),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** The prompt is counted from the first response on. */
function opening(answer: ModelAnswer): Frame {
  const soFar = { ...answer.usage, outputTokens: 0, reasoningTokens: 0 };
  const usage = answer.reportUsage === "missing" ? undefined : soFar;
  return response(answer, { parts: [{ text: "" }], usage });
}

function closingFrame(answer: ModelAnswer): Frame {
  const finishReason = { stop: "STOP", length: "MAX_TOKENS", refusal: "SAFETY" }[answer.end];
  const usage = answer.reportUsage === "missing" ? undefined : answer.usage;
  return response(answer, { parts: [{ text: "" }], finishReason, usage });
}

function wireUsage(usage: TokenUsage) {
  const promptTokenCount = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const { cacheReadTokens, outputTokens, reasoningTokens } = usage;
  return {
    promptTokenCount,
    ...(cacheReadTokens > 0 ? { cachedContentTokenCount: cacheReadTokens } : {}),
    ...(outputTokens > 0 ? { candidatesTokenCount: outputTokens - reasoningTokens } : {}),
    ...(reasoningTokens > 0 ? { thoughtsTokenCount: reasoningTokens } : {}),
    totalTokenCount: promptTokenCount + outputTokens,
  };
}

function refusal(fault: Fault) {
  const foreign = foreignAnswer(fault.kind);
  if (foreign) return foreign;
  // Errors of a streamed call come in a list.
  const error = (code: number, status: string, message: string, details: object[] = []) => ({
    status: code,
    body: JSON.stringify([{ error: { code, message, status, details } }]),
  });
  switch (fault.kind) {
    case "bad_key":
      return error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" },
      ]);
    case "no_credit":
      return error(
        429,
        "RESOURCE_EXHAUSTED",
        "Your prepayment credits are depleted. Please go to AI Studio to manage your billing.",
      );
    case "unknown_model":
      return error(
        404,
        "NOT_FOUND",
        "models/no-such-model is not found for API version v1beta, or is not supported for generateContent.",
      );
    case "context_too_long":
      return error(
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200001) exceeds the maximum number of tokens allowed (1048576).",
      );
    case "refused":
      return error(400, "INVALID_ARGUMENT", "The request was blocked by the content policy.");
    case "rate_limited": {
      const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      return {
        ...error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
        headers,
      };
    }
    case "overloaded":
      return error(
        fault.status ?? 503,
        "UNAVAILABLE",
        "The model is overloaded. Please try again later.",
      );
    case "server_error":
      return error(500, "INTERNAL", "An internal error has occurred.");
    default:
      return error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
  }
}

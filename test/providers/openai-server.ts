/** OpenAI's chat completions as a local server, after its API reference and error pages. */

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

const IMAGE_TOKENS = 1100;

/** Starts nothing yet: call `start()`. Its `baseUrl` is {@link WireServer.origin} and `/v1`. */
export function openAiServer(): WireServer {
  return new WireServer(openAiFormat);
}

interface WireContent {
  type?: string;
  text?: string;
}

interface WireBody {
  max_tokens?: number;
  max_completion_tokens?: number;
  messages?: { role: string; content: WireContent[] | string }[];
}

export const openAiFormat: WireFormat = {
  path: "/v1/chat/completions",
  caching: "automatic",
  keyOf: (headers) => headers.get("authorization")?.replace(/^Bearer /, ""),
  maxOutputTokens(body) {
    const { max_tokens, max_completion_tokens } = read(body);
    return max_completion_tokens ?? max_tokens ?? 0;
  },
  promptOf: (body) =>
    (read(body).messages ?? []).flatMap(({ content }) =>
      (typeof content === "string" ? [{ type: "text", text: content }] : content).map(pieceOf),
    ),
  *frames(answer) {
    yield chunk(answer, { role: "assistant", content: "" });
    for (const reasoning_content of deltasOf(answer.reasoning, answer.deltaChars)) {
      yield chunk(answer, { reasoning_content }, { delta: { reasoning: reasoning_content } });
    }
    for (const content of deltasOf(answer.text, answer.deltaChars, answer.endless)) {
      yield chunk(answer, { content }, { delta: { text: content } });
    }
    const finish = { stop: "stop", length: "length", refusal: "content_filter" }[answer.end];
    yield chunk(answer, {}, {}, finish);
    if (answer.reportUsage !== "missing") yield usageChunk(answer);
    if (answer.reportUsage === "twice") yield usageChunk(answer);
    yield { data: "[DONE]" };
  },
  errorEvent: () => ({
    data: JSON.stringify({
      error: { message: "The server is overloaded.", type: "server_error", code: 503 },
    }),
  }),
  refusal,
};

function read(body: unknown): WireBody {
  return typeof body === "object" && body !== null ? body : {};
}

function pieceOf(content: WireContent): PromptPiece {
  const text = content.text ?? JSON.stringify(content);
  const tokens = content.type === "image_url" ? IMAGE_TOKENS : wireTokens(text);
  return { text, tokens, breakpoint: false };
}

function chunk(
  { model }: ModelAnswer,
  delta: object,
  rest: Partial<Frame> = {},
  finish: string | null = null,
): Frame {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return { data: JSON.stringify({ ...envelope(model), choices, usage: null }), ...rest };
}

function usageChunk({ model, usage }: ModelAnswer): Frame {
  return {
    data: JSON.stringify({ ...envelope(model), choices: [], usage: wireUsage(usage) }),
    usage,
  };
}

function envelope(model: string) {
  return { id: "chatcmpl-test", object: "chat.completion.chunk", created: 1_795_000_000, model };
}

function wireUsage(usage: TokenUsage) {
  const prompt_tokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    prompt_tokens,
    completion_tokens: usage.outputTokens,
    total_tokens: prompt_tokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      audio_tokens: 0,
      ...(usage.cacheWriteTokens > 0 ? { cache_write_tokens: usage.cacheWriteTokens } : {}),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: 0 },
  };
}

function refusal(fault: Fault) {
  const foreign = foreignAnswer(fault.kind);
  if (foreign) return foreign;
  const error = (status: number, type: string, code: string | null, message: string) => ({
    status,
    body: JSON.stringify({ error: { message, type, param: null, code } }),
  });
  const invalid = "invalid_request_error";
  switch (fault.kind) {
    case "bad_key":
      return error(401, invalid, "invalid_api_key", "Incorrect API key provided: sk-test****key.");
    case "no_credit":
      return error(
        429,
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
      );
    case "unknown_model":
      return error(404, invalid, "model_not_found", "The model `no-such-model` does not exist.");
    case "context_too_long":
      return error(
        400,
        invalid,
        "context_length_exceeded",
        "This model's maximum context length is 128000 tokens. Your messages resulted in 130001.",
      );
    case "refused":
      return error(
        400,
        invalid,
        "content_policy_violation",
        "Your request was rejected as a result of our safety system.",
      );
    case "rate_limited": {
      const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      const answer = error(
        429,
        "tokens",
        "rate_limit_exceeded",
        "Rate limit reached for requests.",
      );
      return { ...answer, headers };
    }
    case "overloaded":
      return error(
        fault.status ?? 503,
        "service_unavailable_error",
        null,
        "That model is currently overloaded with other requests.",
      );
    case "server_error":
      return error(500, "server_error", null, "The server had an error processing your request.");
    default:
      return error(400, invalid, "unsupported_parameter", "Unsupported parameter.");
  }
}

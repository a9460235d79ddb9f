/** Anthropic's Messages API as a local server, after its API reference and error pages. */

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

const IMAGE_TOKENS = 1500;

/** Starts nothing yet: call `start()`. Its `baseUrl` is {@link WireServer.origin}. */
export function anthropicServer(): WireServer {
  return new WireServer(anthropicFormat);
}

interface WireBlock {
  type?: string;
  text?: string;
  thinking?: string;
  cache_control?: unknown;
}

interface WireBody {
  max_tokens?: number;
  system?: WireBlock[];
  messages?: { role: string; content: WireBlock[] | string }[];
}

export const anthropicFormat: WireFormat = {
  path: "/v1/messages",
  caching: "explicit",
  keyOf: (headers) => headers.get("x-api-key") ?? undefined,
  maxOutputTokens: (body) => read(body).max_tokens ?? 0,
  promptOf(body) {
    const { system = [], messages = [] } = read(body);
    const blocks = messages.flatMap(({ content }) =>
      typeof content === "string" ? [{ type: "text", text: content }] : content,
    );
    return [...system, ...blocks].map(pieceOf);
  },
  *frames(answer) {
    yield* opening(answer);
    let index = 0;
    if (answer.reasoning) {
      yield* block(index++, { type: "thinking", thinking: "", signature: "" }, thoughts(answer));
    }
    yield* block(index, { type: "text", text: "" }, words(answer));
    const closing = closingFrame(answer);
    yield closing;
    if (answer.reportUsage === "twice") yield closing;
    yield frame("message_stop", {});
  },
  errorEvent: () => frame("error", { error: { type: "overloaded_error", message: "Overloaded" } }),
  refusal,
};

function read(body: unknown): WireBody {
  return typeof body === "object" && body !== null ? body : {};
}

function pieceOf(block: WireBlock): PromptPiece {
  const text = block.text ?? block.thinking ?? JSON.stringify(block);
  const tokens = block.type === "image" ? IMAGE_TOKENS : wireTokens(text);
  return { text, tokens, breakpoint: block.cache_control !== undefined };
}

function frame(event: string, fields: object, rest: Partial<Frame> = {}): Frame {
  return { event, data: JSON.stringify({ type: event, ...fields }), ...rest };
}

function wireUsage(usage: TokenUsage) {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
  };
}

function* opening({ model, usage, reportUsage }: ModelAnswer): Generator<Frame> {
  const soFar = { ...usage, outputTokens: Math.min(1, usage.outputTokens), reasoningTokens: 0 };
  const message = {
    id: "msg_test",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...(reportUsage === "missing" ? {} : { usage: wireUsage(soFar) }),
  };
  yield frame("message_start", { message }, reportUsage === "missing" ? {} : { usage: soFar });
  yield frame("ping", {});
}

function* block(index: number, content_block: object, deltas: Iterable<Frame>): Generator<Frame> {
  yield frame("content_block_start", { index, content_block });
  for (const delta of deltas) {
    yield { ...delta, data: delta.data.replace('"index":0', `"index":${index}`) };
  }
  yield frame("content_block_stop", { index });
}

function* thoughts({ reasoning, deltaChars }: ModelAnswer): Generator<Frame> {
  for (const thinking of deltasOf(reasoning, deltaChars)) {
    const delta = { type: "thinking_delta", thinking };
    yield frame("content_block_delta", { index: 0, delta }, { delta: { reasoning: thinking } });
  }
  const delta = { type: "signature_delta", signature: Buffer.from(reasoning).toString("base64") };
  yield frame("content_block_delta", { index: 0, delta });
}

function* words({ text, deltaChars, endless }: ModelAnswer): Generator<Frame> {
  for (const piece of deltasOf(text, deltaChars, endless)) {
    const delta = { type: "text_delta", text: piece };
    yield frame("content_block_delta", { index: 0, delta }, { delta: { text: piece } });
  }
}

function closingFrame({ end, usage, reportUsage }: ModelAnswer): Frame {
  const stop_reason = { stop: "end_turn", length: "max_tokens", refusal: "refusal" }[end];
  const delta = { stop_reason, stop_sequence: null };
  if (reportUsage === "missing") return frame("message_delta", { delta });
  return frame("message_delta", { delta, usage: wireUsage(usage) }, { usage });
}

function refusal(fault: Fault) {
  const foreign = foreignAnswer(fault.kind);
  if (foreign) return foreign;
  const error = (status: number, type: string, message: string) => ({
    status,
    body: JSON.stringify({ type: "error", error: { type, message }, request_id: "req_test" }),
  });
  switch (fault.kind) {
    case "bad_key":
      return error(401, "authentication_error", "invalid x-api-key");
    case "no_credit":
      return error(
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
      );
    case "unknown_model":
      return error(404, "not_found_error", "model: no-such-model");
    case "context_too_long":
      return error(
        400,
        "invalid_request_error",
        "prompt is too long: 208310 tokens > 200000 maximum",
      );
    case "refused":
      return error(400, "invalid_request_error", "Output blocked by content filtering policy");
    case "rate_limited": {
      const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      return {
        ...error(429, "rate_limit_error", "This request would exceed your limit."),
        headers,
      };
    }
    case "overloaded":
      return error(fault.status ?? 529, "overloaded_error", "Overloaded");
    case "server_error":
      return error(500, "api_error", "Internal server error");
    default:
      return error(400, "invalid_request_error", "temperature: range: 0..1");
  }
}

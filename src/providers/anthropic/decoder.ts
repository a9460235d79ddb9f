/** Decodes the events of an Anthropic message stream. */

import type { AnswerDecoder } from "../answer-stream.ts";
import { errorFromEvent, providerError } from "../errors.ts";
import type { EndReason, ProviderEvent, TokenUsage } from "../port.ts";
import { pushReasoning, pushText } from "../push-event.ts";
import { tokenCount } from "../token-count.ts";

/** The fields that are read. Values are unknown: the sender is not trusted to follow its own format. */
interface WireEvent {
  type?: unknown;
  message?: { usage?: WireUsage | null } | null;
  content_block?: { type?: unknown; text?: unknown; thinking?: unknown; data?: unknown } | null;
  delta?: {
    type?: unknown;
    text?: unknown;
    thinking?: unknown;
    signature?: unknown;
    stop_reason?: unknown;
  } | null;
  usage?: WireUsage | null;
}

interface WireUsage {
  input_tokens?: unknown;
  cache_creation_input_tokens?: unknown;
  cache_read_input_tokens?: unknown;
  output_tokens?: unknown;
  output_tokens_details?: { thinking_tokens?: unknown } | null;
}

/** A decoder for one answer. */
export function decodeAnthropic(): AnswerDecoder {
  const usage: TokenUsage = {
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  };
  let signature = "";
  let reason: EndReason | undefined;

  function decode(data: string, out: ProviderEvent[]): boolean {
    const event = parse(data);
    switch (event.type) {
      case "content_block_delta":
        readDelta(event.delta, out);
        return false;
      case "content_block_start":
        readBlock(event.content_block, out);
        return false;
      case "content_block_stop":
        closeReasoning(out);
        return false;
      case "message_start":
        readUsage(event.message?.usage, out);
        return false;
      case "message_delta":
        readUsage(event.usage, out);
        reason = endReasonOf(event.delta?.stop_reason) ?? reason;
        return false;
      case "message_stop":
        out.push({ type: "end", reason: reason ?? "other" });
        return true;
      case "error":
        throw errorFromEvent(event);
      default:
        // `ping` and future events: the API asks clients to ignore unknown events.
        return false;
    }
  }

  function readDelta(delta: WireEvent["delta"], out: ProviderEvent[]) {
    if (typeof delta?.text === "string") {
      pushText(out, delta.text);
    } else if (typeof delta?.thinking === "string") {
      pushReasoning(out, delta.thinking);
    } else if (typeof delta?.signature === "string") {
      signature += delta.signature;
    }
  }

  function readBlock(block: WireEvent["content_block"], out: ProviderEvent[]) {
    if (block?.type === "redacted_thinking" && typeof block.data === "string") {
      out.push({ type: "reasoning", text: "", signature: block.data, redacted: true });
    } else if (typeof block?.text === "string") {
      pushText(out, block.text);
    } else if (typeof block?.thinking === "string") {
      pushReasoning(out, block.thinking);
    }
  }

  function closeReasoning(out: ProviderEvent[]) {
    if (signature === "") return;
    out.push({ type: "reasoning", text: "", signature });
    signature = "";
  }

  /** Fields are cumulative and later events may omit some, so each known field replaces its previous value. */
  function readUsage(wire: WireUsage | null | undefined, out: ProviderEvent[]) {
    if (!wire) return;
    usage.inputTokens = tokenCount(wire.input_tokens) ?? usage.inputTokens;
    usage.cacheReadTokens = tokenCount(wire.cache_read_input_tokens) ?? usage.cacheReadTokens;
    usage.cacheWriteTokens = tokenCount(wire.cache_creation_input_tokens) ?? usage.cacheWriteTokens;
    usage.outputTokens = tokenCount(wire.output_tokens) ?? usage.outputTokens;
    usage.reasoningTokens =
      tokenCount(wire.output_tokens_details?.thinking_tokens) ?? usage.reasoningTokens;
    out.push({ type: "usage", usage: { ...usage } });
  }

  return {
    decode,
    close(out) {
      // Only `message_stop` could follow, which carries nothing.
      if (reason === undefined) return false;
      out.push({ type: "end", reason });
      return true;
    },
  };
}

function parse(data: string): WireEvent {
  let event: WireEvent | null;
  try {
    event = JSON.parse(data);
  } catch {
    throw providerError("malformed");
  }
  if (typeof event !== "object" || event === null) throw providerError("malformed");
  return event;
}

function endReasonOf(reason: unknown): EndReason | undefined {
  switch (reason) {
    case undefined:
    case null:
      return undefined;
    case "end_turn":
    case "stop_sequence":
      return "stop";
    case "max_tokens":
    case "model_context_window_exceeded":
      return "length";
    case "refusal":
      return "refusal";
    default:
      return "other";
  }
}

/** Decodes the events of an Anthropic message stream, and a whole message. */

import type { AnswerSink } from "../answer-sink.ts";
import type { AnswerDecoder } from "../answer-stream.ts";
import { listOf, objectOf, textOf, type WireObject } from "../wire-value.ts";

/** A decoder for one answer. */
export function decodeAnthropic(): AnswerDecoder {
  let signature = "";
  /** Given at the start of a block; some gateways send it nowhere else. */
  let early = "";

  function closeReasoning(sink: AnswerSink) {
    sink.signature(signature || early);
    signature = "";
    early = "";
  }

  function readBlock(block: WireObject, sink: AnswerSink) {
    if (block.type === "redacted_thinking") {
      sink.signature(textOf(block.data), true);
      return;
    }
    if (block.type === "tool_use") sink.call();
    sink.text(textOf(block.text));
    sink.reasoning(textOf(block.thinking));
    early = textOf(block.signature);
  }

  function readDelta(delta: WireObject, sink: AnswerSink) {
    sink.text(textOf(delta.text));
    sink.reasoning(textOf(delta.thinking));
    signature += textOf(delta.signature);
  }

  function readMessage(message: WireObject, sink: AnswerSink) {
    sink.text(textOf(message.content));
    for (const block of listOf(message.content)) {
      readBlock(objectOf(block) ?? {}, sink);
      closeReasoning(sink);
    }
    readUsage(message.usage, sink);
    sink.endsFor(message.stop_reason);
  }

  return {
    decode(event, sink, name) {
      switch (event.type ?? name) {
        case "content_block_delta":
          readDelta(objectOf(event.delta) ?? {}, sink);
          return true;
        case "content_block_start":
          readBlock(objectOf(event.content_block) ?? {}, sink);
          return true;
        case "content_block_stop":
          closeReasoning(sink);
          return true;
        case "message_start":
          readMessage(objectOf(event.message) ?? {}, sink);
          return true;
        case "message_delta":
          readUsage(objectOf(event.delta)?.usage, sink);
          readUsage(event.usage, sink);
          sink.endsFor(objectOf(event.delta)?.stop_reason);
          return true;
        case "message_stop":
          closeReasoning(sink);
          readUsage(event.usage, sink);
          readUsage(event["amazon-bedrock-invocationMetrics"], sink);
          sink.endsFor(event.stop_reason);
          sink.close();
          return true;
        case "message":
          readMessage(event, sink);
          sink.close();
          return true;
        default:
          // `ping` and future events: the API asks clients to ignore unknown events.
          return false;
      }
    },
  };
}

/** The counts under Anthropic's names, those of Bedrock, and OpenAI's, as Copilot sends them in this format. */
function readUsage(value: unknown, sink: AnswerSink) {
  const usage = objectOf(value) ?? {};
  const written = objectOf(usage.cache_creation) ?? {};
  sink.usage({
    prompt: usage.prompt_tokens,
    input: usage.input_tokens ?? usage.inputTokenCount,
    cacheRead: usage.cache_read_input_tokens ?? usage.cacheReadInputTokenCount,
    // Some gateways send the parts without their sum.
    cacheWrite:
      usage.cache_creation_input_tokens ||
      sumOf(Object.values(written)) ||
      usage.cacheWriteInputTokenCount,
    output: usage.output_tokens ?? usage.outputTokenCount ?? usage.completion_tokens,
    reasoning: objectOf(usage.output_tokens_details)?.thinking_tokens,
  });
}

function sumOf(values: unknown[]): number | undefined {
  const counts = values.filter((value) => typeof value === "number");
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

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
    sink.text(textOf(block.text));
    sink.reasoning(textOf(block.thinking));
    early = textOf(block.signature);
  }

  function readDelta(delta: WireObject, sink: AnswerSink) {
    sink.text(textOf(delta.text));
    sink.reasoning(textOf(delta.thinking));
    signature += textOf(delta.signature);
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
          readUsage(objectOf(event.message)?.usage, sink);
          return true;
        case "message_delta":
          readUsage(event.usage, sink);
          sink.endsFor(objectOf(event.delta)?.stop_reason);
          return true;
        case "message_stop":
          closeReasoning(sink);
          sink.close();
          return true;
        case "message":
          for (const block of listOf(event.content)) {
            readBlock(objectOf(block) ?? {}, sink);
            closeReasoning(sink);
          }
          readUsage(event.usage, sink);
          sink.endsFor(event.stop_reason);
          sink.close();
          return true;
        default:
          // `ping` and future events: the API asks clients to ignore unknown events.
          return false;
      }
    },
  };
}

function readUsage(value: unknown, sink: AnswerSink) {
  const usage = objectOf(value) ?? {};
  const written = objectOf(usage.cache_creation) ?? {};
  sink.usage({
    input: usage.input_tokens,
    cacheRead: usage.cache_read_input_tokens,
    // Some gateways send the parts without their sum.
    cacheWrite: usage.cache_creation_input_tokens || sumOf(Object.values(written)),
    output: usage.output_tokens,
    reasoning: objectOf(usage.output_tokens_details)?.thinking_tokens,
  });
}

function sumOf(values: unknown[]): number | undefined {
  const counts = values.filter((value) => typeof value === "number");
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

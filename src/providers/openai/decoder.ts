/** Decodes the chunks of a chat completion stream, and a whole completion. */

import type { AnswerSink } from "../answer-sink.ts";
import type { AnswerDecoder } from "../answer-stream.ts";
import type { ReportedCounts } from "../usage-counts.ts";
import { listOf, objectOf, textOf, type WireObject } from "../wire-value.ts";
import { readContent, reasoningIn } from "./content.ts";

/** A decoder for one answer. */
export function decodeOpenAi(): AnswerDecoder {
  /** Of the choice that is read; servers number one alone as they like. */
  let index: unknown;
  let streams = false;

  function readChoice(choice: WireObject, isWhole: boolean, sink: AnswerSink) {
    if ((choice.index ?? index) !== index) return;
    // OpenRouter's place for an error of the model's provider.
    sink.error ??= choice.error;
    const delta = objectOf(choice.delta);
    // Kimi reports usage in the choice.
    const usage = objectOf(choice.usage) ?? objectOf(delta?.usage);
    if (usage) sink.usage(countsOf(usage));
    // A whole answer behind its own chunks repeats it.
    const repeats = sink.said && (isWhole || (streams && delta === undefined));
    streams ||= delta !== undefined;
    if (!repeats) readMessage(delta ?? objectOf(choice.message) ?? textForm(choice), sink);
    sink.endsFor(choice.finish_reason);
  }

  return {
    decode(event, sink) {
      const usage = objectOf(event.usage) ?? objectOf(objectOf(event.x_groq)?.usage);
      if (usage) sink.usage(countsOf(usage));
      const one = objectOf(event.choices);
      const choices = (one ? [one] : listOf(event.choices).map(objectOf)).filter(
        (it) => it !== undefined,
      );
      index ??= (choices.find((choice) => choice.index === 0) ?? choices[0])?.index;
      for (const choice of choices) readChoice(choice, event.object === "chat.completion", sink);
      // MiniMax tells its errors, and that there is none, beside the choices.
      const { status_code: code, ...said } = objectOf(event.base_resp) ?? {};
      sink.error ??= code ? { code, ...said } : undefined;
      return usage !== undefined || "choices" in event;
    },
  };
}

/** A delta that is plain text, or the text of OpenAI's older completions. */
function textForm({ delta, text }: WireObject): WireObject {
  return { content: textOf(delta) || text };
}

function readMessage(said: WireObject, sink: AnswerSink) {
  sink.reasoning(reasoningIn(said));
  readContent(said.content, sink);
  sink.refusal(textOf(said.refusal));
  if (listOf(said.tool_calls).length > 0 || objectOf(said.function_call)) sink.call();
}

/**
 * The counts under the names in use: OpenAI's, those of its newer API, those of Kimi and DeepSeek, those of JavaScript
 * gateways, and Anthropic's, whose input is apart from the cache.
 */
function countsOf(usage: WireObject): ReportedCounts {
  const input = objectOf(usage.prompt_tokens_details ?? usage.input_tokens_details) ?? {};
  const output = objectOf(usage.completion_tokens_details ?? usage.output_tokens_details) ?? {};
  const isApart = "cache_read_input_tokens" in usage;
  return {
    prompt:
      usage.prompt_tokens ??
      (isApart ? undefined : usage.input_tokens) ??
      usage.promptTokens ??
      usage.inputTokens,
    input: isApart ? usage.input_tokens : undefined,
    output:
      usage.completion_tokens ??
      usage.output_tokens ??
      usage.completionTokens ??
      usage.outputTokens,
    total: usage.total_tokens ?? usage.totalTokens,
    cacheRead:
      input.cached_tokens ||
      usage.cached_tokens ||
      usage.prompt_cache_hit_tokens ||
      usage.cache_read_input_tokens,
    cacheWrite: input.cache_write_tokens || usage.cache_creation_input_tokens,
    reasoning: output.reasoning_tokens || usage.reasoning_tokens,
  };
}

/** Decodes the chunks of a chat completion stream, and a whole completion. */

import type { AnswerSink } from "../answer-sink.ts";
import type { AnswerDecoder } from "../answer-stream.ts";
import type { ReportedCounts } from "../usage-counts.ts";
import { listOf, objectOf, textOf, type WireObject } from "../wire-value.ts";
import { readContent, reasoningIn } from "./content.ts";

/** A decoder for one answer. */
export function decodeOpenAi(): AnswerDecoder {
  return {
    decode(event, sink) {
      const usage = objectOf(event.usage) ?? objectOf(objectOf(event.x_groq)?.usage);
      if (usage) sink.usage(countsOf(usage));
      const choice = objectOf(listOf(event.choices)[0]);
      if (choice) readChoice(choice, event.object, sink);
      // MiniMax tells its errors, and that there is none, beside the choices.
      const { status_code: code, ...said } = objectOf(event.base_resp) ?? {};
      sink.error ??= code ? { code, ...said } : undefined;
      return usage !== undefined || "choices" in event;
    },
  };
}

function readChoice(choice: WireObject, object: unknown, sink: AnswerSink) {
  // OpenRouter's place for an error of the model's provider.
  sink.error ??= choice.error;
  // Kimi reports usage here.
  const usage = objectOf(choice.usage);
  if (usage) sink.usage(countsOf(usage));
  // A whole completion behind the chunks of the same answer repeats it.
  const repeated = object === "chat.completion" && sink.said;
  const said = objectOf(choice.delta) ?? (repeated ? undefined : objectOf(choice.message));
  if (said) {
    sink.reasoning(reasoningIn(said));
    readContent(said.content, sink);
    sink.refusal(textOf(said.refusal));
  }
  sink.endsFor(choice.finish_reason);
}

/**
 * The counts under the names in use: OpenAI's, those of its newer API, those of Kimi and DeepSeek, and Anthropic's,
 * whose input is apart from the cache.
 */
function countsOf(usage: WireObject): ReportedCounts {
  const input = objectOf(usage.prompt_tokens_details ?? usage.input_tokens_details) ?? {};
  const output = objectOf(usage.completion_tokens_details ?? usage.output_tokens_details) ?? {};
  const isApart = "cache_read_input_tokens" in usage;
  return {
    prompt: usage.prompt_tokens ?? (isApart ? undefined : usage.input_tokens),
    input: isApart ? usage.input_tokens : undefined,
    output: usage.completion_tokens ?? usage.output_tokens,
    total: usage.total_tokens,
    cacheRead:
      input.cached_tokens ||
      usage.cached_tokens ||
      usage.prompt_cache_hit_tokens ||
      usage.cache_read_input_tokens,
    cacheWrite: input.cache_write_tokens || usage.cache_creation_input_tokens,
    reasoning: output.reasoning_tokens || usage.reasoning_tokens,
  };
}

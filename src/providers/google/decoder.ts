/** Decodes the responses of a Gemini stream; a whole response has the same form. */

import type { AnswerSink } from "../answer-sink.ts";
import type { AnswerDecoder } from "../answer-stream.ts";
import { listOf, objectOf, textOf, type WireObject } from "../wire-value.ts";

/** A decoder for one answer. */
export function decodeGoogle(): AnswerDecoder {
  return {
    decode(outer, sink) {
      // Code Assist wraps each response.
      const event = objectOf(outer.response) ?? outer;
      const usage = objectOf(event.usageMetadata ?? event.usage_metadata);
      if (usage) readUsage(usage, sink);
      const candidates = listOf(event.candidates).map(objectOf);
      const candidate = candidates.find((it) => (it?.index ?? 0) === 0) ?? candidates[0];
      if (candidate) readCandidate(candidate, sink);
      const feedback = objectOf(event.promptFeedback);
      // A blocked prompt has no candidates; each reason for it is a refusal.
      if (textOf(feedback?.blockReason) !== "") sink.endsFor("refusal");
      return usage !== undefined || feedback !== undefined || "candidates" in event;
    },
  };
}

function readCandidate(candidate: WireObject, sink: AnswerSink) {
  const { parts } = objectOf(candidate.content) ?? {};
  for (const item of objectOf(parts) ? [parts] : listOf(parts)) {
    const part = objectOf(item) ?? {};
    if (objectOf(part.functionCall)) sink.call();
    if (part.thought === true) sink.reasoning(textOf(part.text));
    else sink.text(textOf(part.text));
    sink.signature(textOf(part.thoughtSignature));
  }
  sink.endsFor(candidate.finishReason ?? candidate.finish_reason);
}

/**
 * Thoughts are counted beside the answer, and what tools have read beside the prompt. Names may be those of protocol
 * buffers (`prompt_token_count`).
 */
function readUsage(given: WireObject, sink: AnswerSink) {
  const usage: WireObject = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
  const { promptTokenCount: prompt, toolUsePromptTokenCount: tools } = usage;
  sink.usage({
    prompt: typeof prompt === "number" && typeof tools === "number" ? prompt + tools : prompt,
    cacheRead: usage.cachedContentTokenCount,
    output: usage.candidatesTokenCount,
    reasoningApart: usage.thoughtsTokenCount,
    total: usage.totalTokenCount,
  });
}

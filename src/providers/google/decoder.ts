/** Decodes the responses of a Gemini stream; a whole response has the same form. */

import type { AnswerSink } from "../answer-sink.ts";
import type { AnswerDecoder } from "../answer-stream.ts";
import { listOf, objectOf, textOf, type WireObject } from "../wire-value.ts";

/** A decoder for one answer. */
export function decodeGoogle(): AnswerDecoder {
  return {
    decode(event, sink) {
      const usage = objectOf(event.usageMetadata);
      if (usage) readUsage(usage, sink);
      const candidate = objectOf(listOf(event.candidates)[0]);
      if (candidate) readCandidate(candidate, sink);
      const feedback = objectOf(event.promptFeedback);
      // A blocked prompt has no candidates; each reason for it is a refusal.
      if (textOf(feedback?.blockReason) !== "") sink.endsFor("refusal");
      return usage !== undefined || feedback !== undefined || "candidates" in event;
    },
  };
}

function readCandidate(candidate: WireObject, sink: AnswerSink) {
  for (const item of listOf(objectOf(candidate.content)?.parts)) {
    const part = objectOf(item) ?? {};
    if (part.thought === true) sink.reasoning(textOf(part.text));
    else sink.text(textOf(part.text));
    sink.signature(textOf(part.thoughtSignature));
  }
  sink.endsFor(candidate.finishReason);
}

/** Thoughts are counted beside the answer, and what tools have read beside the prompt. */
function readUsage(usage: WireObject, sink: AnswerSink) {
  const { promptTokenCount: prompt, toolUsePromptTokenCount: tools } = usage;
  sink.usage({
    prompt: typeof prompt === "number" && typeof tools === "number" ? prompt + tools : prompt,
    cacheRead: usage.cachedContentTokenCount,
    output: usage.candidatesTokenCount,
    reasoningApart: usage.thoughtsTokenCount,
    total: usage.totalTokenCount,
  });
}

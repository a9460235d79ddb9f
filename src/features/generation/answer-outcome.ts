import { type EndReason, ProviderError } from "../../providers/port.ts";
import type { MessageError } from "../threads/index.ts";
import type { RunningAnswer } from "./running-answer.ts";
import type { EndStatus } from "./schema.ts";

/**
 * How answers end. Whatever the end, the text that came is stored and the call is charged: at the provider's own
 * count when the provider sent its end (`complete`), else at the counted and estimated output
 * (`metering/billable-usage.ts`). `finish-answer.ts` stores the end. An answer whose stream broke off is `failed` with
 * the code `cut` and is not asked again by itself: the provider may charge for both.
 */

/** `length`: cut. `no_answer`, `only_thinking`, `tool_use`: without any text, and why. */
export type EndNote = "length" | "time_limit" | "no_answer" | "only_thinking" | "tool_use";

/** Result of reading the provider. */
export interface Outcome {
  status: EndStatus;
  /** What a reader should know of how it ended; absent for an answer as it should be. */
  reason?: EndNote;
  error?: MessageError;
  /** The provider's own sentence about its error, for admins. */
  vendorSentence?: string;
  /** An internal error that ended it, for the log. */
  fault?: unknown;
  /** Whether the provider sent its end, so that its usage is final. */
  complete: boolean;
}

/** The sentence of each note, for the reader. */
export const NOTES: Record<EndNote, string> = {
  length: "The answer was cut at the longest allowed length.",
  time_limit: "The answer reached the time limit.",
  no_answer: "The model sent no answer.",
  only_thinking: "The model spent all its tokens thinking and sent no answer.",
  tool_use: "The model tried to use a tool instead of answering.",
};

/** How an answer ended that its model ended, for a reason of its own. */
export function endedByModel(answer: RunningAnswer, reason: EndReason): Outcome {
  if (reason === "refusal") {
    return {
      status: "failed",
      error: { code: "refusal", detail: "The model declined to answer this." },
      complete: true,
    };
  }
  return { status: "complete", complete: true, ...noted(answer, reason) };
}

/** What to tell about an answer that its model has ended. */
function noted(answer: RunningAnswer, reason: EndReason): { reason?: EndNote } {
  if (answer.text.trim() !== "") return reason === "length" ? { reason } : {};
  if (reason === "tool_use") return { reason };
  const thought = answer.reasoned || (answer.usage?.reasoningTokens ?? 0) > 0;
  return { reason: thought ? "only_thinking" : "no_answer" };
}

/** How an answer ended that was ended here, not by its model: stopped, at a limit, or taken over. */
export function endedHere(answer: RunningAnswer): Outcome | undefined {
  switch (answer.cause) {
    case undefined:
      return undefined;
    case "stopped":
      return { status: "stopped", complete: false };
    case "past_cap":
      return { status: "complete", complete: false, ...noted(answer, "length") };
    case "time_limit":
      return { status: "interrupted", reason: "time_limit", complete: false };
    default:
      return { status: "interrupted", complete: false };
  }
}

/** How an answer ended whose call failed; a connection that broke off has the code `cut`. */
export function failure(error: unknown): Outcome {
  if (error instanceof ProviderError) {
    return {
      status: "failed",
      error: { code: error.code, detail: error.message },
      complete: false,
      ...(error.vendorSentence === undefined ? {} : { vendorSentence: error.vendorSentence }),
    };
  }
  return {
    status: "failed",
    error: { code: "internal_error", detail: "Internal error while writing this answer." },
    fault: error,
    complete: false,
  };
}

import {
  type EndReason,
  type ProviderAdapter,
  ProviderError,
  type ProviderEvent,
} from "../../providers/port.ts";
import { verifyQuote } from "../knowledge/index.ts";
import type { CitationPart, MessageError } from "../threads/index.ts";
import { findCitations } from "./find-citations.ts";
import type { CitableSource, RunningAnswer } from "./running-answer.ts";
import type { EndStatus } from "./schema.ts";

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

/**
 * Reads the provider's stream into the answer's log until it ends, is ended, or fails.
 * @param grown called after each network read with its number of events; its promise is awaited before the next
 * read.
 */
export async function writeAnswer(
  answer: RunningAnswer,
  adapter: ProviderAdapter,
  idleTimeoutMs: number,
  grown: (events: number) => Promise<void> | undefined,
): Promise<Outcome> {
  let outcome: Outcome | undefined;
  try {
    for await (const events of adapter.stream(answer.plan.request, {
      signal: answer.signal,
      idleTimeoutMs,
      onBillable: (billable) => {
        answer.billable = billable;
      },
    })) {
      for (const event of events) outcome = take(answer, event) ?? outcome;
      const { stand } = answer;
      if (outcome === undefined && stand === "past") answer.end("past_cap");
      const pause = grown(events.length);
      // A pause delays the end of the call as well: the provider keeps writing until its socket is closed.
      if (answer.cause === undefined && stand === "within") await pause;
    }
  } catch (error) {
    return ended(answer) ?? failure(error);
  }
  return (
    outcome ??
    ended(answer) ?? {
      status: "failed",
      error: { code: "cut", detail: "The provider ended the answer in the middle." },
      complete: false,
    }
  );
}

function take(answer: RunningAnswer, event: ProviderEvent): Outcome | undefined {
  switch (event.type) {
    case "text":
      answer.text += event.text;
      answer.textCount.add(event.text);
      answer.mayCite ||= event.text.includes("[");
      answer.append({ type: "delta", text: event.text });
      return undefined;
    case "reasoning":
      answer.reasoned = true;
      answer.reasoning += event.text;
      answer.reasoningCount.add(event.text);
      answer.append({
        type: "reasoning",
        text: event.text,
        ...(event.signature === undefined ? {} : { signature: event.signature }),
        ...(event.redacted === undefined ? {} : { redacted: event.redacted }),
      });
      return undefined;
    case "thought":
      answer.textWasReasoning();
      return undefined;
    case "usage":
      answer.usage = event.usage;
      return undefined;
    case "end":
      if (event.reason === "refusal") {
        return {
          status: "failed",
          error: { code: "refusal", detail: "The model declined to answer this." },
          complete: true,
        };
      }
      return { status: "complete", complete: true, ...noted(answer, event.reason) };
  }
}

/** What to tell about an answer that its model has ended. */
function noted(answer: RunningAnswer, reason: EndReason): { reason?: EndNote } {
  if (answer.text.trim() !== "") return reason === "length" ? { reason } : {};
  if (reason === "tool_use") return { reason };
  const thought = answer.reasoned || (answer.usage?.reasoningTokens ?? 0) > 0;
  return { reason: thought ? "only_thinking" : "no_answer" };
}

function ended(answer: RunningAnswer): Outcome | undefined {
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

function failure(error: unknown): Outcome {
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

/** Longest marker that `find-citations.ts` accepts. */
const MARKER_LENGTH = 2_100;

/** Appends a citation event for each marker completed since the last call. */
export function citeNew(answer: RunningAnswer): void {
  const { text, plan } = answer;
  if (!answer.mayCite) return;
  for (const marker of findCitations(text, answer.citedTo)) {
    answer.citedTo = marker.end;
    const source = plan.sources.find(({ label }) => label === marker.label);
    if (source) answer.append({ type: "citation", citation: cite(source, marker.quote) });
  }
  // The next search starts at a possible marker, not at the beginning of a long answer.
  const begun = text.indexOf("[", answer.citedTo);
  answer.mayCite = begun !== -1;
  answer.citedTo = begun === -1 ? text.length : Math.max(begun, text.length - MARKER_LENGTH);
}

/** A citation of a source: with the exact span if its quote is found, else unverified. */
export function cite(source: CitableSource, quote: string): CitationPart {
  const span = verifyQuote(source.text, quote);
  const { start, end } = span ?? { start: 0, end: 0 };
  return {
    type: "citation",
    marker: source.label,
    quote,
    fileId: source.fileId,
    fileVersionId: source.fileVersionId,
    fileName: source.title,
    start: source.offset + start,
    end: source.offset + end,
    verified: span !== null,
  };
}

import {
  OutputCount,
  type PromptSource,
  type ProviderRequest,
  standToCap,
  type TokenUsage,
} from "../../providers/index.ts";
import type { ChosenModel } from "../models/index.ts";
import type { LogEvent } from "./schema.ts";
import { AnswerLog } from "./stream/answer-log.ts";

/** Why a running answer was ended before its provider was done. */
export type Cause = "stopped" | "interrupted" | "time_limit" | "past_cap" | "lost";

/** A source that an answer may cite, and the position of its text in a file. */
export interface CitableSource extends PromptSource {
  fileId: string;
  fileVersionId: string;
  /** Offset of `text` in the file version's text. */
  offset: number;
}

export interface AnswerPlan {
  generationId: string;
  messageId: string;
  threadId: string;
  projectId: string;
  userId: string;
  model: ChosenModel;
  request: ProviderRequest;
  sources: CitableSource[];
  acceptedAt: number;
}

/**
 * One answer that this process is writing. Readers hold only a number and read from its log, so a slow reader
 * costs nothing.
 */
export class RunningAnswer {
  readonly plan: AnswerPlan;
  readonly log = new AnswerLog();
  /** The whole answer so far, for finding citations. */
  text = "";
  reasoning = "";
  /** Whether the model has thought, readable or not. */
  reasoned = false;
  usage: TokenUsage | undefined;
  /** Whether the provider may charge for the call so far. */
  billable = false;
  textCount = new OutputCount();
  readonly reasoningCount = new OutputCount();
  /** Whether text that has not been searched may contain a citation marker. */
  mayCite = false;
  /** Up to where the text was searched for citations. */
  citedTo = 0;
  /** Up to where the log is stored. */
  storedTo = 0;
  /** Until when another process follows the stored log, in milliseconds of `performance.now()`. */
  followedUntil = 0;
  readonly #abort = new AbortController();
  readonly #readers = new Set<() => void>();
  #cause: Cause | undefined;

  constructor(plan: AnswerPlan) {
    this.plan = plan;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get cause(): Cause | undefined {
    return this.#cause;
  }

  /** Ends the provider call; the first cause counts. */
  end(cause: Cause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#abort.abort();
  }

  /** Our own upper estimate of the output, reasoning included. */
  get outputTokens(): number {
    return this.textCount.tokens + this.reasoningCount.tokens;
  }

  /** The lower output estimate compared with the provider's output cap. */
  get stand(): "within" | "near" | "past" {
    const least = this.textCount.leastTokens + this.reasoningCount.leastTokens;
    return standToCap(least, this.plan.request.maxOutputTokens);
  }

  /** All text so far turns out to be reasoning. */
  textWasReasoning(): void {
    this.reasoned = true;
    this.reasoning += this.text;
    this.reasoningCount.add(this.text);
    this.text = "";
    this.textCount = new OutputCount();
    this.mayCite = false;
    this.citedTo = 0;
    this.append({ type: "thought" });
  }

  append(event: LogEvent): void {
    this.log.append(event);
  }

  /** Calls `wake` when there may be more to read. @returns a function that unsubscribes. */
  onGrowth(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => this.#readers.delete(wake);
  }

  wakeReaders(): void {
    for (const wake of [...this.#readers]) wake();
  }
}

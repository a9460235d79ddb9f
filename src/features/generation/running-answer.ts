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

/** Why a running answer was told to end before its provider was done. */
export type Cause = "stopped" | "interrupted" | "time_limit" | "past_cap" | "lost";

/** A source that an answer may cite, and where its text lies in a file. */
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

/** One answer that this process is writing. Readers hold only a number and read from its log, so a slow one costs nothing. */
export class RunningAnswer {
  readonly plan: AnswerPlan;
  readonly log = new AnswerLog();
  /** The whole answer so far, for finding citations. */
  text = "";
  reasoning = "";
  usage: TokenUsage | undefined;
  /** Whether the provider may charge for the call so far. */
  billable = false;
  readonly textCount = new OutputCount();
  readonly reasoningCount = new OutputCount();
  /** Whether a citation may have begun in text that has not been searched. */
  mayCite = false;
  /** Up to where the text has been searched for citations. */
  citedTo = 0;
  /** Up to where the log is stored. */
  storedTo = 0;
  /** Until when another process reads along from the stored log, in milliseconds of `performance.now()`. */
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

  /** Our own count of what was produced, reasoning included: leaning upward. */
  get outputTokens(): number {
    return this.textCount.tokens + this.reasoningCount.tokens;
  }

  /** Where the least count of what was produced stands to the cap that the provider was given. */
  get stand(): "within" | "near" | "past" {
    const least = this.textCount.leastTokens + this.reasoningCount.leastTokens;
    return standToCap(least, this.plan.request.maxOutputTokens);
  }

  append(event: LogEvent): void {
    this.log.append(event);
  }

  /** Calls `wake` when there may be more to read. @returns a function that ends it. */
  onGrowth(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => this.#readers.delete(wake);
  }

  wakeReaders(): void {
    for (const wake of [...this.#readers]) wake();
  }
}

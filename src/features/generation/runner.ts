import type { Deps } from "../../platform/deps.ts";
import type { ProviderAdapter } from "../../providers/port.ts";
import { noteProgress } from "../metering/index.ts";
import { announceCall } from "./announce-call.ts";
import { citeNew } from "./cite-answer.ts";
import { finishAnswer } from "./finish-answer.ts";
import { recoverExpired } from "./recover-expired.ts";
import { appendLog, type LogRow, renewLeases } from "./repo.ts";
import { type AnswerPlan, RunningAnswer } from "./running-answer.ts";
import { type AnswerPubSub, FOLLOWED_MS } from "./stream/answer-pubsub.ts";
import { Frames } from "./stream/frames.ts";
import { writeAnswer } from "./write-answer.ts";

/**
 * Interval at which a provider is read and readers are woken: readers see no difference below this, and each
 * read and write costs more than its text. Data that arrives meanwhile waits in the socket and is read in one
 * go.
 */
const FRAME_MS = 60;
/** Groups of answers that are read at different moments. With one, 100 answers waited for each other. */
const FRAME_GROUPS = 4;
/**
 * A read with more events than this means that more is waiting than a frame brings: reading goes on without a
 * pause.
 */
const FULL_READ = 100;
/** Maximum lag of the stored log. */
const STORE_MS = 100;
const RENEW_MS = 2_500;
export const LEASE_MS = 9_000;
/** A hold outlives the lease, so that the process that recovers the answer also settles it. */
export const HOLD_MS = 60_000;
const RECOVER_MS = 2_500;
/** By then a living process has renewed its leases at least twice. */
const QUIET_MS = 6_000;
/** Log interval of a lasting failure. */
const TELL_MS = 10_000;

/**
 * Runs this process's answers: reads providers, wakes readers, stores logs, renews leases, recovers the answers
 * of lost processes.
 */
export class Runner {
  readonly #deps: Deps;
  readonly #pubsub: AnswerPubSub;
  readonly #answers = new Map<string, RunningAnswer>();
  readonly #frames = new Frames(FRAME_MS, FRAME_GROUPS);
  readonly #finishing = new Set<Promise<void>>();
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  readonly #endNotices: (() => void)[];
  #storing = false;
  #upkeep = false;
  /** Runs while answers do. */
  #storeTimer: ReturnType<typeof setInterval> | undefined;

  constructor(deps: Deps, pubsub: AnswerPubSub) {
    this.#deps = deps;
    this.#pubsub = pubsub;
    this.#endNotices = [
      pubsub.onStop((id) => this.#answers.get(id)?.end("stopped")),
      pubsub.onFollow((id) => this.#followed(id)),
    ];
  }

  /** Starts storing logs, renewing leases and recovering lost answers. */
  startUpkeep(): void {
    this.#upkeep = true;
    this.#timers.push(
      this.#every(RENEW_MS, () => this.#renew()),
      this.#every(RECOVER_MS, () => this.#recover()),
    );
    this.#countRunning();
  }

  /** The answer, if this process is writing it. */
  find(generationId: string): RunningAnswer | undefined {
    return this.#answers.get(generationId);
  }

  get size(): number {
    return this.#answers.size;
  }

  /** Starts writing an answer whose generation is stored. It runs independently of any request. */
  start(plan: AnswerPlan, adapter: ProviderAdapter): void {
    const answer = new RunningAnswer(plan);
    answer.append({ type: "start", messageId: plan.messageId });
    this.#answers.set(plan.generationId, answer);
    this.#countRunning();
    const done = this.#run(answer, adapter).finally(() => {
      this.#answers.delete(plan.generationId);
      this.#finishing.delete(done);
      this.#countRunning();
    });
    this.#finishing.add(done);
  }

  /** Logs are stored only while there are any. */
  #countRunning(): void {
    const { size } = this.#answers;
    this.#deps.metrics.generationsRunning.set(size);
    if (size > 0 && this.#upkeep) this.#storeTimer ??= this.#every(STORE_MS, () => this.#store());
    if (size > 0) return;
    clearInterval(this.#storeTimer);
    this.#storeTimer = undefined;
  }

  /** Waits for running answers, then interrupts the rest. New ones may still start. */
  async drain(graceMs: number): Promise<void> {
    const deadline = Date.now() + graceMs;
    while (this.#finishing.size > 0 && Date.now() < deadline) {
      await Promise.race([
        Promise.allSettled(this.#finishing),
        Bun.sleep(Math.max(0, deadline - Date.now())),
      ]);
    }
    for (const answer of this.#answers.values()) answer.end("interrupted");
    await Promise.allSettled(this.#finishing);
  }

  /** Interrupts the rest and ends the upkeep. No answer may start afterwards. */
  async close(): Promise<void> {
    await this.drain(0);
    for (const timer of this.#timers) clearInterval(timer);
    for (const end of this.#endNotices) end();
  }

  async #run(answer: RunningAnswer, adapter: ProviderAdapter): Promise<void> {
    const { config, metrics } = this.#deps;
    const limit = setTimeout(() => answer.end("time_limit"), config.generationMaxSeconds * 1000);
    const nextFrame = this.#frames.join();
    let first = true;
    const grown = (events: number) => {
      answer.wakeReaders();
      if (first && answer.log.end > 1) {
        first = false;
        metrics.timeToFirstToken.observe(
          { provider: adapter.kind },
          (performance.now() - answer.plan.acceptedAt) / 1000,
        );
        return undefined;
      }
      return events > FULL_READ ? undefined : nextFrame();
    };
    try {
      await announceCall(this.#deps, answer);
      const outcome = await writeAnswer(
        answer,
        adapter,
        config.generationIdleSeconds * 1000,
        grown,
      );
      if (outcome.fault !== undefined) this.#tellFault(answer, outcome.fault);
      citeNew(answer);
      await finishAnswer(this.#deps, answer, outcome);
      await this.#pubsub.grew([answer.plan.generationId]).catch(() => {});
    } catch (error) {
      this.#deps.logger.error(
        { err: error, generationId: answer.plan.generationId },
        "answer end not stored; left to recovery",
      );
    } finally {
      clearTimeout(limit);
      answer.wakeReaders();
    }
  }

  /** The user sees only that it was an internal error. */
  #tellFault({ plan }: RunningAnswer, fault: unknown): void {
    const { generationId, messageId, threadId } = plan;
    this.#deps.logger.error(
      { err: fault, generationId, messageId, threadId },
      "answer failed: internal error",
    );
    this.#deps.errors.capture(fault, { generationId });
  }

  /** Another process follows: it is notified from now on, also of what it may have missed. */
  #followed(generationId: string): void {
    const answer = this.#answers.get(generationId);
    if (answer === undefined) return;
    const now = performance.now();
    const isNew = answer.followedUntil < now;
    answer.followedUntil = now + FOLLOWED_MS;
    if (isNew) void this.#pubsub.grew([generationId]).catch(() => {});
  }

  /** Stores the new events of all answers in one statement, and notifies processes that follow them. */
  async #store(): Promise<void> {
    if (this.#storing) return;
    const rows: LogRow[] = [];
    const stored: { answer: RunningAnswer; to: number }[] = [];
    for (const answer of this.#answers.values()) {
      if (answer.log.ended) continue;
      citeNew(answer);
      if (answer.log.end === answer.storedTo) continue;
      for (const { end, event } of answer.log.after(answer.storedTo))
        rows.push({ g: answer.plan.generationId, s: end, e: event });
      stored.push({ answer, to: answer.log.end });
    }
    if (rows.length === 0) return;
    this.#storing = true;
    try {
      const own = await appendLog(this.#deps.database.db, this.#deps.processId, rows);
      for (const { answer, to } of stored) {
        answer.storedTo = Math.max(answer.storedTo, to);
        this.#endUnlessOwn(answer, own);
      }
      const now = performance.now();
      await this.#pubsub.grew(
        stored
          .filter(({ answer }) => answer.followedUntil > now)
          .map(({ answer }) => answer.plan.generationId),
      );
    } finally {
      this.#storing = false;
    }
  }

  /** Renews leases; learns of stops whose message was lost, and of answers taken over by another process. */
  async #renew(): Promise<void> {
    const running = [...this.#answers.values()].filter(({ log }) => !log.ended);
    if (running.length === 0) return;
    const { database, processId } = this.#deps;
    const ids = running.map(({ plan }) => plan.generationId);
    const own = new Map(
      (await renewLeases(database.db, processId, ids, LEASE_MS)).map((row) => [
        row.id,
        row.stopRequestedAt,
      ]),
    );
    for (const answer of running) {
      const stop = own.get(answer.plan.generationId);
      if (stop) answer.end("stopped");
      else this.#endUnlessOwn(answer, own);
    }
    await noteProgress(
      database.db,
      running.map(({ plan, outputTokens, usage }) => ({
        generationId: plan.generationId,
        outputTokens,
        reported: usage,
        lastsMs: HOLD_MS,
      })),
    );
  }

  /** Another process has taken the answer over and settles it: nothing more may be produced here. */
  #endUnlessOwn(answer: RunningAnswer, own: { has(generationId: string): boolean }): void {
    const { generationId } = answer.plan;
    if (!own.has(generationId) && !answer.log.ended && this.#answers.has(generationId))
      answer.end("lost");
  }

  /**
   * Ends the answers of lost processes; after the database was down or hung, only once living processes have
   * had time to renew.
   */
  async #recover(): Promise<void> {
    if (this.#deps.clock.steadyMs() < QUIET_MS) return;
    await recoverExpired(this.#deps, this.#pubsub, this.#own());
  }

  /**
   * Answers that only this process may end. Answers it has recovered are not among them: if lost again, any
   * process may recover them.
   */
  #own(): string[] {
    return [...this.#answers.values()]
      .filter(({ cause }) => cause !== "lost")
      .map(({ plan }) => plan.generationId);
  }

  #every(milliseconds: number, work: () => Promise<unknown>): ReturnType<typeof setInterval> {
    let busy = false;
    let toldAt = 0;
    return setInterval(() => {
      if (busy) return;
      busy = true;
      work()
        .catch((error) => {
          if (Date.now() - toldAt < TELL_MS) return;
          toldAt = Date.now();
          this.#deps.logger.warn({ err: error }, "generation upkeep failed; retrying");
        })
        .finally(() => {
          busy = false;
        });
    }, milliseconds);
  }
}

import { type Ctx, inTransaction, systemContext } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import { record } from "../audit/index.ts";
import { settle } from "../metering/index.ts";
import { endMessage } from "../threads/index.ts";
import { NOTES, type Outcome } from "./answer-outcome.ts";
import { findGeneration } from "./find-generation.ts";
import { endGeneration, foldLog, readLog } from "./repo.ts";
import type { RunningAnswer } from "./running-answer.ts";
import type { LogEvent } from "./schema.ts";
import { isEnd, numbered } from "./stream/answer-log.ts";
import { foldEvents } from "./stream/fold-events.ts";

const RETRY_MS = 500;
/** How long an answer that has ended waits in memory for the database; its stored part is safe anyway. */
const GIVE_UP_MS = 600_000;
/** The same while this process shuts down. */
const LEAVING_GIVE_UP_MS = 10_000;

/**
 * Stores how an answer ended: log, message, generation and money in one transaction, once. While the database
 * is down it retries; when another process has taken the answer over, that process's end counts.
 */
export async function finishAnswer(
  deps: Deps,
  answer: RunningAnswer,
  outcome: Outcome,
): Promise<void> {
  const since = Date.now();
  for (;;) {
    try {
      const last = await store(deps, answer, outcome);
      for (const event of last) answer.append(event);
      count(deps, answer, outcome, last);
      return;
    } catch (error) {
      const patience = deps.lifecycle.leaveSignal.aborted ? LEAVING_GIVE_UP_MS : GIVE_UP_MS;
      if (Date.now() - since > patience) throw error;
      deps.logger.warn(
        { err: error, generationId: answer.plan.generationId },
        "answer end not stored; retrying",
      );
      await Bun.sleep(RETRY_MS);
    }
  }
}

/** @returns the final events, as sent to its readers. */
async function store(deps: Deps, answer: RunningAnswer, outcome: Outcome): Promise<LogEvent[]> {
  const { plan, log } = answer;
  const { generationId, messageId } = plan;
  const ctx = systemContext(deps, "generation");
  return inTransaction(ctx, async (tx) => {
    const booked = await settle(tx, {
      generationId,
      status: outcome.status,
      ...factsOf(answer, outcome),
    });
    const last: LogEvent[] = [
      { type: "usage", usage: booked.usage, costMicroUsd: booked.costMicroUsd },
      outcome.status === "failed"
        ? {
            type: "error",
            error: outcome.error ?? { code: "internal_error", detail: "Internal error." },
          }
        : {
            type: "done",
            status: outcome.status,
            ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
          },
    ];
    const whole = log.after(0);
    await foldLog(tx.db, deps.processId, generationId, [...whole, ...numbered(last, log.end)]);
    await endMessage(tx.db, messageId, {
      parts: foldEvents(whole.map(({ event }) => event)),
      status: outcome.status,
      error:
        outcome.error ??
        (outcome.reason === undefined
          ? null
          : { code: outcome.reason, detail: NOTES[outcome.reason] }),
    });
    if (
      !(await endGeneration(tx.db, generationId, deps.processId, outcome.status, deps.clock.now()))
    )
      throw new TakenOver();
    await recordRefusal(tx, answer, outcome);
    return last;
  }).catch((error) => {
    if (error instanceof TakenOver) return storedEnd(deps, generationId);
    throw error;
  });
}

/** What the provider said of its error is kept where an admin reads it; the user gets our own sentence. */
async function recordRefusal(
  tx: Ctx,
  { plan: { model, projectId, generationId } }: RunningAnswer,
  { error, vendorSentence }: Outcome,
): Promise<void> {
  if (error === undefined || vendorSentence === undefined) return;
  await record(tx, {
    action: "provider.refused",
    target: { kind: "provider", id: model.provider.id },
    projectId,
    detail: { generationId, model: model.name, error: error.code, vendorSentence },
  });
}

/**
 * The stored end of an answer that is no longer ours to end: ended by another process, or here before the
 * connection was lost.
 */
async function storedEnd(deps: Deps, generationId: string): Promise<LogEvent[]> {
  const log = await readLog(deps.database.db, generationId, 0);
  const last = log
    .map(({ event }) => event)
    .filter((event) => event.type === "usage" || isEnd(event));
  if (last.some(isEnd)) return last;
  // Deleted meanwhile: there is nothing to report. Otherwise the process that took it over is about to end it.
  if (!(await findGeneration(deps.database.db, generationId)))
    return [{ type: "done", status: "interrupted" }];
  throw new TakenOver();
}

/** The facts of an answer's call, for settling it. */
export function factsOf(answer: RunningAnswer, outcome: Pick<Outcome, "complete">) {
  return {
    billable: answer.billable,
    reported: answer.usage,
    complete: outcome.complete,
    outputTokens: answer.outputTokens,
    reasoningTokens: answer.reasoningCount.tokens,
    pastCap: answer.cause === "past_cap",
  };
}

/** Another process has ended this answer; rolls the transaction back. */
class TakenOver extends Error {
  override readonly name = "TakenOver";
}

function count(
  { metrics }: Deps,
  { plan }: RunningAnswer,
  outcome: Outcome,
  last: LogEvent[],
): void {
  const provider = plan.model.providerName;
  metrics.generations.inc({ status: outcome.status, provider });
  if (outcome.error) metrics.providerErrors.inc({ provider, code: outcome.error.code });
  for (const event of last) {
    if (event.type !== "usage") continue;
    metrics.cost.inc({ provider }, event.costMicroUsd);
    metrics.tokens.inc({ provider, kind: "input" }, event.usage.inputTokens);
    metrics.tokens.inc({ provider, kind: "cache_read" }, event.usage.cacheReadTokens);
    metrics.tokens.inc({ provider, kind: "cache_write" }, event.usage.cacheWriteTokens);
    metrics.tokens.inc({ provider, kind: "output" }, event.usage.outputTokens);
  }
}

import { inTransaction, systemContext } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import { OutputCount } from "../../providers/index.ts";
import { settle } from "../metering/index.ts";
import { endMessage } from "../threads/index.ts";
import { endGeneration, foldLog, readLog, readOutputTimes, takeExpired } from "./repo.ts";
import type { LogEvent } from "./schema.ts";
import { merge, numbered } from "./stream/answer-log.ts";
import type { AnswerPubSub } from "./stream/answer-pubsub.ts";
import { foldEvents } from "./stream/fold-events.ts";
import type { GenerationRow } from "./tables.ts";

const AT_ONCE = 50;
const CLAIM_MS = 30_000;

/**
 * Ends answers whose process is gone: the stored text is kept, the hold is settled at the counted output, the
 * message becomes `interrupted`. Several processes may try; each answer is ended by one.
 * @param own answers that this process is writing: late to renew, but not gone.
 */
export async function recoverExpired(
  deps: Deps,
  pubsub: AnswerPubSub,
  own: string[],
): Promise<number> {
  // A claim of its own, so that nothing the lost process still stores counts.
  const claim = deps.ids.next();
  const expired = await takeExpired(deps.database.db, claim, {
    sentAt: deps.clock.now(),
    claimMs: CLAIM_MS,
    limit: AT_ONCE,
    except: own,
  });
  let count = 0;
  for (const generation of expired) {
    try {
      await interrupt(deps, claim, generation);
      count++;
    } catch (error) {
      // A failure must not block the others; it is retried when the claim expires.
      deps.logger.error({ err: error, generationId: generation.id }, "answer not recovered");
      continue;
    }
    deps.logger.warn({ generationId: generation.id }, "answer interrupted: lease expired");
    await pubsub.grew([generation.id]).catch(() => {});
  }
  return count;
}

async function interrupt(deps: Deps, claim: string, generation: GenerationRow): Promise<void> {
  const { id, messageId } = generation;
  await inTransaction(systemContext(deps, "recovery"), async (tx) => {
    const log = await readLog(tx.db, id, 0);
    const parts = foldEvents(log.map(({ event }) => event));
    const text = new OutputCount();
    const reasoning = new OutputCount();
    for (const part of parts) {
      if (part.type === "text") text.add(part.text);
      else if (part.type === "reasoning") reasoning.add(part.text);
    }
    const booked = await settle(tx, {
      generationId: id,
      status: "interrupted",
      billable: true,
      complete: false,
      outputTokens: text.tokens + reasoning.tokens,
      reasoningTokens: reasoning.tokens,
      lost: await readOutputTimes(tx.db, id),
    });
    const last: LogEvent[] = [
      { type: "usage", usage: booked.usage, costMicroUsd: booked.costMicroUsd },
      { type: "done", status: "interrupted" },
    ];
    const whole = [...merge(log), ...numbered(last, log.at(-1)?.end ?? 0)];
    await foldLog(tx.db, claim, id, whole);
    await endMessage(tx.db, messageId, {
      parts,
      status: "interrupted",
      error: null,
    });
    await endGeneration(tx.db, id, claim, "interrupted", deps.clock.now());
  });
  deps.metrics.generations.inc({ status: "interrupted", provider: "unknown" });
}

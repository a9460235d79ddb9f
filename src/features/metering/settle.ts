import { type Ctx, inTransaction, systemContext } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import type { TokenUsage } from "../../providers/index.ts";
import { billableUsage, type CallFacts } from "./billable-usage.ts";
import { learnExcess } from "./learn-excess.ts";
import { costMicroUsd, NO_USAGE, pricesOfCall } from "./price-call.ts";
import {
  bookInBudgets,
  findLedgerRows,
  type HoldRow,
  insertLedgerRow,
  type LedgerRow,
  listExpiredHolds,
  readNow,
  takeHold,
} from "./repo.ts";

export interface SettleInput extends CallFacts {
  generationId: string;
  /** How the generation ended; kept with the row. */
  status: string;
  /** Whether the provider exceeded its output cap, so that the call was ended here. */
  pastCap?: boolean;
}

export interface Settled {
  costMicroUsd: number;
  usage: TokenUsage;
  estimated: boolean;
}

/**
 * Ends a hold at the cost of the call: ledger row, budgets and hold change in one transaction. Idempotent by
 * generation: a second call returns what the first booked.
 */
export async function settle(ctx: Ctx, input: SettleInput): Promise<Settled> {
  return inTransaction(ctx, async (tx) => {
    const hold = await takeHold(tx.db, input.generationId);
    if (hold) return book(tx, hold, input);
    const [row] = await findLedgerRows(tx.db, [input.generationId]);
    if (!row) throw new Error("There is neither a hold nor a ledger row for this generation");
    return settled(row);
  });
}

const EXPIRED_BATCH = 20;
/** The recovery of a generation knows better what it produced, so it goes first. */
const GRACE_MS = 60_000;

/**
 * Settles expired holds that were not recovered, at their noted progress: the last resort. Several processes
 * may run it at once.
 * @param graceMs how long after its expiry a hold is left to the recovery of its generation
 * @returns how many it has settled
 */
export async function settleExpired(deps: Deps, graceMs = GRACE_MS): Promise<number> {
  const ctx = systemContext(deps, "metering");
  let count = 0;
  for (let more = true; more; ) {
    const expired = await listExpiredHolds(ctx.db, graceMs, EXPIRED_BATCH);
    const done = await Promise.all(expired.map((id) => settleOne(ctx, id, graceMs)));
    const settledNow = done.filter(Boolean).length;
    count += settledNow;
    // If nothing in the batch could be settled, the same batch would come again.
    more = expired.length === EXPIRED_BATCH && settledNow > 0;
  }
  return count;
}

async function settleOne(ctx: Ctx, generationId: string, graceMs: number): Promise<boolean> {
  try {
    return await inTransaction(ctx, async (tx) => {
      // Renewed or settled since it was listed.
      const hold = await takeHold(tx.db, generationId, graceMs);
      if (!hold) return false;
      await book(tx, hold, {
        generationId,
        status: "interrupted",
        billable: true,
        complete: false,
        outputTokens: hold.outputTokens,
        reasoningTokens: 0,
        lost: { from: hold.sentAt, to: hold.countedAt, now: await readNow(tx.db) },
      });
      return true;
    });
  } catch (error) {
    // A failure must not block the others; it is retried.
    ctx.deps.logger.error({ err: error, generationId }, "expired hold not settled");
    return false;
  }
}

async function book(tx: Ctx, hold: HoldRow, input: SettleInput): Promise<Settled> {
  const usage = billableUsage(hold, input);
  const table = { tiers: hold.priceTiers, source: hold.priceVersion };
  const prices = pricesOfCall(table, usage);
  const cost = costMicroUsd(prices, usage);
  const final = input.complete && input.reported !== undefined;
  const isEstimated = usage !== NO_USAGE && !(final && usage === input.reported);
  const row = await insertLedgerRow(tx.db, {
    id: tx.deps.ids.next(),
    generationId: hold.id,
    projectId: hold.projectId,
    threadId: hold.threadId,
    messageId: hold.messageId,
    userId: hold.userId,
    modelId: hold.modelId,
    provider: hold.provider,
    model: hold.model,
    status: input.status,
    estimated: isEstimated ? "yes" : "no",
    ...usage,
    inputPrice: prices.input,
    cacheReadPrice: prices.cacheRead,
    cacheWritePrice: prices.cacheWrite,
    outputPrice: prices.output,
    priceVersion: hold.priceVersion,
    costMicroUsd: cost,
    heldMicroUsd: hold.amountMicroUsd,
    createdAt: tx.deps.clock.now(),
  });
  if (final || input.pastCap) await learnExcess(tx, hold, row);
  // Last, so that the budgets' rows are locked only briefly.
  await bookInBudgets(tx.db, hold, cost);
  tx.deps.metrics.overrun.inc(Math.max(0, cost - hold.amountMicroUsd));
  return settled(row);
}

/** Usage and cost of a ledger row. */
export function settled(row: LedgerRow): Settled {
  return {
    costMicroUsd: row.costMicroUsd,
    usage: usageOf(row),
    estimated: row.estimated === "yes",
  };
}

function usageOf(row: LedgerRow): TokenUsage {
  return {
    inputTokens: row.inputTokens,
    cacheReadTokens: row.cacheReadTokens,
    cacheWriteTokens: row.cacheWriteTokens,
    outputTokens: row.outputTokens,
    reasoningTokens: row.reasoningTokens,
  };
}

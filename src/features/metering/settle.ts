import { type Ctx, inTransaction, systemContext } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import type { TokenUsage } from "../../providers/index.ts";
import { costMicroUsd, pricesOfCall } from "./price-call.ts";
import {
  bookInBudgets,
  findLedgerRows,
  type HoldRow,
  insertLedgerRow,
  type LedgerRow,
  listExpiredHolds,
  takeHold,
} from "./repo.ts";

export interface SettleInput {
  generationId: string;
  /** How the generation ended; kept with the row. */
  status: string;
  /** What the provider reported; null when it reported nothing. {@link NO_USAGE} when there was no call to pay. */
  usage: TokenUsage | null;
  /** Our own count of the output, reasoning included; used without a report. */
  outputTokensCounted: number;
  reasoningTokensCounted?: number;
  /** True when `usage` is partly our own count. */
  estimated?: boolean;
}

export interface Settled {
  costMicroUsd: number;
  usage: TokenUsage;
  estimated: boolean;
}

/**
 * Ends a hold with what the call has cost: the ledger row, the budgets and the hold change in one
 * transaction. Idempotent by generation: a second call, by anybody, returns what the first has booked.
 * Without a report the call is charged at the held estimate of its input and the counted output.
 */
export async function settle(ctx: Ctx, input: SettleInput): Promise<Settled> {
  return inTransaction(ctx, async (tx) => {
    const hold = await takeHold(tx.db, input.generationId);
    if (hold) return book(tx, hold, input);
    const [row] = await findLedgerRows(tx.db, [input.generationId]);
    if (!row) throw new Error("There is neither a hold nor a ledger row of this generation");
    return settled(row);
  });
}

const EXPIRED_BATCH = 20;
/** Who recovers a generation knows better what it has produced, so it goes first. */
const GRACE_MS = 60_000;

/**
 * Settles holds that nobody renews and nobody has recovered, at what was counted: what is left when
 * everything else has failed. Several processes may do it at once.
 * @param graceMs how long after its expiry a hold is left to the recovery of its generation
 * @returns how many this call has settled
 */
export async function settleExpired(deps: Deps, graceMs = GRACE_MS): Promise<number> {
  const ctx = systemContext(deps, "metering");
  const now = new Date(deps.clock.now().getTime() - graceMs);
  let count = 0;
  for (let more = true; more; ) {
    const expired = await listExpiredHolds(ctx.db, now, EXPIRED_BATCH);
    const done = await Promise.all(expired.map((id) => settleOne(ctx, id, now)));
    const settledNow = done.filter(Boolean).length;
    count += settledNow;
    // A batch of which nothing could be settled would come again.
    more = expired.length === EXPIRED_BATCH && settledNow > 0;
  }
  return count;
}

async function settleOne(ctx: Ctx, generationId: string, expiredAt: Date): Promise<boolean> {
  try {
    return await inTransaction(ctx, async (tx) => {
      // Renewed or settled since it was listed: then there is nothing to do.
      const hold = await takeHold(tx.db, generationId, expiredAt);
      if (!hold) return false;
      await book(tx, hold, {
        generationId,
        status: "interrupted",
        usage: null,
        outputTokensCounted: hold.outputTokens,
      });
      return true;
    });
  } catch (error) {
    // One that fails must not keep the others waiting; it comes again.
    ctx.deps.logger.error({ err: error, generationId }, "expired hold not settled");
    return false;
  }
}

async function book(tx: Ctx, hold: HoldRow, input: SettleInput): Promise<Settled> {
  const usage = input.usage ?? countedUsage(hold, input);
  const table = { tiers: hold.priceTiers, source: hold.priceVersion };
  const prices = pricesOfCall(table, usage);
  const cost = costMicroUsd(prices, usage);
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
    estimated: input.usage === null || input.estimated ? "yes" : "no",
    ...usage,
    inputPrice: prices.input,
    cacheReadPrice: prices.cacheRead,
    cacheWritePrice: prices.cacheWrite,
    outputPrice: prices.output,
    priceVersion: hold.priceVersion,
    costMicroUsd: cost,
    createdAt: tx.deps.clock.now(),
  });
  // Last, so that the budgets' rows are locked for as short as possible.
  await bookInBudgets(tx.db, hold, cost);
  tx.deps.metrics.overrun.inc(Math.max(0, cost - hold.amountMicroUsd));
  return settled(row);
}

function countedUsage(hold: HoldRow, input: SettleInput): TokenUsage {
  const outputTokens = Math.max(input.outputTokensCounted, hold.outputTokens);
  return {
    inputTokens: hold.inputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: Math.min(input.reasoningTokensCounted ?? 0, outputTokens),
  };
}

/** What a ledger row says a call used and cost. */
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

import type { Ctx } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { findLedgerRows, type Progress, updateProgress, updateSent } from "./repo.ts";
import { type Settled, settled } from "./settle.ts";

/**
 * Says that the provider is about to be called; what it has not been said of is charged nothing.
 * @returns false when the call has been settled already: then it must not be made.
 */
export async function markSent(db: Database, generationId: string): Promise<boolean> {
  return updateSent(db, generationId);
}

/** Notes what running calls have counted and renews their holds, all in one statement; ended ones are passed over. */
export async function noteProgress(db: Database, items: readonly Progress[]): Promise<void> {
  await updateProgress(db, items);
}

/** What each of these generations used and cost, by generation id; those not settled yet are missing. */
export async function usageForMessages(
  ctx: Ctx,
  generationIds: readonly string[],
): Promise<Map<string, Settled>> {
  const rows = await findLedgerRows(ctx.db, generationIds);
  return new Map(rows.map((row) => [row.generationId, settled(row)]));
}

import type { Ctx } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { findLedgerRows, type Progress, updateProgress, updateSent } from "./repo.ts";
import { type Settled, settled } from "./settle.ts";

/**
 * Marks that the provider is about to be called; unmarked calls are not charged.
 * @returns false when the call has been settled already; then it must not be made.
 */
export async function markSent(db: Database, generationId: string): Promise<boolean> {
  return updateSent(db, generationId);
}

/** Stores the progress of running calls and renews their holds, in one statement; ended ones are skipped. */
export async function noteProgress(db: Database, items: readonly Progress[]): Promise<void> {
  await updateProgress(db, items);
}

/** Usage and cost of these generations by id; unsettled ones are missing. */
export async function usageForMessages(
  ctx: Ctx,
  generationIds: readonly string[],
): Promise<Map<string, Settled>> {
  const rows = await findLedgerRows(ctx.db, generationIds);
  return new Map(rows.map((row) => [row.generationId, settled(row)]));
}

import type { Ctx } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { findLedgerRows, updateProgress } from "./repo.ts";
import { type Settled, settled } from "./settle.ts";

export interface Progress {
  generationId: string;
  /** Output counted so far, reasoning included. */
  outputTokens: number;
  expiresAt: Date;
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

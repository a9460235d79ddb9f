import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { type AuditRow, findHead, listUnsealed, storeSeals } from "./repo.ts";

/** The hash that the first row follows. */
export const CHAIN_START = "0".repeat(64);
/** An arbitrary constant: one process seals at a time. */
const SEAL_LOCK = 7_263_548_191;
const BATCH = 500;

/** A row as the chain holds it. */
export interface SealedRow extends AuditRow {
  seq: number;
  previousHash: string;
}

/**
 * Chains every committed row that is not yet in the chain. Chaining inside each change's transaction
 * would make all writers of the workspace wait for one another's commits; this way they never meet, and
 * a row can be changed unnoticed for a second at most.
 */
export async function sealChain(db: Database): Promise<void> {
  for (let sealed = BATCH; sealed === BATCH; ) {
    sealed = await db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${SEAL_LOCK})`);
      let head = (await findHead(tx)) ?? { seq: 0, hash: CHAIN_START };
      const seals = (await listUnsealed(tx, BATCH)).map((row) => {
        const chained = { ...row, seq: head.seq + 1, previousHash: head.hash };
        head = { seq: chained.seq, hash: chainHash(chained) };
        return { id: row.id, seq: head.seq, previousHash: chained.previousHash, hash: head.hash };
      });
      await storeSeals(tx, seals);
      return seals.length;
    });
  }
}

/** SHA-256 over the row's columns in a fixed order, its place and the previous row's hash included. */
export function chainHash(row: SealedRow): string {
  const canonical = JSON.stringify([
    row.previousHash,
    row.seq,
    row.id,
    row.at.toISOString(),
    row.actorKind,
    row.actorId,
    row.action,
    row.targetKind,
    row.targetId,
    row.projectId,
    sortKeys(row.detail),
    row.requestId,
    row.ip,
  ]);
  return createHash("sha256").update(canonical).digest("hex");
}

/** jsonb does not keep the order of keys, so the hash must not depend on it. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

import {
  and,
  asc,
  desc,
  eq,
  gt,
  gte,
  isNotNull,
  isNull,
  lt,
  sql,
  TransactionRollbackError,
} from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { users } from "../identity/tables.ts";
import { auditLog } from "./tables.ts";

export type AuditRow = typeof auditLog.$inferSelect;
export type AuditInsert = typeof auditLog.$inferInsert;

export async function insertAudit(db: Database, row: AuditInsert): Promise<void> {
  await db.insert(auditLog).values(row);
}

/**
 * Whether the transaction that inserted a row has committed. Inserting the same key again waits for a
 * transaction that is still open, and is undone: what has not committed by then never will.
 */
export async function isAuditStored(db: Database, row: AuditInsert): Promise<boolean> {
  try {
    return await db.transaction(async (tx) => {
      const absent = await tx
        .insert(auditLog)
        .values(row)
        .onConflictDoNothing({ target: auditLog.id })
        .returning({ id: auditLog.id });
      return absent.length === 0 || tx.rollback();
    });
  } catch (error) {
    if (error instanceof TransactionRollbackError) return false;
    throw error;
  }
}

export interface AuditFilter {
  action?: string | undefined;
  actorId?: string | undefined;
  projectId?: string | undefined;
  targetId?: string | undefined;
  /** From this instant on. */
  since?: Date | undefined;
  /** Before this instant. */
  until?: Date | undefined;
}

/**
 * Rows that match, newest first, with the actor's name where the account still exists.
 * @param afterId the last row of the page before.
 */
export function listAudit(
  db: Database,
  filter: AuditFilter,
  page: { afterId: string | null; limit: number },
) {
  const { action, actorId, projectId, targetId, since, until } = filter;
  return db
    .select({ entry: auditLog, actorName: users.name })
    .from(auditLog)
    .leftJoin(users, eq(users.id, auditLog.actorId))
    .where(
      and(
        action === undefined ? undefined : eq(auditLog.action, action),
        actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
        projectId === undefined ? undefined : eq(auditLog.projectId, projectId),
        targetId === undefined ? undefined : eq(auditLog.targetId, targetId),
        since === undefined ? undefined : gte(auditLog.at, since),
        until === undefined ? undefined : lt(auditLog.at, until),
        page.afterId === null
          ? undefined
          : lt(
              auditLog.seq,
              sql`(select a.seq from ${auditLog} a where a.id = ${page.afterId}::uuid)`,
            ),
      ),
    )
    .orderBy(desc(auditLog.seq))
    .limit(page.limit + 1);
}

/** The last row of the chain. */
export async function findHead(db: Database): Promise<{ seq: number; hash: string } | undefined> {
  const [row] = await db
    .select({ seq: auditLog.seq, hash: auditLog.hash })
    .from(auditLog)
    .where(isNotNull(auditLog.seq))
    .orderBy(desc(auditLog.seq))
    .limit(1);
  return row?.seq == null ? undefined : { seq: row.seq, hash: row.hash ?? "" };
}

/** Rows that are not in the chain yet, oldest first. */
export function listUnsealed(db: Database, limit: number): Promise<AuditRow[]> {
  return db
    .select()
    .from(auditLog)
    .where(isNull(auditLog.seq))
    .orderBy(asc(auditLog.id))
    .limit(limit);
}

export interface Seal {
  id: string;
  seq: number;
  previousHash: string;
  hash: string;
}

export async function storeSeals(db: Database, seals: Seal[]): Promise<void> {
  if (seals.length === 0) return;
  await db.execute(sql`
    update ${auditLog} as a set seq = s.seq, previous_hash = s."previousHash", hash = s.hash
    from json_to_recordset(${JSON.stringify(seals)}::json) as s(id uuid, seq bigint, "previousHash" text, hash text)
    where a.id = s.id`);
}

/** The next rows of the chain after a number, oldest first. */
export function listChain(db: Database, afterSeq: number, limit: number): Promise<AuditRow[]> {
  return db
    .select()
    .from(auditLog)
    .where(gt(auditLog.seq, afterSeq))
    .orderBy(asc(auditLog.seq))
    .limit(limit);
}

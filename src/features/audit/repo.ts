import {
  and,
  asc,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  notInArray,
  or,
  sql,
  TransactionRollbackError,
} from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { isAfter } from "../../platform/db/keyset.ts";
import { prepared, preparedInsert } from "../../platform/db/prepared.ts";
import type { Position } from "../../platform/http/pagination.ts";
import { apiKeys, users } from "../identity/tables.ts";
import { type AuditKind, UNCHANGING } from "./actions.ts";
import { auditLog, auditSeals } from "./tables.ts";

export type AuditRow = typeof auditLog.$inferSelect;
export type AuditInsert = typeof auditLog.$inferInsert;

/** @returns the stored row, with the database's time. */
export const insertAudit: (db: Database, row: AuditInsert) => Promise<AuditRow> =
  preparedInsert(auditLog);

export async function insertAuditRows(db: Database, rows: AuditInsert[]): Promise<void> {
  await db.insert(auditLog).values(rows);
}

/** Ids of the accounts with these addresses, in lower case. */
export async function findAccounts(db: Database, emails: string[]): Promise<Map<string, string>> {
  if (emails.length === 0) return new Map();
  const email = sql<string>`lower(${users.email})`;
  const rows = await db.select({ email, id: users.id }).from(users).where(inArray(email, emails));
  return new Map(rows.map((row) => [row.email, row.id]));
}

export interface NamedAccount {
  name: string;
  email: string;
}

/** Names and addresses of the accounts with these ids that still exist. */
export async function findAccountNames(
  db: Database,
  ids: string[],
): Promise<Map<string, NamedAccount>> {
  if (ids.length === 0) return new Map();
  const { id, name, email } = users;
  const rows = await db.select({ id, name, email }).from(users).where(inArray(id, ids));
  return new Map(rows.map((row) => [row.id, { name: row.name, email: row.email }]));
}

/** Ids of the API keys, active or not, with these hashes. */
export async function findKeys(db: Database, hashes: string[]): Promise<Map<string, string>> {
  if (hashes.length === 0) return new Map();
  const rows = await db
    .select({ hash: apiKeys.hash, id: apiKeys.id })
    .from(apiKeys)
    .where(inArray(apiKeys.hash, hashes));
  return new Map(rows.map((row) => [row.hash, row.id]));
}

/**
 * Whether the transaction that inserted a row has committed. Inserting the same key again waits for a
 * transaction that is still open, and is rolled back: if it has not committed by then, it never will.
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
  kind?: AuditKind | undefined;
  action?: string | undefined;
  actorId?: string | undefined;
  projectId?: string | undefined;
  targetId?: string | undefined;
  /** Inclusive. */
  since?: Date | undefined;
  /** Exclusive. */
  until?: Date | undefined;
}

function ofKind(kind: AuditKind) {
  return kind === "change"
    ? notInArray(auditLog.action, Object.values(UNCHANGING).flat())
    : inArray(auditLog.action, UNCHANGING[kind]);
}

/** Matching rows, newest first, with their seal, and the actor's name and address if the account still exists. */
export function listAudit(
  db: Database,
  filter: AuditFilter,
  page: { after: Position | null; limit: number },
) {
  const { kind, action, actorId, projectId, targetId, since, until } = filter;
  const { at, id } = auditLog;
  return db
    .select({ entry: auditLog, seal: auditSeals, actorName: users.name, actorEmail: users.email })
    .from(auditLog)
    .leftJoin(auditSeals, eq(auditSeals.auditId, id))
    .leftJoin(users, eq(users.id, auditLog.actorId))
    .where(
      and(
        kind === undefined ? undefined : ofKind(kind),
        action === undefined ? undefined : eq(auditLog.action, action),
        actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
        projectId === undefined ? undefined : eq(auditLog.projectId, projectId),
        targetId === undefined ? undefined : eq(auditLog.targetId, targetId),
        since === undefined ? undefined : gte(at, since),
        until === undefined ? undefined : lt(at, until),
        isAfter({ at, id }, page.after),
      ),
    )
    .orderBy(desc(at), desc(id))
    .limit(page.limit + 1);
}

export type Seal = typeof auditSeals.$inferSelect;

export async function findLastSeal(db: Database): Promise<Seal | undefined> {
  const [seal] = await db.select().from(auditSeals).orderBy(desc(auditSeals.seq)).limit(1);
  return seal;
}

export interface ChainState {
  last: Seal;
  /** Whether a row from shortly before the newest seal on has none. */
  unsealed: boolean;
}

const chainState = prepared((db) =>
  db
    .select({
      last: auditSeals,
      // A look-up for each recent row; as a join it might read every seal.
      unsealed: sql<boolean>`exists (
        select from ${auditLog} as row
        where row.at >= audit_seals.sealed_at - ${sql.placeholder("recentMs")} * interval '1 millisecond'
          and (select true from ${auditSeals} as seal where seal.audit_id = row.id) is null
          and (row.seq is null or row.seq < 1 or row.seq >= (select min(seq) from ${auditSeals}))
      )`,
    })
    .from(auditSeals)
    .orderBy(desc(auditSeals.seq))
    .limit(1)
    .prepare("chain_state"),
);

/** The newest seal, and whether there is something to seal; undefined before the first one. */
export async function findChainState(
  db: Database,
  recentMs: number,
): Promise<ChainState | undefined> {
  const [state] = await chainState(db).execute({ recentMs });
  return state;
}

export async function findFirstSeal(db: Database): Promise<Seal | undefined> {
  const [seal] = await db.select().from(auditSeals).orderBy(asc(auditSeals.seq)).limit(1);
  return seal;
}

export async function findSeal(db: Database, seq: number): Promise<Seal | undefined> {
  const [seal] = await db.select().from(auditSeals).where(eq(auditSeals.seq, seq));
  return seal;
}

/** The last row from before the chain had a key. */
export async function findUnkeyedHead(db: Database): Promise<AuditRow | undefined> {
  const [row] = await db
    .select()
    .from(auditLog)
    .where(isNotNull(auditLog.unkeyedSeq))
    .orderBy(desc(auditLog.unkeyedSeq))
    .limit(1);
  return row;
}

/** Whether the log records that a key began to seal. */
export async function isKeyAnnounced(db: Database, keyId: string): Promise<boolean> {
  const rows = await db
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(
      and(eq(auditLog.action, "audit.chain_keyed"), sql`${auditLog.detail}->>'keyId' = ${keyId}`),
    )
    .limit(1);
  return rows.length > 0;
}

/** The database's time, which dates all seals. */
export async function readDatabaseClock(db: Database): Promise<Date> {
  const [row] = await db.execute<{ now: string }>(
    sql`select date_trunc('milliseconds', clock_timestamp()) as now`,
  );
  return new Date(row?.now ?? Number.NaN);
}

/** Rows without a seal in the order of their times, except those in the unkeyed chain up to a number. */
export async function listUnsealed(
  db: Database,
  { unkeyedUpTo, since, limit }: { unkeyedUpTo: number; since: Date | null; limit: number },
): Promise<AuditRow[]> {
  const rows = await db
    .select({ row: auditLog })
    .from(auditLog)
    .leftJoin(auditSeals, eq(auditSeals.auditId, auditLog.id))
    .where(
      and(
        isNull(auditSeals.seq),
        or(
          isNull(auditLog.unkeyedSeq),
          lt(auditLog.unkeyedSeq, 1),
          gt(auditLog.unkeyedSeq, unkeyedUpTo),
        ),
        since === null ? undefined : gte(auditLog.at, since),
      ),
    )
    .orderBy(asc(auditLog.at), asc(auditLog.id))
    .limit(limit);
  return rows.map(({ row }) => row);
}

export async function insertSeals(db: Database, seals: Seal[]): Promise<void> {
  if (seals.length > 0) await db.insert(auditSeals).values(seals);
}

/** The next seals after a number, oldest first, each with its row if that still exists. */
export function listSeals(db: Database, afterSeq: number, limit: number) {
  return db
    .select({ seal: auditSeals, row: auditLog })
    .from(auditSeals)
    .leftJoin(auditLog, eq(auditLog.id, auditSeals.auditId))
    .where(gt(auditSeals.seq, afterSeq))
    .orderBy(asc(auditSeals.seq))
    .limit(limit);
}

/** The next rows of the unkeyed chain after a number and up to another, oldest first. */
export function listUnkeyed(
  db: Database,
  range: { after: number; upTo: number; limit: number },
): Promise<AuditRow[]> {
  return db
    .select()
    .from(auditLog)
    .where(and(gt(auditLog.unkeyedSeq, range.after), lte(auditLog.unkeyedSeq, range.upTo)))
    .orderBy(asc(auditLog.unkeyedSeq))
    .limit(range.limit);
}

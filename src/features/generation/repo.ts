import { and, asc, desc, eq, gt, inArray, notInArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../platform/db/client.ts";
import {
  placeholderFor,
  prepared,
  preparedInsert,
  preparedSql,
} from "../../platform/db/prepared.ts";
import { inFuture, isPast, isPrompt } from "../../platform/db/time.ts";
import type { GenerationScope } from "./policy.ts";
import type { EndStatus, LogEvent } from "./schema.ts";
import { type Numbered, unread } from "./stream/answer-log.ts";
import { type GenerationRow, generationEvents, generations } from "./tables.ts";

/** A statement that took longer than this to reach the database was delayed. */
const PROMPT_MS = 2_000;

const insert = preparedInsert(generations, {
  leaseExpiresAt: inFuture(sql.placeholder("leaseMs")),
});

export async function insertGeneration(
  db: Database,
  row: Omit<typeof generations.$inferInsert, "leaseExpiresAt"> & { leaseMs: number },
): Promise<void> {
  await insert(db, row);
}

/** The log after a number, in order, each unit once. */
export async function readLog(db: Database, generationId: string, at: number): Promise<Numbered[]> {
  const rows = await db
    .select({ end: generationEvents.seq, event: generationEvents.event })
    .from(generationEvents)
    .where(and(eq(generationEvents.generationId, generationId), gt(generationEvents.seq, at)))
    .orderBy(asc(generationEvents.seq));
  return unread(rows, at);
}

/** The last event of a log. */
export async function readLast(db: Database, generationId: string): Promise<Numbered | undefined> {
  const [row] = await db
    .select({ end: generationEvents.seq, event: generationEvents.event })
    .from(generationEvents)
    .where(eq(generationEvents.generationId, generationId))
    .orderBy(desc(generationEvents.seq))
    .limit(1);
  return row;
}

/** When the first and the last output of a generation were stored, and the current time, all by the database. */
export async function readOutputTimes(db: Database, generationId: string): Promise<OutputTimes> {
  const [row] = await db.execute(sql`
    select min(stored_at) as "from", max(stored_at) as "to", clock_timestamp() as now
    from ${generationEvents}
    where generation_id = ${generationId} and event->>'type' in ('delta', 'reasoning')`);
  return outputTimes.parse(row);
}

const outputTimes = z.object({
  from: z.coerce.date().nullable(),
  to: z.coerce.date().nullable(),
  now: z.coerce.date(),
});
type OutputTimes = z.infer<typeof outputTimes>;

/** Events of one generation as rows to write. */
export function logRows(generationId: string, events: Numbered[]): LogRow[] {
  return events.map(({ end, event }) => ({ g: generationId, s: end, e: event }));
}

/** A log row to write, with the short names of its JSON. */
export interface LogRow {
  g: string;
  s: number;
  e: LogEvent;
}

/**
 * Writes the events of many generations in one statement, only for those that this process still runs: after a
 * takeover its events no longer count.
 * @returns those that this process runs.
 */
export async function appendLog(
  db: Database,
  processId: string,
  rows: LogRow[],
): Promise<Set<string>> {
  return idsOf(await insertNew(db, { processId, rows: JSON.stringify(rows) }));
}

/** @param conflict what to do with a row whose number is stored already. */
const insertLog = (conflict: SQL) =>
  preparedSql(sql`
    with said as (
      select * from json_to_recordset(${sql.placeholder("rows")}::json) as t(g uuid, s int, e jsonb)
    ), own as (
      select id from ${generations}
      where id in (select g from said) and status = 'running'
        and process_id = ${sql.placeholder("processId")}
    ), stored as (
      insert into ${generationEvents} (generation_id, seq, event)
      select g, s, e from said join own on own.id = g
      on conflict (generation_id, seq) do ${conflict}
    )
    select id from own`);
const insertNew = insertLog(sql`nothing`);
const insertMerged = insertLog(sql`update set event = excluded.event`);

const ids = z.array(z.object({ id: z.uuid() }));
const idsOf = (rows: unknown) => new Set(ids.parse(rows).map(({ id }) => id));

const removeLog = prepared((db) =>
  db
    .delete(generationEvents)
    .where(eq(generationEvents.generationId, sql.placeholder("generationId")))
    .prepare("remove_log"),
);

/**
 * Replaces a generation's log by its merged events: while it is written a row holds a tenth of a second, and
 * numbers count units, so that a reader goes on at the same place in fewer rows. Call it in the transaction
 * that ends the generation. A row that another connection stores meanwhile is not seen by the deletion; a merged
 * row takes its place if it has the same number, and the others are skipped by readers ({@link unread}).
 */
export async function foldLog(
  db: Database,
  processId: string,
  generationId: string,
  events: Numbered[],
): Promise<void> {
  await removeLog(db).execute({ generationId });
  const rows = JSON.stringify(logRows(generationId, events));
  await insertMerged(db, { processId, rows });
}

const end = prepared((db) =>
  db
    .update(generations)
    .set({
      status: placeholderFor(generations.status),
      endedAt: placeholderFor(generations.endedAt, "now"),
      sentVersionIds: null,
    })
    .where(
      and(
        eq(generations.id, sql.placeholder("id")),
        eq(generations.status, "running"),
        eq(generations.processId, sql.placeholder("processId")),
      ),
    )
    .returning({ id: generations.id })
    .prepare("end_generation"),
);

/** Ends a generation once, only while this process runs it. @returns false when it was ended elsewhere. */
export async function endGeneration(
  db: Database,
  id: string,
  processId: string,
  status: EndStatus,
  now: Date,
): Promise<boolean> {
  const rows = await end(db).execute({ id, processId, status, now });
  return rows.length > 0;
}

/**
 * Renews the leases of this process's generations. @returns those still its own, and whether a stop was
 * requested.
 */
export function renewLeases(db: Database, processId: string, ids: string[], leaseMs: number) {
  return db
    .update(generations)
    .set({ leaseExpiresAt: inFuture(leaseMs) })
    .where(
      and(
        inArray(generations.id, ids),
        eq(generations.status, "running"),
        eq(generations.processId, processId),
      ),
    )
    .returning({ id: generations.id, stopRequestedAt: generations.stopRequestedAt });
}

/**
 * Takes over generations whose process is gone; each is assigned to one claim only.
 * @param options.sentAt the database's time now: if this statement had to wait, so had the renewals of living
 * processes.
 */
export function takeExpired(
  db: Database,
  claim: string,
  options: { sentAt: Date; claimMs: number; limit: number; except: string[] },
): Promise<GenerationRow[]> {
  const expired = db
    .select({ id: generations.id })
    .from(generations)
    .where(
      and(
        eq(generations.status, "running"),
        isPast(generations.leaseExpiresAt),
        isPrompt(options.sentAt, PROMPT_MS),
        options.except.length === 0 ? undefined : notInArray(generations.id, options.except),
      ),
    )
    .limit(options.limit)
    .for("update", { skipLocked: true });
  return db
    .update(generations)
    .set({ processId: claim, leaseExpiresAt: inFuture(options.claimMs) })
    .where(inArray(generations.id, expired))
    .returning();
}

/** Requests a stop. @returns false when it has ended. */
export async function requestStop(
  db: Database,
  scope: GenerationScope<"write">,
  now: Date,
): Promise<boolean> {
  const rows = await db
    .update(generations)
    .set({ stopRequestedAt: now })
    .where(and(eq(generations.id, scope.generation.id), eq(generations.status, "running")))
    .returning({ id: generations.id });
  return rows.length > 0;
}

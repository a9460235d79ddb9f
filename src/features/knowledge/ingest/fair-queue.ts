import { and, eq, gt, sql } from "drizzle-orm";
import type { Ctx } from "../../../platform/context.ts";
import type { Database } from "../../../platform/db/client.ts";
import type { VersionRow } from "../repo.ts";
import { fileVersions } from "../tables.ts";

/** Queues of versions to read: a short first try for each, and the slow lane for those that need longer. */
export const READ_QUEUE = "knowledge-read";
export const SLOW_QUEUE = "knowledge-read-slow";

/**
 * The turn of a version that joins a lane (start-time fair queueing, Goyal, Vin and Cheng 1996): one after the
 * uploader's last waiting one, but not before the turn being served. So a user who adds hundreds of files
 * shares the readers with one who adds one file, and waits for at most one file of each other user.
 */
export function nextTurn(uploader: string | null, slow: boolean) {
  const waiting = sql`waiting.status in ('queued', 'reading') and waiting.slow = ${slow}`;
  return sql<number>`greatest(
    coalesce((select min(waiting.turn) from ${fileVersions} waiting where ${waiting}), 0),
    coalesce((select max(waiting.turn) + 1 from ${fileVersions} waiting
      where ${waiting} and waiting.created_by = ${uploader}::uuid), 0))`;
}

/**
 * Stores the job that reads a version; inside a transaction it exists only if that commits.
 * @returns false when there is a job for it already.
 */
export async function enqueueReading(
  { db, deps }: Ctx,
  { id, slow, turn }: Pick<VersionRow, "id" | "slow" | "turn">,
): Promise<boolean> {
  return deps.jobs.enqueue(db, queueOf(slow), { versionId: id }, { key: id, priority: -turn });
}

/** The lane's queue. */
export function queueOf(slow: boolean): string {
  return slow ? SLOW_QUEUE : READ_QUEUE;
}

/** Reading time used for a user's files within the last hour, in milliseconds. */
export async function readerMsOf(db: Database, uploader: string): Promise<number> {
  const [row] = await db
    .select({ used: sql<string>`coalesce(sum(${fileVersions.readerMs}), 0)` })
    .from(fileVersions)
    .where(
      and(
        eq(fileVersions.createdBy, uploader),
        gt(fileVersions.readAt, sql`now() - interval '1 hour'`),
      ),
    );
  return Number(row?.used ?? 0);
}

/** Adds to the reading time of a version. */
export async function addReaderMs(db: Database, versionId: string, ms: number): Promise<void> {
  await db
    .update(fileVersions)
    .set({
      readerMs: sql`${fileVersions.readerMs} + ${Math.round(ms)}::int`,
      readAt: sql`now()`,
    })
    .where(eq(fileVersions.id, versionId));
}

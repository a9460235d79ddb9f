import { and, eq, or, sql } from "drizzle-orm";
import type { Database } from "../../../platform/db/client.ts";
import { inFuture, isPast } from "../../../platform/db/time.ts";
import type { VersionOfFile, VersionRow } from "../repo.ts";
import { files, fileVersions } from "../tables.ts";
import { nextTurn } from "./fair-queue.ts";

/** How long a process that reads a version is believed to be alive without a sign. */
export const LEASE_MS = 20_000;
/** Times a version is taken up before it counts as one that ends its readers. */
export const MAX_ATTEMPTS = 3;

const isUnread = or(
  eq(fileVersions.status, "queued"),
  and(eq(fileVersions.status, "reading"), isPast(fileVersions.leaseExpiresAt)),
);

/**
 * Takes a version for reading when it is queued, or when the process that read it has fallen silent.
 * @param slow the lane of whoever asks
 * @returns undefined when there is nothing to do: read already, being read, in the other lane, or gone
 */
export async function claimVersion(
  db: Database,
  versionId: string,
  slow: boolean,
): Promise<VersionOfFile | undefined> {
  const [version] = await db
    .update(fileVersions)
    .set({
      status: "reading",
      leaseExpiresAt: inFuture(LEASE_MS),
      attempts: sql`${fileVersions.attempts} + 1`,
    })
    .where(and(eq(fileVersions.id, versionId), eq(fileVersions.slow, slow), isUnread))
    .returning();
  if (!version) return undefined;
  const [file] = await db.select().from(files).where(eq(files.id, version.fileId));
  return file ? { file, version } : undefined;
}

/** Renews the promise to be reading. */
export async function renewLease(db: Database, versionId: string): Promise<void> {
  await db
    .update(fileVersions)
    .set({ leaseExpiresAt: inFuture(LEASE_MS) })
    .where(and(eq(fileVersions.id, versionId), eq(fileVersions.status, "reading")));
}

/**
 * Gives a version back unread, for another process to take up at once.
 * @param blameless whether the attempt does not count, since the document had no part in its end
 */
export async function releaseVersion(
  db: Database,
  versionId: string,
  blameless: boolean,
): Promise<void> {
  await db
    .update(fileVersions)
    .set({
      status: "queued",
      leaseExpiresAt: null,
      ...(blameless ? { attempts: sql`${fileVersions.attempts} - 1` } : {}),
    })
    .where(and(eq(fileVersions.id, versionId), eq(fileVersions.status, "reading")));
}

/** Notes what reading has found out about a version so far. */
export async function describeVersion(
  db: Database,
  versionId: string,
  found: Pick<
    VersionRow,
    "mediaType" | "language" | "note" | "tokenCount" | "textLength" | "pageStarts"
  >,
): Promise<void> {
  await db
    .update(fileVersions)
    .set(found)
    .where(and(eq(fileVersions.id, versionId), eq(fileVersions.status, "reading")));
}

/** Ends a reading with what came of it, once. @returns false when somebody else has ended it. */
export async function finishVersion(
  db: Database,
  versionId: string,
  outcome: { status: "ready" } | { status: "failed"; failure: string },
): Promise<boolean> {
  const rows = await db
    .update(fileVersions)
    .set({ ...outcome, leaseExpiresAt: null })
    .where(and(eq(fileVersions.id, versionId), eq(fileVersions.status, "reading")))
    .returning({ id: fileVersions.id });
  return rows.length > 0;
}

/** Puts a failed version back into the queue of its lane. @returns undefined when it has not failed. */
export async function requeueVersion(
  db: Database,
  { id, createdBy, slow }: Pick<VersionRow, "id" | "createdBy" | "slow">,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .update(fileVersions)
    .set({ status: "queued", failure: null, attempts: 0, turn: nextTurn(createdBy, slow) })
    .where(and(eq(fileVersions.id, id), eq(fileVersions.status, "failed")))
    .returning();
  return row;
}

/** Lets a version that is being read wait in the slow lane; that try was none. @returns undefined when it is not ours. */
export async function moveToSlowLane(
  db: Database,
  { id, createdBy }: Pick<VersionRow, "id" | "createdBy">,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .update(fileVersions)
    .set({
      status: "queued",
      leaseExpiresAt: null,
      attempts: sql`${fileVersions.attempts} - 1`,
      slow: true,
      turn: nextTurn(createdBy, true),
    })
    .where(and(eq(fileVersions.id, id), eq(fileVersions.status, "reading")))
    .returning();
  return row;
}

/** Versions that wait for a reader and whose job may have been lost, oldest first. */
export function listStalled(
  db: Database,
  limit: number,
): Promise<Pick<VersionRow, "id" | "slow" | "turn">[]> {
  return db
    .select({ id: fileVersions.id, slow: fileVersions.slow, turn: fileVersions.turn })
    .from(fileVersions)
    .where(isUnread)
    .orderBy(fileVersions.createdAt)
    .limit(limit);
}

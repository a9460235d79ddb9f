import { and, eq, or, sql } from "drizzle-orm";
import type { Database } from "../../../platform/db/client.ts";
import { inFuture, isPast } from "../../../platform/db/time.ts";
import type { VersionOfFile, VersionRow } from "../repo.ts";
import { files, fileVersions } from "../tables.ts";
import { nextTurn } from "./fair-queue.ts";

/** Lease of a process that reads a version. */
export const LEASE_MS = 20_000;
/** Attempts before a version is considered to crash its readers. */
export const MAX_ATTEMPTS = 3;

/** A version and the claim of its reader. */
type Claimed = Pick<VersionRow, "id" | "claimId">;

const isLeft = and(eq(fileVersions.status, "reading"), isPast(fileVersions.leaseExpiresAt));
const isUnread = or(eq(fileVersions.status, "queued"), isLeft);
const isOurs = ({ id, claimId }: Claimed) =>
  and(
    eq(fileVersions.id, id),
    eq(fileVersions.status, "reading"),
    claimId === null ? sql`false` : eq(fileVersions.claimId, claimId),
  );

/**
 * Claims a version for reading when it is queued, or when its reader's lease has expired.
 * @param slow the caller's lane
 * @param claimId a new id: from now on only its holder may store the result
 * @returns undefined when there is nothing to do: read already, being read, in the other lane, or deleted
 */
export async function claimVersion(
  db: Database,
  versionId: string,
  slow: boolean,
  claimId: string,
): Promise<VersionOfFile | undefined> {
  const [version] = await db
    .update(fileVersions)
    .set({
      status: "reading",
      claimId,
      leaseExpiresAt: inFuture(LEASE_MS),
      attempts: sql`${fileVersions.attempts} + 1`,
    })
    .where(and(eq(fileVersions.id, versionId), eq(fileVersions.slow, slow), isUnread))
    .returning();
  if (!version) return undefined;
  const [file] = await db.select().from(files).where(eq(files.id, version.fileId));
  return file ? { file, version } : undefined;
}

/** Renews the lease of a reader. */
export async function renewLease(db: Database, claimed: Claimed): Promise<void> {
  await db
    .update(fileVersions)
    .set({ leaseExpiresAt: inFuture(LEASE_MS) })
    .where(isOurs(claimed));
}

/**
 * Returns a version unread, for another process to read at once.
 * @param blameless whether the attempt does not count, because the document did not cause the failure
 */
export async function releaseVersion(
  db: Database,
  claimed: Claimed,
  blameless: boolean,
): Promise<void> {
  await db
    .update(fileVersions)
    .set({
      status: "queued",
      leaseExpiresAt: null,
      ...(blameless ? { attempts: sql`${fileVersions.attempts} - 1` } : {}),
    })
    .where(isOurs(claimed));
}

/** Stores what reading has found out about a version so far. */
export async function describeVersion(
  db: Database,
  claimed: Claimed,
  found: Pick<
    VersionRow,
    "mediaType" | "language" | "note" | "tokenCount" | "textLength" | "pageStarts"
  >,
): Promise<void> {
  await db.update(fileVersions).set(found).where(isOurs(claimed));
}

/** Stores the result of a reading, once. @returns false when another process has already. */
export async function finishVersion(
  db: Database,
  claimed: Claimed,
  outcome: { status: "ready" } | { status: "failed"; failure: string },
): Promise<boolean> {
  const rows = await db
    .update(fileVersions)
    .set({ ...outcome, leaseExpiresAt: null })
    .where(isOurs(claimed))
    .returning({ id: fileVersions.id });
  return rows.length > 0;
}

/** Queues a failed version again in its lane. @returns undefined when it has not failed. */
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

/**
 * Moves a version that is being read to the slow lane; the attempt does not count. @returns undefined when it
 * is not ours.
 */
export async function moveToSlowLane(
  db: Database,
  version: Claimed & Pick<VersionRow, "createdBy">,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .update(fileVersions)
    .set({
      status: "queued",
      leaseExpiresAt: null,
      attempts: sql`${fileVersions.attempts} - 1`,
      slow: true,
      turn: nextTurn(version.createdBy, true),
    })
    .where(isOurs(version))
    .returning();
  return row;
}

/** Versions whose reader's lease has expired. */
export function listLeft(db: Database, limit: number): Promise<Waiting[]> {
  return db.select(WAITING).from(fileVersions).where(isLeft).limit(limit);
}

/** Queued versions whose job may have been lost, oldest first. */
export function listQueued(db: Database, limit: number): Promise<Waiting[]> {
  return db
    .select(WAITING)
    .from(fileVersions)
    .where(eq(fileVersions.status, "queued"))
    .orderBy(fileVersions.createdAt)
    .limit(limit);
}

/** The data of a job. */
type Waiting = Pick<VersionRow, "id" | "slow" | "turn">;
const WAITING = { id: fileVersions.id, slow: fileVersions.slow, turn: fileVersions.turn };

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

/** A version as its reader claimed it. */
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
 * Takes a version for reading when it is queued, or when the process that read it has fallen silent.
 * @param slow the lane of whoever asks
 * @param claimId a new one: from now on only its holder may say what becomes of the reading
 * @returns undefined when there is nothing to do: read already, being read, in the other lane, or gone
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

/** Renews the promise to be reading. */
export async function renewLease(db: Database, claimed: Claimed): Promise<void> {
  await db
    .update(fileVersions)
    .set({ leaseExpiresAt: inFuture(LEASE_MS) })
    .where(isOurs(claimed));
}

/**
 * Gives a version back unread, for another process to take up at once.
 * @param blameless whether the attempt does not count, since the document had no part in its end
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

/** Notes what reading has found out about a version so far. */
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

/** Ends a reading with what came of it, once. @returns false when somebody else has ended it. */
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

/** Versions whose reader has fallen silent. */
export function listLeft(db: Database, limit: number): Promise<Waiting[]> {
  return db.select(WAITING).from(fileVersions).where(isLeft).limit(limit);
}

/** Versions that wait for a reader and whose job may have been lost, oldest first. */
export function listQueued(db: Database, limit: number): Promise<Waiting[]> {
  return db
    .select(WAITING)
    .from(fileVersions)
    .where(eq(fileVersions.status, "queued"))
    .orderBy(fileVersions.createdAt)
    .limit(limit);
}

/** What its job is made of. */
type Waiting = Pick<VersionRow, "id" | "slow" | "turn">;
const WAITING = { id: fileVersions.id, slow: fileVersions.slow, turn: fileVersions.turn };

import { and, desc, eq, gt, inArray, ne, sql } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { blobKey } from "./ingest/store-file.ts";
import { files, fileVersions } from "./tables.ts";

/** Which of these versions are in use by other features: citations, running answers. */
export type VersionsInUse = (
  db: Database,
  projectId: string,
  versionIds: string[],
) => Promise<string[]>;

/** Files per run; the rest waits for the next day. */
const BATCH = 1_000;

/**
 * Removes the oldest versions of a file over the limit, with their passages and bytes. Keeps the version in
 * use, one being read, and those in `inUse`.
 */
export async function purgeOldVersions(
  ctx: Ctx,
  fileId: string,
  inUse: readonly VersionsInUse[],
): Promise<void> {
  const kept = ctx.deps.config.fileVersionsKept;
  if (kept === null) return;
  const { db } = ctx;
  const [file] = await db.select().from(files).where(eq(files.id, fileId));
  if (!file) return;
  const beyond = await db
    .select({ id: fileVersions.id, status: fileVersions.status })
    .from(fileVersions)
    .where(eq(fileVersions.fileId, fileId))
    .orderBy(desc(fileVersions.version))
    .offset(kept)
    .limit(BATCH);
  const old = beyond
    .filter(({ id, status }) => id !== file.currentVersionId && status !== "reading")
    .map(({ id }) => id);
  if (old.length === 0) return;
  const needed = new Set(
    (await Promise.all(inUse.map((find) => find(db, file.projectId, old)))).flat(),
  );
  await remove(
    ctx,
    file.projectId,
    fileId,
    old.filter((id) => !needed.has(id)),
  );
}

/** The same for every file over the limit; a failure is logged and retried by the next run. */
export async function purgeVersions(ctx: Ctx, inUse: readonly VersionsInUse[]): Promise<void> {
  const kept = ctx.deps.config.fileVersionsKept;
  if (kept === null) return;
  const crowded = await ctx.db
    .select({ id: files.id })
    .from(files)
    .where(gt(files.storedVersions, kept))
    .limit(BATCH);
  for (const { id } of crowded) {
    await purgeOldVersions(ctx, id, inUse).catch((error) => {
      ctx.deps.logger.error({ err: error, fileId: id }, "old versions of a file not purged");
    });
  }
}

/** Rows first: bytes left by a crash are found as orphans, rows without bytes would break downloads. */
async function remove(ctx: Ctx, projectId: string, fileId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const removed = await inTransaction(ctx, async ({ db }) => {
    // Locked first, as in every change of a file's content.
    await db.select({ id: files.id }).from(files).where(eq(files.id, fileId)).for("update");
    return db
      .delete(fileVersions)
      .where(
        and(
          inArray(fileVersions.id, ids),
          ne(fileVersions.status, "reading"),
          sql`not exists (select 1 from ${files} where ${files.currentVersionId} = ${fileVersions.id})`,
        ),
      )
      .returning({ id: fileVersions.id });
  });
  for (const { id } of removed) await ctx.deps.blobs.delete(blobKey(projectId, id));
}

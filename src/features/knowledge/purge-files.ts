import { eq, inArray, lt } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../platform/context.ts";
import { restorableSince } from "../projects/index.ts";
import { blobKey } from "./ingest/store-file.ts";
import { dropEmptyCounts } from "./search/index-passages.ts";
import { settleIndex } from "./search/reconcile-index.ts";
import { files, fileVersions } from "./tables.ts";

/** Files per run; the rest waits for the next day. */
const BATCH = 1_000;

/**
 * Removes files deleted longer ago than the restore window: bytes first, then the rows. A file that fails is
 * logged and tried again by the next run.
 */
export async function purgeDeletedFiles(ctx: Ctx): Promise<void> {
  const gone = await ctx.db
    .select({ id: files.id, projectId: files.projectId })
    .from(files)
    .where(lt(files.deletedAt, restorableSince(ctx)))
    .limit(BATCH);
  for (const { id, projectId } of gone) {
    await purgeFile(ctx, projectId, id).catch((error) => {
      ctx.deps.logger.error({ err: error, fileId: id }, "deleted file not purged");
    });
  }
  await dropEmptyCounts(ctx.db);
}

async function purgeFile(ctx: Ctx, projectId: string, id: string): Promise<void> {
  await removeBytes(ctx, projectId, [id]);
  await inTransaction(ctx, async (tx) => {
    // Subtracts from the counts before the cascade deletes the entries they came from.
    await settleIndex(tx.db, projectId, id);
    await tx.db.delete(files).where(eq(files.id, id));
  });
}

/** Removes the bytes of all files of a project, and its counts in the search index, before its rows are deleted. */
export async function removeProjectBytes(ctx: Ctx, projectId: string): Promise<void> {
  const rows = await ctx.db
    .select({ id: files.id })
    .from(files)
    .where(eq(files.projectId, projectId));
  const ids = rows.map(({ id }) => id);
  await removeBytes(ctx, projectId, ids);
  for (const id of ids) {
    await inTransaction(ctx, async (tx) => {
      await tx.db.update(files).set({ currentVersionId: null }).where(eq(files.id, id));
      await settleIndex(tx.db, projectId, id);
    });
  }
}

async function removeBytes(ctx: Ctx, projectId: string, fileIds: string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const versions = await ctx.db
    .select({ id: fileVersions.id })
    .from(fileVersions)
    .where(inArray(fileVersions.fileId, fileIds));
  for (const { id } of versions) await ctx.deps.blobs.delete(blobKey(projectId, id));
}

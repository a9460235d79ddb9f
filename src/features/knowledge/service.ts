import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { type ProjectScope, restorableSince } from "../projects/index.ts";
import { fileNameTaken, fileNotFailed, fileNotFound } from "./errors.ts";
import { requeueVersion } from "./ingest/claim-version.ts";
import { enqueueReading } from "./ingest/fair-queue.ts";
import {
  type FileWithNewest,
  findFile,
  findVersion,
  setDeleted,
  type VersionOfFile,
} from "./repo.ts";
import { INDEX_QUEUE } from "./search/reconcile-index.ts";

/** @throws {Problem} 404. */
export async function getFile(
  ctx: Ctx,
  scope: ProjectScope,
  fileId: string,
): Promise<FileWithNewest> {
  const found = await findFile(ctx.db, scope, fileId);
  if (!found) throw fileNotFound();
  return found;
}

/** @throws {Problem} 404. */
export async function getVersion(
  ctx: Ctx,
  scope: ProjectScope,
  versionId: string,
): Promise<VersionOfFile> {
  const found = await findVersion(ctx.db, scope, versionId);
  if (!found) throw fileNotFound();
  return found;
}

/** Deletes a file; answers and search stop using it at once, and it can be restored within the restore window. */
export async function deleteFile(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  fileId: string,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await getFile(tx, scope, fileId);
    if (!(await setDeleted(tx.db, scope, fileId, ctx.deps.clock.now()))) throw fileNotFound();
    await enqueueIndexing(tx, scope, fileId);
    await record(tx, {
      action: "file.deleted",
      target: { kind: "file", id: fileId },
      projectId: scope.projectId,
    });
  });
}

/** Restores a deleted file. @throws {Problem} 404 past the window, 409 when its name is in use again. */
export async function restoreFile(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  fileId: string,
): Promise<FileWithNewest> {
  return inTransaction(ctx, async (tx) => {
    const found = await findFile(tx.db, scope, fileId, { deletedSince: restorableSince(ctx) });
    if (!found) throw fileNotFound();
    if (!(await setDeleted(tx.db, scope, fileId, null))) throw fileNameTaken();
    await enqueueIndexing(tx, scope, fileId);
    await record(tx, {
      action: "file.restored",
      target: { kind: "file", id: fileId },
      projectId: scope.projectId,
    });
    return getFile(tx, scope, fileId);
  });
}

/** Reads the newest version again after a failure. @throws {Problem} 409 when it has not failed. */
export async function retryFile(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  fileId: string,
): Promise<FileWithNewest> {
  return inTransaction(ctx, async (tx) => {
    const { newest } = await getFile(tx, scope, fileId);
    const queued = await requeueVersion(tx.db, newest);
    if (!queued) throw fileNotFailed();
    await enqueueReading(tx, queued);
    await record(tx, {
      action: "file.retried",
      target: { kind: "file", id: fileId },
      projectId: scope.projectId,
    });
    return getFile(tx, scope, fileId);
  });
}

/** Removing a long file from the index takes seconds, so a job does it. */
async function enqueueIndexing(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  fileId: string,
): Promise<void> {
  await ctx.deps.jobs.enqueue(ctx.db, INDEX_QUEUE, { projectId: scope.projectId, fileId });
}

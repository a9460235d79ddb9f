import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { restorableSince } from "./project-lifecycle.ts";
import { listPurgeable, lockProjectById, removeProject } from "./repo.ts";

/**
 * Called before a project's rows are deleted, to remove what no cascade reaches, such as bytes. Must be
 * idempotent: it is called again after an interrupted purge.
 */
export type BeforePurge = (ctx: Ctx, projectId: string) => Promise<void>;

/**
 * Deletes every project whose restore window has passed, with everything that belongs to it. Ledger and audit
 * rows stay. A failure is logged and retried by the next run.
 * @returns how many were deleted.
 */
export async function purgeProjects(ctx: Ctx, beforePurge: BeforePurge[]): Promise<number> {
  const before = restorableSince(ctx);
  let purged = 0;
  for (const projectId of await listPurgeable(ctx.db, before)) {
    try {
      for (const remove of beforePurge) await remove(ctx, projectId);
      if (await purgeOne(ctx, projectId, before)) purged++;
    } catch (error) {
      ctx.deps.logger.error({ err: error, projectId }, "project not purged");
    }
  }
  return purged;
}

/** Past the window the project cannot be restored, so bytes may go before the rows. */
async function purgeOne(ctx: Ctx, projectId: string, before: Date): Promise<boolean> {
  return inTransaction(ctx, async (tx) => {
    const project = await lockProjectById(tx.db, projectId);
    if (!project?.deletedAt || project.deletedAt >= before) return false;
    await removeProject(tx.db, projectId);
    await record(tx, {
      action: "project.purged",
      target: { kind: "project", id: projectId },
      projectId,
    });
    return true;
  });
}

import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { announceAccess } from "./announce-access.ts";
import { personalProjectStays, projectNotDeleted, projectNotFound } from "./errors.ts";
import type { ProjectScope } from "./policy.ts";
import { lockProject, updateProject } from "./repo.ts";
import type { ProjectRow } from "./tables.ts";

const DAY_MS = 86_400_000;

/** Items deleted after this instant can be restored. */
export function restorableSince(ctx: Ctx): Date {
  const { clock, config } = ctx.deps;
  return new Date(clock.now().getTime() - config.restoreDays * DAY_MS);
}

/** End of the restore window of something deleted at an instant. */
export function restorableUntil(ctx: Ctx, deletedAt: Date): Date {
  return new Date(deletedAt.getTime() + ctx.deps.config.restoreDays * DAY_MS);
}

/**
 * Deletes a project with everything in it; an owner can restore it within the restore window. @throws {Problem}
 * 409 `personal_project`.
 */
export async function deleteProject(ctx: Ctx, scope: ProjectScope<"owner">): Promise<ProjectRow> {
  const deleted = await inTransaction(ctx, async (tx) => {
    const found = await lockProject(tx.db, scope);
    if (!found || found.deletedAt !== null) throw projectNotFound();
    if (found.personalOf !== null) throw personalProjectStays();
    return change(tx, scope, { deletedAt: ctx.deps.clock.now() }, "project.deleted");
  });
  await announceAccess(ctx.deps, scope.projectId);
  return deleted;
}

/** @throws {Problem} 404 past the window, 409 when it is not deleted. */
export async function restoreProject(ctx: Ctx, scope: ProjectScope<"owner">): Promise<ProjectRow> {
  return inTransaction(ctx, async (tx) => {
    const found = await lockProject(tx.db, scope);
    if (!found) throw projectNotFound();
    if (found.deletedAt === null) throw projectNotDeleted();
    if (found.deletedAt <= restorableSince(ctx)) throw projectNotFound();
    return change(tx, scope, { deletedAt: null }, "project.restored");
  });
}

/** Archives or unarchives a project; does nothing when it is in that state already. */
export async function setArchived(
  ctx: Ctx,
  scope: ProjectScope<"owner">,
  archived: boolean,
): Promise<ProjectRow> {
  return inTransaction(ctx, async (tx) => {
    const found = await lockProject(tx.db, scope);
    if (!found || found.deletedAt !== null) throw projectNotFound();
    if (found.personalOf !== null) throw personalProjectStays();
    if ((found.archivedAt !== null) === archived) return found;
    return archived
      ? change(tx, scope, { archivedAt: ctx.deps.clock.now() }, "project.archived")
      : change(tx, scope, { archivedAt: null }, "project.unarchived");
  });
}

async function change(
  tx: Ctx,
  scope: ProjectScope<"owner">,
  fields: Partial<Pick<ProjectRow, "archivedAt" | "deletedAt">>,
  action: "project.deleted" | "project.restored" | "project.archived" | "project.unarchived",
): Promise<ProjectRow> {
  const row = await updateProject(tx.db, scope, fields, null, tx.deps.clock.now());
  if (!row) throw projectNotFound();
  await record(tx, {
    action,
    target: { kind: "project", id: row.id },
    projectId: row.id,
  });
  return row;
}

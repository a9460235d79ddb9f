import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { record } from "../audit/index.ts";
import { projectNotFound } from "./errors.ts";
import type { ProjectScope } from "./policy.ts";
import { findProject, insertProject, updateProject } from "./repo.ts";
import type { NewProject, ProjectChange } from "./schema.ts";
import type { ProjectRow } from "./tables.ts";

/** Creates a project owned by the signed-in user. */
export async function createProject(ctx: Ctx, input: NewProject): Promise<ProjectRow> {
  const { userId } = userOf(ctx);
  return inTransaction(ctx, async (tx) => {
    const project = await insertProject(tx.db, { id: ctx.deps.ids.next(), ...input }, userId);
    await record(tx, {
      action: "project.created",
      target: { kind: "project", id: project.id },
      projectId: project.id,
    });
    return project;
  });
}

/** The personal project of a new user, so that a first chat needs no set-up. */
export async function createPersonalProject(
  ctx: Ctx,
  user: { userId: string; name: string },
): Promise<void> {
  await insertProject(
    ctx.db,
    { id: ctx.deps.ids.next(), name: "Personal", personalOf: user.userId },
    user.userId,
  );
}

/** @throws {Problem} 404 when it was purged meanwhile. */
export async function getProject(ctx: Ctx, scope: ProjectScope): Promise<ProjectRow> {
  const project = scope.row ?? (await findProject(ctx.db, scope));
  if (!project) throw projectNotFound();
  return project;
}

/** Changes name, description or instructions. @throws {Problem} 412 when `expected` is not the latest version. */
export async function changeProject(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  input: ProjectChange,
  expected: number | null,
): Promise<ProjectRow> {
  return inTransaction(ctx, async (tx) => {
    const project = await updateProject(tx.db, scope, input, expected, ctx.deps.clock.now());
    if (!project) throw changedMeanwhile();
    await record(tx, {
      action: "project.updated",
      target: { kind: "project", id: project.id },
      projectId: project.id,
      detail: { changed: Object.keys(input) },
    });
    return project;
  });
}

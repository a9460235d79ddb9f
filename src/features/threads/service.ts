import { type Ctx, inTransaction } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { decodeCursor, invalidCursor } from "../../platform/http/pagination.ts";
import { requireUsableAgent } from "../agents/index.ts";
import { record } from "../audit/index.ts";
import { chooseModel } from "../models/index.ts";
import {
  announceAccess,
  type ProjectScope,
  projectArchived,
  restorableSince,
} from "../projects/index.ts";
import { messageNotFound, threadNotFound } from "./errors.ts";
import { type BranchMessage, findBranch, findLeaf } from "./find-branch.ts";
import type { ThreadScope } from "./policy.ts";
import {
  findListedThread,
  insertThread,
  type ListedThread,
  removeThreads,
  type ThreadRow,
  updateThread,
} from "./repo.ts";
import type { BranchQuery, NewThread, ThreadChange } from "./schema.ts";

const UNTITLED = "New thread";

/**
 * Creates an empty thread of the signed-in user in a project.
 * @throws {Problem} 409 `project_archived`, 422 `agent_unknown`, `model_not_available`.
 */
export async function createThread(
  ctx: Ctx,
  scope: ProjectScope,
  input: NewThread,
): Promise<ThreadRow> {
  if (scope.archived) throw projectArchived();
  await requireChoices(ctx, scope, input);
  return inTransaction(ctx, async (tx) => {
    const now = ctx.deps.clock.now();
    const { title = UNTITLED, ...rest } = input;
    const thread = await insertThread(tx.db, scope, {
      id: ctx.deps.ids.next(),
      title,
      ...rest,
      lastMessageAt: now,
    });
    await record(tx, {
      action: "thread.created",
      target: { kind: "thread", id: thread.id },
      projectId: scope.projectId,
    });
    return thread;
  });
}

/** The thread with the names of its project and owner. */
export async function getThread(ctx: Ctx, scope: ThreadScope): Promise<ListedThread> {
  const found = await findListedThread(ctx.db, scope);
  if (!found) throw threadNotFound();
  return found;
}

/**
 * Changes title, visibility, agent, model or effort.
 * @throws {Problem} 412 when `expected` is not the latest version, 422 `agent_unknown`, `model_not_available`.
 */
export async function changeThread(
  ctx: Ctx,
  scope: ThreadScope<"manage">,
  input: ThreadChange,
  expected: number | null,
): Promise<void> {
  const { title, visibility, agentId, modelId, effort } = input;
  const change = {
    ...(title === undefined ? {} : { title }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(agentId === undefined ? {} : { agentId }),
    ...(modelId === undefined ? {} : { modelId }),
    ...(effort === undefined ? {} : { effort }),
  };
  await requireChoices(ctx, scope.project, input);
  await inTransaction(ctx, async (tx) => {
    if (!(await updateThread(tx.db, scope, change, expected, ctx.deps.clock.now())))
      throw changedMeanwhile();
    await record(tx, {
      action: "thread.updated",
      target: { kind: "thread", id: scope.threadId },
      projectId: scope.project.projectId,
      detail: { changed: Object.keys(change), ...(visibility === undefined ? {} : { visibility }) },
    });
  });
  if (visibility === "private") await announceAccess(ctx.deps, scope.project.projectId);
}

/** Agent and model must be available when they are chosen. */
async function requireChoices(
  ctx: Ctx,
  scope: ProjectScope,
  { agentId, modelId }: Pick<ThreadChange, "agentId" | "modelId">,
): Promise<void> {
  if (typeof agentId === "string") await requireUsableAgent(ctx, scope, agentId);
  if (typeof modelId === "string") await chooseModel(ctx, modelId);
}

/**
 * A page of a branch, newest first, and one message more when there are earlier ones.
 * @throws {Problem} 404 `message_not_found` for a branch through a message of another thread, 422 `invalid_cursor`.
 */
export async function readBranch(
  ctx: Ctx,
  scope: ThreadScope,
  { cursor, through, limit }: BranchQuery,
): Promise<BranchMessage[]> {
  const after = decodeCursor(cursor);
  const start = after === null ? { through: through ?? null } : { after: after.id };
  const rows = await findBranch(ctx.db, scope, start, limit + 1);
  if (rows.length === 0 && after !== null) throw invalidCursor();
  if (rows.length === 0 && through !== undefined) throw messageNotFound();
  return rows;
}

/**
 * Chooses the branch that the thread shows, by a message on it.
 * @throws {Problem} 404 for a message of another thread.
 */
export async function selectLeaf(
  ctx: Ctx,
  scope: ThreadScope<"write">,
  messageId: string,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const leafId = await findLeaf(tx.db, scope, messageId);
    if (leafId === undefined) throw messageNotFound();
    await updateThread(tx.db, scope, { leafId }, null, ctx.deps.clock.now());
    await record(tx, {
      action: "thread.leaf_selected",
      target: { kind: "thread", id: scope.threadId },
      projectId: scope.project.projectId,
    });
  });
}

/** Deletes a thread, or restores it. @throws {Problem} 404 when it cannot be restored. */
export async function setDeleted(
  ctx: Ctx,
  scope: ThreadScope<"manage">,
  deleted: boolean,
): Promise<void> {
  const now = ctx.deps.clock.now();
  await inTransaction(ctx, async (tx) => {
    const { thread } = await getThread(tx, scope);
    if (!deleted && thread.deletedAt === null) throw threadNotFound();
    await updateThread(tx.db, scope, { deletedAt: deleted ? now : null }, null, now);
    await record(tx, {
      action: deleted ? "thread.deleted" : "thread.restored",
      target: { kind: "thread", id: scope.threadId },
      projectId: scope.project.projectId,
    });
  });
  if (deleted) await announceAccess(ctx.deps, scope.project.projectId);
}

/** Deletes threads whose restore window has passed. */
export async function purgeDeletedThreads(ctx: Ctx): Promise<void> {
  await removeThreads(ctx.db, restorableSince(ctx));
}

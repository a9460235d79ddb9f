import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { type AuditAction, record } from "../audit/index.ts";
import { AdminScope } from "../identity/index.ts";
import { type ProjectScope, restorableSince } from "../projects/index.ts";
import { agentNotFound, defaultAgentStays, modelNotOffered } from "./errors.ts";
import { type AgentScope, DEFAULT_AGENT_ID } from "./policy.ts";
import {
  findAgent,
  insertAgent,
  listAgents,
  modelIsOffered,
  purgeAgents,
  updateAgent,
} from "./repo.ts";
import type { AgentChange, NewAgent } from "./schema.ts";
import type { AgentRow } from "./tables.ts";

/** Agents of a project (or, with null, of the workspace): those in use, or those that can be restored. */
export function getAgents(
  ctx: Ctx,
  scope: ProjectScope | null,
  deleted: boolean,
): Promise<AgentRow[]> {
  return listAgents(ctx.db, scope, deleted ? restorableSince(ctx) : null);
}

/** @throws {Problem} 404 when it was purged meanwhile. */
export async function getAgent(ctx: Ctx, scope: AgentScope): Promise<AgentRow> {
  const agent = await findAgent(ctx.db, scope);
  if (!agent) throw agentNotFound();
  return agent;
}

/** Creates an agent of a project or, as an admin, of the workspace. @throws {Problem} 422 `model_not_offered`. */
export async function createAgent(
  ctx: Ctx,
  scope: ProjectScope<"editor"> | AdminScope,
  input: NewAgent,
): Promise<AgentRow> {
  const { userId } = userOf(ctx);
  return inTransaction(ctx, async (tx) => {
    await requireOffered(tx, input.modelId);
    const agent = await insertAgent(tx.db, {
      id: ctx.deps.ids.next(),
      projectId: scope instanceof AdminScope ? null : scope.projectId,
      createdBy: userId,
      ...input,
    });
    await recordFor(tx, "agent.created", agent);
    return agent;
  });
}

/** @throws {Problem} 412 when `expected` is not the latest version, 422 `model_not_offered`. */
export async function changeAgent(
  ctx: Ctx,
  scope: AgentScope<"write">,
  input: AgentChange,
  expected: number | null,
): Promise<AgentRow> {
  return inTransaction(ctx, async (tx) => {
    await requireOffered(tx, input.modelId ?? null);
    const agent = await updateAgent(tx.db, scope, input, expected, ctx.deps.clock.now());
    if (!agent) throw changedMeanwhile();
    await recordFor(tx, "agent.updated", agent, { changed: Object.keys(input) });
    return agent;
  });
}

/**
 * Deletes an agent; it can be restored, and threads that use it fall back to the default. @throws {Problem} 409
 * `default_agent`.
 */
export async function deleteAgent(ctx: Ctx, scope: AgentScope<"write">): Promise<void> {
  if (scope.agentId === DEFAULT_AGENT_ID) throw defaultAgentStays();
  await inTransaction(ctx, async (tx) => {
    const now = ctx.deps.clock.now();
    const agent = await updateAgent(tx.db, scope, { deletedAt: now }, null, now);
    if (!agent) throw agentNotFound();
    await recordFor(tx, "agent.deleted", agent);
  });
}

/** Restores a deleted agent within the restore window. @throws {Problem} 404 past it. */
export async function restoreAgent(ctx: Ctx, scope: AgentScope<"write">): Promise<AgentRow> {
  return inTransaction(ctx, async (tx) => {
    const found = await findAgent(tx.db, scope);
    if (!found?.deletedAt || found.deletedAt <= restorableSince(ctx)) throw agentNotFound();
    const agent = await updateAgent(
      tx.db,
      scope,
      { deletedAt: null },
      found.version,
      ctx.deps.clock.now(),
    );
    if (!agent) throw changedMeanwhile();
    await recordFor(tx, "agent.restored", agent);
    return agent;
  });
}

/** Deletes agents whose restore window has passed. */
export async function purgeDeletedAgents(ctx: Ctx): Promise<void> {
  await purgeAgents(ctx.db, restorableSince(ctx));
}

async function requireOffered(ctx: Ctx, modelId: string | null): Promise<void> {
  if (modelId !== null && !(await modelIsOffered(ctx.db, modelId))) throw modelNotOffered();
}

async function recordFor(
  ctx: Ctx,
  action: AuditAction,
  agent: AgentRow,
  detail?: Record<string, unknown>,
): Promise<void> {
  await record(ctx, {
    action,
    target: { kind: "agent", id: agent.id },
    ...(agent.projectId === null ? {} : { projectId: agent.projectId }),
    ...(detail === undefined ? {} : { detail }),
  });
}

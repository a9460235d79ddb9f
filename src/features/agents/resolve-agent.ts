import type { Ctx } from "../../platform/context.ts";
import type { Effort } from "../../providers/index.ts";
import type { ProjectScope } from "../projects/index.ts";
import { agentUnknownHere } from "./errors.ts";
import { DEFAULT_AGENT_ID } from "./policy.ts";
import { findUsableAgent } from "./repo.ts";
import type { AgentRow } from "./tables.ts";

/** The agent's settings for an answer. */
export interface ResolvedAgent {
  id: string;
  name: string;
  instructions: string;
  /** Null: the workspace's default model. */
  modelId: string | null;
  /** Null: the provider's own. */
  temperature: number | null;
  /** In tokens; null: the model's own cap. */
  maxOutputTokens: number | null;
  /** Null: as the model does by itself. */
  effort: Effort | null;
}

/**
 * The agent for answers in a project. Falls back to the workspace's default agent when none is chosen, or the
 * chosen one was deleted.
 */
export async function resolveAgent(
  ctx: Ctx,
  scope: ProjectScope,
  agentId: string | null,
): Promise<ResolvedAgent> {
  const chosen = agentId === null ? undefined : await findUsableAgent(ctx.db, scope, agentId);
  const row = chosen ?? (await findUsableAgent(ctx.db, scope, DEFAULT_AGENT_ID));
  if (!row) throw new Error("The default agent is missing; a migration creates it");
  return resolved(row);
}

/**
 * An agent chosen for a thread or message. @throws {Problem} 422 `agent_unknown` when the project cannot use
 * it.
 */
export async function requireUsableAgent(
  ctx: Ctx,
  scope: ProjectScope,
  agentId: string,
): Promise<ResolvedAgent> {
  const row = await findUsableAgent(ctx.db, scope, agentId);
  if (!row) throw agentUnknownHere();
  return resolved(row);
}

function resolved({
  id,
  name,
  instructions,
  modelId,
  temperature,
  maxOutputTokens,
  effort,
}: AgentRow): ResolvedAgent {
  return { id, name, instructions, modelId, temperature, maxOutputTokens, effort };
}

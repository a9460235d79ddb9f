import { z } from "@hono/zod-openapi";
import type { Ctx } from "../../platform/context.ts";
import { Problem } from "../../platform/http/problem.ts";
import type { AccessRule } from "../../platform/http/route.ts";
import { requireUser } from "../identity/index.ts";
import { scopeOf } from "../projects/index.ts";
import { agentAdminNeeded, agentNotFound } from "./errors.ts";
import { findAgentPlace } from "./find-agent-place.ts";

/** The default agent, created by a migration. */
export const DEFAULT_AGENT_ID = "00000000-0000-7000-8000-000000000001";

type Level = "read" | "write";

interface Included {
  read: "read";
  write: Level;
}

let mint: <L extends Level>(level: L, agentId: string, projectId: string | null) => AgentScope<L>;

/**
 * Proof that the actor may read or change an agent. Only {@link inAgent} creates it; repo functions require it.
 */
export class AgentScope<L extends Level = "read"> {
  declare protected readonly includes: { [K in Included[L]]: true };
  readonly agentId: string;
  /** Null: an agent of the workspace. */
  readonly projectId: string | null;

  private constructor(agentId: string, projectId: string | null) {
    this.agentId = agentId;
    this.projectId = projectId;
  }

  static {
    mint = (_level, agentId, projectId) => new AgentScope(agentId, projectId);
  }
}

async function agentScope<L extends Level>(
  ctx: Ctx,
  agentId: string,
  use: L,
  method: string,
  deleted: boolean,
): Promise<AgentScope<L>> {
  const user = requireUser(ctx.actor, method);
  const place = z.uuid().safeParse(agentId).success
    ? await findAgentPlace(ctx.db, agentId, deleted)
    : undefined;
  if (!place) throw agentNotFound();
  if (place.projectId === null) {
    if (use === "write" && user.role !== "admin") throw agentAdminNeeded();
  } else {
    const needed = use === "read" ? "viewer" : "editor";
    await scopeOf(ctx, place.projectId, needed, method).catch(hideProject);
  }
  return mint(use, agentId, place.projectId);
}

/** Another code for an agent in a project that the actor may not see would reveal that the agent exists. */
function hideProject(error: unknown): never {
  throw error instanceof Problem && error.status === 404 ? agentNotFound() : error;
}

const WHO: Record<Level, string> = {
  read: "Members of the agent's project; for an agent of the workspace, anyone signed in.",
  write: "Editors of the agent's project; for an agent of the workspace, admins.",
};

/**
 * Route rule for the agent in the path: a project's agent is read by members and changed by editors; the
 * workspace's is read by everyone and changed by admins. Puts the scope into `c.var.agent`.
 */
export function inAgent<L extends Level>(
  use: L,
  /** Deleted ones too, so that a restore request may be repeated. */
  options: { deleted?: boolean } = {},
): AccessRule<{ agent: AgentScope<L> }> {
  return {
    name: `agent:${use}`,
    who: WHO[use],
    proof: "session or key",
    middleware: async function inAgent(c, next) {
      const agentId = c.req.param("agentId") ?? "";
      c.set(
        "agent",
        await agentScope(c.get("ctx"), agentId, use, c.req.method, options.deleted ?? false),
      );
      await next();
    },
  };
}

import { z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Ctx } from "../../platform/context.ts";
import type { AppEnv } from "../../platform/http/hono-env.ts";
import type { AccessRule } from "../../platform/http/route.ts";
import { requireUser } from "../identity/index.ts";
import { scopeOf } from "../projects/index.ts";
import { agentAdminNeeded, agentNotFound } from "./errors.ts";
import { findAgentPlace } from "./repo.ts";

/** The agent that answers where none is chosen; a migration brings it. */
export const DEFAULT_AGENT_ID = "00000000-0000-7000-8000-000000000001";

declare const minted: unique symbol;

/** Proof that the actor may read or change an agent. Only {@link inAgent} makes one; repo functions demand it. */
export interface AgentScope {
  readonly agentId: string;
  readonly projectId: string | null;
  readonly [minted]?: true;
}

declare module "../../platform/http/hono-env.ts" {
  interface AppVariables {
    agent: AgentScope;
  }
}

async function agentScope(
  ctx: Ctx,
  agentId: string,
  use: "read" | "write",
  method: string,
  deleted: boolean,
): Promise<AgentScope> {
  const user = requireUser(ctx.actor, method);
  const place = z.uuid().safeParse(agentId).success
    ? await findAgentPlace(ctx.db, agentId, deleted)
    : undefined;
  if (!place) throw agentNotFound();
  if (place.projectId === null) {
    if (use === "write" && user.role !== "admin") throw agentAdminNeeded();
  } else {
    await scopeOf(ctx, place.projectId, use === "read" ? "viewer" : "editor", method);
  }
  return { agentId, projectId: place.projectId };
}

/**
 * Route rule for the agent in the path: a project's agent is read by its members and changed by its
 * editors, the workspace's is read by everybody and changed by admins. Leaves the scope in `c.var.agent`.
 */
export function inAgent(use: "read" | "write", options: { deleted?: boolean } = {}): AccessRule {
  const middleware: MiddlewareHandler<AppEnv> = async function inAgent(c, next) {
    c.set(
      "agent",
      await agentScope(
        c.get("ctx"),
        c.req.param("agentId") ?? "",
        use,
        c.req.method,
        options.deleted ?? false,
      ),
    );
    await next();
  };
  return { name: `agent:${use}`, middleware };
}

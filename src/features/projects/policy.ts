import { z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { Ctx } from "../../platform/context.ts";
import type { AppEnv } from "../../platform/http/hono-env.ts";
import type { AccessRule } from "../../platform/http/route.ts";
import { requireUser } from "../identity/index.ts";
import { projectArchived, projectNotFound, projectRoleNeeded } from "./errors.ts";
import { findMembership, type ProjectRow } from "./repo.ts";

export const PROJECT_ROLES = ["viewer", "editor", "owner"] as const;
export type ProjectRole = (typeof PROJECT_ROLES)[number];

declare const minted: unique symbol;

/** Proof that the actor may act in a project, with which role. Only {@link scopeOf} makes one; repo functions demand it. */
export interface ProjectScope {
  readonly projectId: string;
  readonly role: ProjectRole;
  readonly userId: string;
  readonly archived: boolean;
  /** The project as it was when access was checked, so that reading it costs no second query. */
  readonly row?: ProjectRow;
  readonly [minted]?: true;
}

declare module "../../platform/http/hono-env.ts" {
  interface AppVariables {
    project: ProjectScope;
  }
}

/** True when `role` allows what `needed` allows. */
export function atLeast(role: ProjectRole, needed: ProjectRole): boolean {
  return PROJECT_ROLES.indexOf(role) >= PROJECT_ROLES.indexOf(needed);
}

/** What a rule makes an exception for. */
export interface ScopeOptions {
  /** Deleted projects too, for restoring them. */
  deleted?: boolean;
  /** Writes in an archived project too, for taking it out of the archive. */
  archived?: boolean;
}

const READ_METHODS = new Set(["GET", "HEAD"]);

/**
 * The actor's scope in a project. An archived project can be read, not written.
 * @throws {Problem} 401; 404 when it does not exist, is deleted, or the actor is no member; 403 for too
 * low a role; 409 `project_archived`.
 */
export async function scopeOf(
  ctx: Ctx,
  projectId: string,
  needed: ProjectRole,
  method: string,
  options: ScopeOptions = {},
): Promise<ProjectScope> {
  const user = requireUser(ctx.actor, method);
  const found = z.uuid().safeParse(projectId).success
    ? await findMembership(ctx.db, projectId, user.userId, options.deleted ?? false)
    : undefined;
  if (!found) throw projectNotFound();
  if (!atLeast(found.role, needed)) throw projectRoleNeeded(needed);
  const archived = found.project.archivedAt !== null;
  if (archived && !options.archived && !READ_METHODS.has(method)) throw projectArchived();
  return { projectId, role: found.role, userId: user.userId, archived, row: found.project };
}

/** Route rule: a member of the project in the path with at least this role. Leaves the scope in `c.var.project`. */
export function inProject(needed: ProjectRole, options: ScopeOptions = {}): AccessRule {
  const middleware: MiddlewareHandler<AppEnv> = async function inProject(c: Context<AppEnv>, next) {
    c.set(
      "project",
      await scopeOf(c.get("ctx"), c.req.param("projectId") ?? "", needed, c.req.method, options),
    );
    await next();
  };
  return { name: `project:${needed}`, middleware };
}

/** Route rule: an owner of the project, or the member that the path names. */
export const ownerOrSelf: AccessRule = {
  name: "project:owner-or-self",
  middleware: async function ownerOrSelf(c: Context<AppEnv>, next) {
    const ctx = c.get("ctx");
    const self = ctx.actor.kind === "user" && ctx.actor.userId === c.req.param("principalId");
    const projectId = c.req.param("projectId") ?? "";
    c.set(
      "project",
      await scopeOf(ctx, projectId, self ? "viewer" : "owner", c.req.method, { archived: true }),
    );
    await next();
  },
};

import { z } from "@hono/zod-openapi";
import type { Ctx } from "../../platform/context.ts";
import type { AccessRule } from "../../platform/http/route.ts";
import { requireUser } from "../identity/index.ts";
import { projectArchived, projectNotFound, projectRoleNeeded } from "./errors.ts";
import { findMembership } from "./find-membership.ts";
import { PROJECT_ROLES, type ProjectRole, type ProjectRow } from "./tables.ts";

/** What each level includes: an owner's scope is also an editor's and a viewer's, but not vice versa. */
interface Included {
  viewer: "viewer";
  editor: "viewer" | "editor";
  owner: ProjectRole;
}

/** A membership as it was read from the database. */
export interface Membership {
  readonly projectId: string;
  readonly userId: string;
  readonly role: ProjectRole;
  readonly archived: boolean;
  /** The project when access was checked, to save a second query. */
  readonly row?: ProjectRow;
}

let mint: <L extends ProjectRole>(level: L, membership: Membership) => ProjectScope<L>;

/**
 * Proof of access to a project at a level. Only this file creates it, so a literal does not compile; verbs and
 * repo functions require the level they need.
 */
export class ProjectScope<L extends ProjectRole = "viewer"> {
  declare protected readonly includes: { [K in Included[L]]: true };
  readonly projectId: string;
  readonly userId: string;
  /** The member's actual role, which may exceed the required level. */
  readonly role: ProjectRole;
  readonly archived: boolean;
  readonly row: ProjectRow | undefined;

  private constructor({ projectId, userId, role, archived, row }: Membership) {
    this.projectId = projectId;
    this.userId = userId;
    this.role = role;
    this.archived = archived;
    this.row = row;
  }

  static {
    mint = (_level, membership) => new ProjectScope(membership);
  }
}

/** Whether `role` includes `needed`. */
export function atLeast(role: ProjectRole, needed: ProjectRole): boolean {
  return PROJECT_ROLES.indexOf(role) >= PROJECT_ROLES.indexOf(needed);
}

/**
 * The scope of a membership that another policy has read together with its own rows. Only policies may import
 * it (checked by structure-check).
 * @throws {Problem} 403 when the role is too low.
 */
export function grantProjectScope<L extends ProjectRole>(
  membership: Membership,
  needed: L,
): ProjectScope<L> {
  if (!atLeast(membership.role, needed)) throw projectRoleNeeded(needed);
  return mint(needed, membership);
}

/** Exceptions of a rule. */
export interface ScopeOptions {
  /** Deleted projects too, for restoring them. */
  deleted?: boolean;
  /** Writes in an archived project too, for unarchiving it. */
  archived?: boolean;
}

const READ_METHODS = new Set(["GET", "HEAD"]);

/**
 * The actor's scope in a project. An archived project is read-only.
 * @throws {Problem} 401; 404 when it does not exist, is deleted, or the actor is not a member; 403 when the
 * role is too low; 409 `project_archived`.
 */
export async function scopeOf<L extends ProjectRole>(
  ctx: Ctx,
  projectId: string,
  needed: L,
  method: string,
  options: ScopeOptions = {},
): Promise<ProjectScope<L>> {
  const { userId } = requireUser(ctx.actor, method);
  const found = z.uuid().safeParse(projectId).success
    ? await findMembership(ctx.db, projectId, userId, options.deleted ?? false)
    : undefined;
  if (!found) throw projectNotFound();
  const { role, project: row } = found;
  const archived = row.archivedAt !== null;
  const scope = grantProjectScope({ projectId, userId, role, archived, row }, needed);
  if (archived && !options.archived && !READ_METHODS.has(method)) throw projectArchived();
  return scope;
}

const WHO: Record<ProjectRole, string> = {
  viewer: "Members of the project.",
  editor: "Editors and owners of the project.",
  owner: "Owners of the project.",
};

/**
 * Route rule: a member of the project in the path with at least this role. Puts the scope into `c.var.project`.
 */
export function inProject<L extends ProjectRole>(
  needed: L,
  options: ScopeOptions = {},
): AccessRule<{ project: ProjectScope<L> }> {
  return {
    name: `project:${needed}`,
    who: WHO[needed],
    proof: "session or key",
    middleware: async function inProject(c, next) {
      const projectId = c.req.param("projectId") ?? "";
      c.set("project", await scopeOf(c.get("ctx"), projectId, needed, c.req.method, options));
      await next();
    },
  };
}

let mintMembership: (project: ProjectScope, principalId: string) => MembershipScope;

/** Proof that the actor may end one membership: an owner any, a member their own. */
export class MembershipScope {
  declare protected readonly proof: true;
  readonly project: ProjectScope;
  readonly principalId: string;

  private constructor(project: ProjectScope, principalId: string) {
    this.project = project;
    this.principalId = principalId;
  }

  static {
    mintMembership = (project, principalId) => new MembershipScope(project, principalId);
  }
}

/**
 * Route rule: an owner of the project, or the member named in the path. Puts the scope into `c.var.membership`.
 */
export const ownerOrSelf: AccessRule<{ membership: MembershipScope }> = {
  name: "project:owner-or-self",
  who: "Owners of the project, and the member named in the path.",
  proof: "session or key",
  middleware: async function ownerOrSelf(c, next) {
    const ctx = c.get("ctx");
    const principalId = c.req.param("principalId") ?? "";
    const self = ctx.actor.kind === "user" && ctx.actor.userId === principalId;
    const projectId = c.req.param("projectId") ?? "";
    const options = { archived: true };
    const project = self
      ? await scopeOf(ctx, projectId, "viewer", c.req.method, options)
      : await scopeOf(ctx, projectId, "owner", c.req.method, options);
    c.set("membership", mintMembership(project, principalId));
    await next();
  },
};

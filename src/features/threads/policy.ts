import { z } from "@hono/zod-openapi";
import type { Ctx } from "../../platform/context.ts";
import type { AccessRule } from "../../platform/http/route.ts";
import type { Effort } from "../../providers/index.ts";
import { requireUser } from "../identity/index.ts";
import {
  atLeast,
  grantProjectScope,
  type ProjectRole,
  type ProjectScope,
  projectArchived,
  restorableSince,
} from "../projects/index.ts";
import { threadNotFound, threadNotYours, threadReadOnly } from "./errors.ts";
import { findThreadAccess } from "./find-thread-access.ts";
import type { Visibility } from "./schema.ts";

export type ThreadLevel = "read" | "write" | "manage";

/**
 * What each level includes. Managing includes writing: a member who may rename or delete a thread may write in
 * it.
 */
interface Included {
  read: "read";
  write: "read" | "write";
  manage: ThreadLevel;
}

interface Granted {
  threadId: string;
  project: ProjectScope;
  mayWrite: boolean;
  mayManage: boolean;
  agentId: string | null;
  modelId: string | null;
  effort: Effort | null;
}

let mint: <L extends ThreadLevel>(level: L, granted: Granted) => ThreadScope<L>;

/** Proof of the actor's access to a thread. Only {@link threadScope} creates it. */
export class ThreadScope<L extends ThreadLevel = "read"> {
  declare protected readonly includes: { [K in Included[L]]: true };
  readonly threadId: string;
  readonly project: ProjectScope;
  readonly mayWrite: boolean;
  readonly mayManage: boolean;
  /** The thread's defaults for its messages. */
  readonly agentId: string | null;
  readonly modelId: string | null;
  readonly effort: Effort | null;

  private constructor(granted: Granted) {
    this.threadId = granted.threadId;
    this.project = granted.project;
    this.mayWrite = granted.mayWrite;
    this.mayManage = granted.mayManage;
    this.agentId = granted.agentId;
    this.modelId = granted.modelId;
    this.effort = granted.effort;
  }

  static {
    mint = (_level, granted) => new ThreadScope(granted);
  }
}

/** Exceptions of a rule. */
export interface ThreadScopeOptions {
  /** Deleted threads too, so that a restore request may be repeated. */
  deleted?: boolean;
  /** In an archived project too: stopping is always allowed. */
  archived?: boolean;
}

interface Standing {
  isOwner: boolean;
  visibility: Visibility;
  role: ProjectRole;
}

/**
 * Private threads belong to their owner only. In shared ones members read, editors write, the project's owners
 * manage.
 */
export function allowed({ isOwner, visibility, role }: Standing): Record<ThreadLevel, boolean> {
  const shared = visibility === "project";
  return {
    read: isOwner || shared,
    write: isOwner || (shared && atLeast(role, "editor")),
    manage: isOwner || (shared && role === "owner"),
  };
}

/**
 * The actor's scope in a thread.
 * @throws {Problem} 401; 404 when it does not exist or the actor may not read it; 403 when the actor may only
 * read; 409 for changes in an archived project, unless `options.archived`.
 */
export async function threadScope<L extends ThreadLevel>(
  ctx: Ctx,
  threadId: string,
  level: L,
  method: string,
  options: ThreadScopeOptions = {},
): Promise<ThreadScope<L>> {
  const user = requireUser(ctx.actor, method);
  const found = z.uuid().safeParse(threadId).success
    ? await findThreadAccess(ctx.db, threadId, user.userId)
    : undefined;
  if (!found || (found.deletedAt !== null && !options.deleted)) throw threadNotFound();
  if (found.deletedAt !== null && found.deletedAt <= restorableSince(ctx)) throw threadNotFound();
  const may = allowed({
    isOwner: found.ownerId === user.userId,
    visibility: found.visibility,
    role: found.role,
  });
  if (!may.read) throw threadNotFound();
  if (level === "manage" && !may.manage) throw threadNotYours();
  if (level === "write" && !may.write) throw threadReadOnly();
  const archived = found.archivedAt !== null;
  if (level !== "read" && archived && !options.archived) throw projectArchived();
  const membership = {
    projectId: found.projectId,
    role: found.role,
    userId: user.userId,
    archived,
  };
  return mint(level, {
    threadId,
    project: grantProjectScope(membership, "viewer"),
    mayWrite: may.write && !archived,
    mayManage: may.manage,
    agentId: found.agentId,
    modelId: found.modelId,
    effort: found.effort,
  });
}

const WHO: Record<ThreadLevel, string> = {
  read: "The thread's owner; in a shared thread, members of the project.",
  write: "The thread's owner; in a shared thread, editors of the project.",
  manage: "The thread's owner; in a shared thread, owners of the project.",
};

/** The documentation of a thread rule, however the path names the thread. */
export function describeThreadRule(level: ThreadLevel) {
  return { name: `thread:${level}`, who: WHO[level], proof: "session or key" } as const;
}

/** Route rule: access to the thread in the path. Puts the scope into `c.var.thread`. */
export function onThread<L extends ThreadLevel>(
  level: L,
  options: { deleted?: boolean } = {},
): AccessRule<{ thread: ThreadScope<L> }> {
  return {
    ...describeThreadRule(level),
    middleware: async function onThread(c, next) {
      const threadId = c.req.param("threadId") ?? "";
      c.set("thread", await threadScope(c.get("ctx"), threadId, level, c.req.method, options));
      await next();
    },
  };
}

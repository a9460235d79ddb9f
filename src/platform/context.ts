import type { Database } from "./db/client.ts";
import type { Deps } from "./deps.ts";

/** Who acts. Rules are in the features; this only says who it is and how it was proven. */
export type Actor = { kind: "anonymous" } | { kind: "system"; job: string } | UserActor;

export interface UserActor {
  kind: "user";
  userId: string;
  role: "admin" | "member";
  /** A browser session may do everything its user may; a key only what its scopes say. */
  via:
    | { kind: "session"; sessionId: string }
    | { kind: "key"; keyId: string; scopes: readonly KeyScope[] };
}

export const KEY_SCOPES = ["read", "write"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** What every verb gets: the actor, the dependencies, and the database or the transaction it runs in. */
export interface Ctx {
  readonly actor: Actor;
  readonly deps: Deps;
  readonly db: Database;
  readonly requestId?: string | undefined;
  readonly ip?: string | undefined;
}

/** A context for work that no request asked for: jobs, recovery, the command line. */
export function systemContext(deps: Deps, job: string): Ctx {
  return { actor: { kind: "system", job }, deps, db: deps.database.db };
}

/**
 * Runs `work` in one transaction; inside another one it joins it.
 * @throws {CommitUnknownError} (platform/db/errors.ts) when the connection was lost while it committed: look
 * the effect up. After any other error nothing of it was committed.
 */
export async function inTransaction<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  if (ctx.db !== ctx.deps.database.db) return work(ctx);
  return ctx.db.transaction((tx) => work({ ...ctx, db: tx }));
}

/**
 * The signed-in user of a context.
 * @throws Error when a verb for users is called by nobody: a missing access rule, never a user's fault.
 */
export function userOf(ctx: Ctx): UserActor {
  if (ctx.actor.kind !== "user") throw new Error("This verb needs a signed-in user");
  return ctx.actor;
}

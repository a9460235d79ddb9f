import type { Actor, Ctx, UserActor } from "../../platform/context.ts";
import type { AccessRule } from "../../platform/http/route.ts";
import { adminOnly, missingScope, notSignedIn, sessionOnly } from "./errors.ts";

const READ_METHODS = new Set(["GET", "HEAD"]);

/** The user behind a request, allowed to use its method. @throws {Problem} 401 or 403. */
export function requireUser(actor: Actor, method: string): UserActor {
  if (actor.kind !== "user") throw notSignedIn();
  const needed = READ_METHODS.has(method) ? "read" : "write";
  if (actor.via.kind === "key" && !actor.via.scopes.includes(needed)) throw missingScope(needed);
  return actor;
}

/** The user behind a browser session. @throws {Problem} 401, or 403 `session_only` for an API key. */
export function requireSession(actor: Actor, method: string): UserActor {
  const user = requireUser(actor, method);
  if (user.via.kind !== "session") throw sessionOnly();
  return user;
}

let mint: (userId: string | null) => AdminScope;

/**
 * Proof that somebody may manage the workspace: users, models, providers, settings. Made by the route
 * rule {@link admin}, or for the command line by {@link operatorScope}.
 */
export class AdminScope {
  declare protected readonly proof: true;
  /** Null on the command line. */
  readonly userId: string | null;

  private constructor(userId: string | null) {
    this.userId = userId;
  }

  static {
    mint = (userId) => new AdminScope(userId);
  }
}

/**
 * The scope of whoever has a shell on the server.
 * @throws Error for a context that a request made.
 */
export function operatorScope(ctx: Ctx): AdminScope {
  if (ctx.actor.kind !== "system") throw new Error("Only the command line acts as operator");
  return mint(null);
}

function rule(name: string, check: (actor: Actor, method: string) => void): AccessRule {
  return {
    name,
    middleware: async function access(c, next) {
      check(c.get("ctx").actor, c.req.method);
      await next();
    },
  };
}

/** Nobody is asked who they are. */
export const anyone = rule("anyone", () => {});

/** Any user, by session or by a key with the scope that the method needs. */
export const signedIn = rule("signed-in", requireUser);

/** A user in a browser: passwords, sessions and keys are not for keys to manage. */
export const inSession = rule("session", requireSession);

/** A workspace admin; to everybody else the place does not exist. Leaves the scope in `c.var.admin`. */
export const admin: AccessRule<{ admin: AdminScope }> = {
  name: "admin",
  middleware: async function admin(c, next) {
    const user = requireUser(c.get("ctx").actor, c.req.method);
    if (user.role !== "admin") throw adminOnly();
    c.set("admin", mint(user.userId));
    await next();
  },
};

import type { Actor, Ctx, UserActor } from "../../platform/context.ts";
import type { AccessRule } from "../../platform/http/route.ts";
import { adminOnly, missingScope, nobodySignedIn, notSignedIn, sessionOnly } from "./errors.ts";
import { readSessionCookie } from "./session-cookie.ts";

const READ_METHODS = new Set(["GET", "HEAD"]);

/** The user behind a request, if their credential may use its method. @throws {Problem} 401 or 403. */
export function requireUser(actor: Actor, method: string): UserActor {
  if (actor.kind !== "user") throw notSignedIn();
  const needed = READ_METHODS.has(method) ? "read" : "write";
  if (actor.via.kind === "key" && !actor.via.scopes.includes(needed)) throw missingScope(needed);
  return actor;
}

/** A user signed in with a browser. */
type SessionActor = UserActor & { via: { kind: "session" } };

/** The user behind a browser session. @throws {Problem} 401, or 403 `session_only` for an API key. */
export function requireSession(actor: Actor, method: string): SessionActor {
  const user = requireUser(actor, method);
  const { via } = user;
  if (via.kind !== "session") throw sessionOnly();
  return { ...user, via };
}

/** The credential of an admin: a key with the scope `admin`, or a browser session, which may do more. */
type AdminLevel = "key" | "session";

interface Included {
  key: "key";
  session: AdminLevel;
}

let mint: <L extends AdminLevel>(level: L, userId: string | null) => AdminScope<L>;

/**
 * Proof of the right to manage the workspace: users, models, providers, settings. Made by the route rules
 * {@link admin} and {@link adminInSession}, or for the command line by {@link operatorScope}. Verbs that return
 * a secret require the level of a session.
 */
export class AdminScope<L extends AdminLevel = "key"> {
  declare protected readonly includes: { [K in Included[L]]: true };
  /** Null on the command line. */
  readonly userId: string | null;
  readonly inSession: boolean;

  private constructor(level: L, userId: string | null) {
    this.userId = userId;
    this.inSession = level === "session";
  }

  static {
    mint = (level, userId) => new AdminScope(level, userId);
  }
}

/**
 * The scope of an operator with a shell on the server.
 * @throws Error for a context of a request.
 */
export function operatorScope(ctx: Ctx): AdminScope<"session"> {
  if (ctx.actor.kind !== "system") throw new Error("Only the command line acts as operator");
  return mint("session", null);
}

function rule(
  description: Pick<AccessRule, "name" | "who" | "proof">,
  check: (actor: Actor, method: string) => void,
): AccessRule {
  return {
    ...description,
    middleware: async function access(c, next) {
      check(c.get("ctx").actor, c.req.method);
      await next();
    },
  };
}

/** No authentication. */
export const anyone = rule({ name: "anyone", who: "Anyone.", proof: "none" }, () => {});

/** Any user, by session or by a key with the scope that the method needs. */
export const signedIn = rule(
  {
    name: "signed-in",
    who: "Anyone signed in, or an API key with the scope that the method needs.",
    proof: "session or key",
  },
  requireUser,
);

/**
 * The same for the look-up with which every page begins. Without any credential it is not recorded as a
 * refusal; one that is not valid is.
 */
export const signedInLookUp: AccessRule = {
  ...signedIn,
  middleware: async function access(c, next) {
    const { actor, deps } = c.get("ctx");
    const bare =
      c.req.header("authorization") === undefined && readSessionCookie(c, deps) === undefined;
    if (bare) throw nobodySignedIn();
    requireUser(actor, c.req.method);
    await next();
  },
};

/** A user in a browser session: API keys must not manage passwords, sessions and keys. */
export const inSession = rule(
  { name: "session", who: "A browser session only; not an API key.", proof: "session" },
  requireSession,
);

/**
 * A workspace admin, by session or by a key with the scope `admin`; for everyone else the route is 404. Puts
 * the scope into `c.var.admin`.
 */
export const admin: AccessRule<{ admin: AdminScope }> = {
  name: "admin",
  who: "Workspace admins, or an admin's API key with the scope `admin`; for everyone else it is 404.",
  proof: "session or key",
  middleware: async function admin(c, next) {
    const user = requireUser(c.get("ctx").actor, c.req.method);
    if (user.via.kind === "key" && !user.via.scopes.includes("admin")) throw missingScope("admin");
    if (user.role !== "admin") throw adminOnly();
    c.set("admin", mint(user.via.kind, user.userId));
    await next();
  },
};

/**
 * A workspace admin in a browser session, for what returns a secret: a link or key made by a key would outlive
 * the key's revocation. Puts the scope into `c.var.admin`.
 */
export const adminInSession: AccessRule<{ admin: AdminScope<"session"> }> = {
  name: "admin-session",
  who: "Workspace admins in a browser session only; not an API key, whatever its scopes.",
  proof: "session",
  middleware: async function adminInSession(c, next) {
    const user = requireSession(c.get("ctx").actor, c.req.method);
    if (user.role !== "admin") throw adminOnly();
    c.set("admin", mint("session", user.userId));
    await next();
  },
};

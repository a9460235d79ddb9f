import type { MiddlewareHandler } from "hono";
import type { Actor, UserActor } from "../../platform/context.ts";
import type { AppEnv } from "../../platform/http/hono-env.ts";
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

function rule(name: string, check: (actor: Actor, method: string) => void): AccessRule {
  const middleware: MiddlewareHandler<AppEnv> = async function access(c, next) {
    check(c.get("ctx").actor, c.req.method);
    await next();
  };
  return { name, middleware };
}

/** Nobody is asked who they are. */
export const anyone = rule("anyone", () => {});

/** Any user, by session or by a key with the scope that the method needs. */
export const signedIn = rule("signed-in", requireUser);

/** A user in a browser: passwords, sessions and keys are not for keys to manage. */
export const inSession = rule("session", requireSession);

/** A workspace admin; to everybody else the place does not exist. */
export const admin = rule("admin", (actor, method) => {
  if (requireUser(actor, method).role !== "admin") throw adminOnly();
});

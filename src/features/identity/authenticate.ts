import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";

import { type Ctx, KEY_SCOPES, type KeyScope, type UserActor } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";

import type { AppEnv } from "../../platform/http/hono-env.ts";
import { badKey } from "./errors.ts";
import { findLiveKey } from "./key-repo.ts";
import {
  isSecure,
  readSessionCookie,
  type SessionCookie,
  setSessionCookie,
  verifySessionCookie,
} from "./session-cookie.ts";
import { findLiveSession, markHostCookie } from "./session-repo.ts";

declare module "../../platform/http/hono-env.ts" {
  interface AppVariables {
    /** Hash of an invalid key. */
    badKeyHash?: string;
  }
}

/**
 * Puts the actor into the context: a session by cookie, an API key by bearer token, else anonymous. An invalid
 * key is anonymous until {@link refuseBadKeys}, so that guesses are rate-limited first.
 */
export function authenticate(deps: Deps): MiddlewareHandler<AppEnv> {
  return async function authenticate(c, next) {
    const ctx = c.get("ctx");
    const bearer = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const cookie = bearer === undefined ? readSessionCookie(c, deps) : undefined;
    const actor =
      bearer !== undefined
        ? await byKey(deps, bearer)
        : cookie === undefined
          ? null
          : await bySession(c, deps, cookie);
    if (actor) c.set("ctx", { ...ctx, actor } satisfies Ctx);
    else if (bearer !== undefined) c.set("badKeyHash", hashKey(bearer));
    await next();
  };
}

/** @throws {Problem} 401 for an invalid bearer token; an ended session is simply anonymous. */
export const refuseBadKeys: MiddlewareHandler<AppEnv> = async (c, next) => {
  const hash = c.get("badKeyHash");
  if (hash !== undefined) throw badKey(hash);
  await next();
};

async function bySession(
  c: Context<AppEnv>,
  deps: Deps,
  { value, outdated }: SessionCookie,
): Promise<UserActor | null> {
  const { cache, sessionUse } = deps.services.identity;
  const token = verifySessionCookie(value, deps.secrets);
  if (token === null) return null;
  const proof = `session:${token}` as const;
  const known = outdated ? undefined : cache.get(proof);
  if (known?.via.kind === "session") {
    sessionUse.note(known.via.sessionId);
    return known;
  }
  const generation = cache.generation;
  const { db } = deps.database;
  const row = await findLiveSession(db, token, deps.config.sessionIdleHours);
  if (!row) return null;
  // A session from before HTTPS, or before the cookie had its HTTPS name, moves to that name once.
  if (outdated && row.hostCookie) return null;
  if (outdated) setSessionCookie(c, deps, token);
  else if (!row.hostCookie && isSecure(c, deps)) await markHostCookie(db, row.sessionId);
  sessionUse.note(row.sessionId);
  const actor: UserActor = {
    kind: "user",
    userId: row.userId,
    role: row.role,
    via: { kind: "session", sessionId: row.sessionId },
  };
  // Not cached under the old name, so that the first request with the new one is noticed.
  if (!outdated) cache.set(proof, actor, row.expiresAt, generation);
  return actor;
}

async function byKey(deps: Deps, key: string): Promise<UserActor | null> {
  const { cache, keyUse } = deps.services.identity;
  const hash = hashKey(key);
  const proof = `key:${hash}` as const;
  const known = cache.get(proof);
  if (known) {
    if (known.via.kind === "key") keyUse.note(known.via.keyId);
    return known;
  }
  const generation = cache.generation;
  const row = await findLiveKey(deps.database.db, hash);
  if (!row) return null;
  const scopes = row.scopes.filter(isScope);
  const actor: UserActor = {
    kind: "user",
    userId: row.userId,
    role: scopes.includes("admin") ? row.role : "member",
    via: { kind: "key", keyId: row.keyId, scopes },
  };
  keyUse.note(row.keyId);
  cache.set(proof, actor, row.expiresAt, generation);
  return actor;
}

export function isScope(scope: string): scope is KeyScope {
  return KEY_SCOPES.some((known) => known === scope);
}

/** Keys are random, so one fast hash is enough at rest. */
export function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

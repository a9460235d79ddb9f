import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";

import { type Ctx, KEY_SCOPES, type KeyScope, type UserActor } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";

import type { AppEnv } from "../../platform/http/hono-env.ts";
import type { ActorCache } from "./actor-cache.ts";
import { badKey } from "./errors.ts";
import { findLiveKey } from "./key-repo.ts";
import type { KeyUse } from "./key-use.ts";
import { readSessionCookie, verifySessionCookie } from "./session-cookie.ts";
import { findLiveSession } from "./session-repo.ts";

declare module "../../platform/http/hono-env.ts" {
  interface AppVariables {
    /** Whether a key came that is not in force. */
    hasBadKey?: boolean;
  }
}

/**
 * Puts the actor into the context: a session by cookie, an API key by bearer, else anonymous. A bearer
 * that is no key in force is anonymous until {@link refuseBadKeys}, so that guesses are counted first.
 */
export function authenticate(
  deps: Deps,
  cache: ActorCache,
  keyUse: KeyUse,
): MiddlewareHandler<AppEnv> {
  return async function authenticate(c, next) {
    const ctx = c.get("ctx");
    const bearer = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const cookie = bearer === undefined ? readSessionCookie(c) : undefined;
    const actor =
      bearer !== undefined
        ? await byKey(deps, cache, keyUse, bearer)
        : cookie === undefined
          ? null
          : await bySession(deps, cache, cookie);
    if (actor) c.set("ctx", { ...ctx, actor } satisfies Ctx);
    else if (bearer !== undefined) c.set("hasBadKey", true);
    await next();
  };
}

/** @throws {Problem} 401 for a bearer that is no key in force; an ended session is simply anonymous. */
export const refuseBadKeys: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.get("hasBadKey")) throw badKey();
  await next();
};

async function bySession(deps: Deps, cache: ActorCache, cookie: string): Promise<UserActor | null> {
  const token = verifySessionCookie(cookie, deps.secrets);
  if (token === null) return null;
  const proof = `session:${token}` as const;
  const known = cache.get(proof);
  if (known) return known;
  const generation = cache.generation;
  const row = await findLiveSession(deps.database.db, token);
  if (!row) return null;
  const actor: UserActor = {
    kind: "user",
    userId: row.userId,
    role: row.role,
    via: { kind: "session", sessionId: row.sessionId },
  };
  cache.set(proof, actor, row.expiresAt, generation);
  return actor;
}

async function byKey(
  deps: Deps,
  cache: ActorCache,
  keyUse: KeyUse,
  key: string,
): Promise<UserActor | null> {
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

/** Keys are random, so one fast hash is enough to keep them unreadable at rest. */
export function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { noSuchKey, noSuchSession, noSuchUser } from "./errors.ts";
import { type ApiKeyRow, endApiKey, listApiKeys, lockApiKey, revokeApiKeys } from "./key-repo.ts";
import type { AdminScope } from "./policy.ts";
import { findUser, lockUser } from "./repo.ts";
import { deleteSession, deleteSessions, listSessions, type SessionRow } from "./session-repo.ts";

/** Admins' access to other users' sessions and keys. */

/** @throws {Problem} 404 `user_not_found`. */
export async function getSessionsOf(
  ctx: Ctx,
  _scope: AdminScope,
  userId: string,
): Promise<SessionRow[]> {
  await requireExisting(ctx, userId);
  return listSessions(ctx.db, userId, ctx.deps.config.sessionIdleHours);
}

/** @throws {Problem} 404 `user_not_found`. */
export async function getApiKeysOf(
  ctx: Ctx,
  _scope: AdminScope,
  userId: string,
): Promise<ApiKeyRow[]> {
  await requireExisting(ctx, userId);
  await ctx.deps.services.identity.keyUse.flush();
  return listApiKeys(ctx.db, userId);
}

/** Ends a user's session before this returns. @throws {Problem} 404 `session_not_found`. */
export async function revokeSessionOf(
  ctx: Ctx,
  _scope: AdminScope,
  userId: string,
  sessionId: string,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    if (!(await deleteSession(tx.db, userId, sessionId))) throw noSuchSession();
    await record(tx, {
      action: "session.revoked",
      target: { kind: "session", id: sessionId },
      detail: { userId },
    });
  });
  await ctx.deps.services.identity.cache.revoke();
}

/** Revokes a user's key. @throws {Problem} 404 `api_key_not_found`. */
export async function revokeApiKeyOf(
  ctx: Ctx,
  _scope: AdminScope,
  userId: string,
  keyId: string,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const key = await lockApiKey(tx.db, userId, keyId);
    if (!key) throw noSuchKey();
    await endApiKey(tx.db, key.id, { revokedAt: ctx.deps.clock.now() });
    await record(tx, {
      action: "api_key.revoked",
      target: { kind: "api_key", id: key.id },
      detail: { userId },
    });
  });
  await ctx.deps.services.identity.cache.revoke();
}

/** Ends every session and key of a user; the account stays. @throws {Problem} 404 `user_not_found`. */
export async function revokeAllAccess(ctx: Ctx, _scope: AdminScope, userId: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    if (!(await lockUser(tx.db, userId))) throw noSuchUser();
    const sessions = await deleteSessions(tx.db, userId);
    const keys = await revokeApiKeys(tx.db, userId, ctx.deps.clock.now());
    await record(tx, {
      action: "user.access_revoked",
      target: { kind: "user", id: userId },
      detail: { sessions: sessions.length, keys },
    });
  });
  await ctx.deps.services.identity.cache.revoke();
}

async function requireExisting(ctx: Ctx, userId: string): Promise<void> {
  if (!(await findUser(ctx.db, userId))) throw noSuchUser();
}

import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { deleteOldAttempts } from "./attempt-repo.ts";
import { checkNewPassword } from "./check-new-password.ts";
import { checkPassword } from "./confirm-password.ts";
import type { DeviceAccount } from "./device-cookie.ts";
import { noSuchSession, notSignedIn, tokenWrong } from "./errors.ts";
import { hashPassword } from "./hash-password.ts";
import { revokeApiKeys } from "./key-repo.ts";
import { findOwnerOfToken, takeOneTimeToken } from "./link-repo.ts";
import { findUser, lockUser, type UserRow, updatePasswordHash, updateUser } from "./repo.ts";
import {
  deleteEnded,
  deleteSession,
  deleteSessions,
  listSessions,
  markAuthenticated,
  type SessionRow,
} from "./session-repo.ts";
import { hashToken } from "./set-up.ts";

/** The signed-in user's own row. */
export async function getMe(ctx: Ctx): Promise<UserRow> {
  const user = await findUser(ctx.db, userOf(ctx).userId);
  if (!user) throw notSignedIn();
  return user;
}

/** Changes the signed-in user's name. */
export async function changeMe(ctx: Ctx, input: { name: string }): Promise<UserRow> {
  const { userId } = userOf(ctx);
  return inTransaction(ctx, async (tx) => {
    const user = await updateUser(tx.db, userId, { name: input.name }, ctx.deps.clock.now());
    if (!user) throw notSignedIn();
    await record(tx, {
      action: "user.updated",
      target: { kind: "user", id: userId },
      detail: { changed: ["name"] },
    });
    return user;
  });
}

/** Ends the session of the request; does nothing for a key or without a session. */
export async function signOut(ctx: Ctx): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== "user" || actor.via.kind !== "session") return;
  const { sessionId } = actor.via;
  await inTransaction(ctx, async (tx) => {
    await deleteSession(tx.db, actor.userId, sessionId);
    await record(tx, { action: "user.signed_out", target: { kind: "user", id: actor.userId } });
  });
  await ctx.deps.services.identity.cache.revoke();
}

/** The signed-in user's active sessions, newest first. */
export function getSessions(ctx: Ctx): Promise<SessionRow[]> {
  return listSessions(ctx.db, userOf(ctx).userId, ctx.deps.config.sessionIdleHours);
}

/** Ends one of the user's own sessions; its next request is anonymous. @throws {Problem} 404. */
export async function revokeSession(ctx: Ctx, sessionId: string): Promise<void> {
  const { userId } = userOf(ctx);
  await inTransaction(ctx, async (tx) => {
    const ended = await deleteSession(tx.db, userId, sessionId);
    if (!ended) throw noSuchSession();
    await record(tx, { action: "session.revoked", target: { kind: "session", id: sessionId } });
  });
  await ctx.deps.services.identity.cache.revoke();
}

/**
 * Changes the password and ends every other session and, by default, every API key.
 * @returns the account for the device cookie.
 * @throws {Problem} 422 `wrong_password` or for a weak new one, 429 `too_many_attempts`.
 */
export async function changePassword(
  ctx: Ctx,
  input: { currentPassword: string; newPassword: string; revokeKeys: boolean },
): Promise<DeviceAccount> {
  const { userId, sessionId } = await checkPassword(ctx, input.currentPassword, "currentPassword");
  const { name, email } = await getMe(ctx);
  await checkNewPassword(input.newPassword, { name, email }, "newPassword");
  const next = await hashPassword(input.newPassword);
  const now = ctx.deps.clock.now();
  await inTransaction(ctx, async (tx) => {
    await lockUser(tx.db, userId);
    await updatePasswordHash(tx.db, userId, next, now);
    await deleteSessions(tx.db, userId, sessionId);
    await markAuthenticated(tx.db, sessionId);
    const keys = input.revokeKeys ? await revokeApiKeys(tx.db, userId, now) : 0;
    await record(tx, {
      action: "user.password_changed",
      target: { kind: "user", id: userId },
      detail: { keysRevoked: keys },
    });
  });
  await ctx.deps.services.identity.cache.revoke();
  return { userId, passwordHash: next };
}

/**
 * Sets a new password with a reset link and ends every session and API key.
 * @returns the account for the device cookie.
 * @throws {Problem} 410 `link_expired`, 422 for a weak password, which does not consume the link.
 */
export async function resetPassword(
  ctx: Ctx,
  input: { token: string; newPassword: string },
): Promise<DeviceAccount> {
  const tokenHash = hashToken(input.token);
  // Checked before the expensive hashing; the token is consumed inside the transaction.
  const ownerId = await findOwnerOfToken(ctx.db, "password_reset", tokenHash);
  const owner = ownerId === undefined ? undefined : await findUser(ctx.db, ownerId);
  if (!owner) throw tokenWrong();
  await checkNewPassword(input.newPassword, owner, "newPassword");
  const next = await hashPassword(input.newPassword);
  const userId = await inTransaction(ctx, async (tx) => {
    const token = await takeOneTimeToken(tx.db, "password_reset", tokenHash);
    if (!token?.userId) throw tokenWrong();
    await lockUser(tx.db, token.userId);
    await updatePasswordHash(tx.db, token.userId, next, ctx.deps.clock.now());
    await deleteSessions(tx.db, token.userId);
    const keys = await revokeApiKeys(tx.db, token.userId, ctx.deps.clock.now());
    await record(tx, {
      action: "user.password_reset",
      target: { kind: "user", id: token.userId },
      detail: { keysRevoked: keys },
    });
    return token.userId;
  });
  await ctx.deps.services.identity.cache.revoke();
  return { userId, passwordHash: next };
}

/** Deletes expired sessions and one-time links. */
export async function purgeEnded(ctx: Ctx): Promise<void> {
  await deleteEnded(ctx.db, ctx.deps.config.sessionIdleHours);
}

/** Deletes expired data about sign-in attempts. */
export async function purgeAttempts(ctx: Ctx): Promise<void> {
  await deleteOldAttempts(ctx.db);
}

import { randomBytes } from "node:crypto";
import { type Ctx, inTransaction, type WorkspaceRole } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { record } from "../audit/index.ts";
import { requireFreshSession, requireRightToLetIn } from "./confirm-password.ts";
import type { AfterSignUp } from "./create-account.ts";
import { emailTaken, lastAdmin, noSuchUser } from "./errors.ts";
import { revokeApiKeys } from "./key-repo.ts";
import { deletePasswordResets, insertOneTimeToken } from "./link-repo.ts";
import type { AdminScope } from "./policy.ts";
import { findUser, insertUser, lockAdmins, lockUser, type UserRow, updateUser } from "./repo.ts";
import { deleteSessions } from "./session-repo.ts";
import { hashToken } from "./set-up.ts";

const RESET_HOURS = 24;

export interface NewUser {
  name: string;
  email: string;
  role: WorkspaceRole;
}

export interface UserChange {
  name?: string | undefined;
  role?: WorkspaceRole | undefined;
  disabled?: boolean | undefined;
}

/** The secret part of a reset link: shown once, stored as a hash. */
export interface ResetToken {
  token: string;
  expiresAt: Date;
}

/**
 * Creates an account for someone else, without a password, and a link to set one.
 * @throws {Problem} 403 `password_needed`, 409 `email_taken`.
 */
export async function createUser(
  ctx: Ctx,
  _scope: AdminScope<"session">,
  input: NewUser,
  afterSignUp: AfterSignUp,
): Promise<{ user: UserRow; reset: ResetToken }> {
  await requireFreshSession(ctx);
  return inTransaction(ctx, async (tx) => {
    const user = await insertUser(tx, { ...input, passwordHash: null });
    if (!user) throw emailTaken();
    await afterSignUp(tx, { userId: user.id, name: user.name });
    const reset = await storeReset(tx, user.id);
    await record(tx, {
      action: "user.created",
      target: { kind: "user", id: user.id },
      detail: { role: input.role },
    });
    return { user, reset };
  });
}

/**
 * Changes a user's name or role, or disables or enables the account. Running sessions and keys change with it:
 * a disabled user is signed out everywhere and loses all API keys for good, a former admin loses those with the
 * scope `admin`.
 * @param expected the version the caller saw, or null: see {@link userVersion}
 * @throws {Problem} 403 `session_only` when a key would make an admin or enable an account, 403
 * `password_needed` when a session would, 404 `user_not_found`, 409 `last_admin`, 412 when it changed meanwhile.
 */
export async function changeUser(
  ctx: Ctx,
  scope: AdminScope,
  userId: string,
  change: UserChange,
  expected: number | null,
): Promise<UserRow> {
  // A new admin could do everything by signing in, even after the key was revoked.
  if (change.role === "admin") await requireRightToLetIn(ctx, scope);
  const now = ctx.deps.clock.now();
  const changed = await inTransaction(ctx, async (tx) => {
    // All admins, not only this one, to serialise two who demote each other at the same moment.
    const admins = await lockAdmins(tx.db);
    const before = await lockUser(tx.db, userId);
    if (!before) throw noSuchUser();
    if (expected !== null && expected !== userVersion(before)) throw changedMeanwhile();
    if (change.disabled === false && before.disabledAt !== null)
      await requireRightToLetIn(tx, scope);
    const leaves = change.role === "member" || change.disabled === true;
    if (leaves && admins.every((id) => id === userId) && admins.length > 0) throw lastAdmin();
    const { disabled } = change;
    const user = await updateUser(
      tx.db,
      userId,
      {
        name: change.name ?? before.name,
        role: change.role ?? before.role,
        ...(disabled === undefined
          ? {}
          : { disabledAt: disabled ? (before.disabledAt ?? now) : null }),
      },
      // Versions must grow even when two changes share a millisecond.
      new Date(Math.max(now.getTime(), before.updatedAt.getTime() + 1)),
    );
    if (!user) throw noSuchUser();
    if (disabled) {
      await deleteSessions(tx.db, userId);
      await revokeApiKeys(tx.db, userId, now);
    }
    if (change.role === "member") await revokeApiKeys(tx.db, userId, now, "admin");
    await record(tx, {
      action: "user.updated",
      target: { kind: "user", id: userId },
      detail: {
        changed: Object.keys(change),
        ...(change.role === undefined ? {} : { role: change.role, roleBefore: before.role }),
        ...(disabled === undefined ? {} : { disabled }),
      },
    });
    return user;
  });
  await ctx.deps.services.identity.cache.revoke();
  return changed;
}

/** Accounts have no version counter; the time of the last change is used. */
export function userVersion(user: UserRow): number {
  return user.updatedAt.getTime();
}

/**
 * A one-time token with which a user can set a new password; earlier ones become invalid. @throws {Problem} 403
 * `password_needed`, 404.
 */
export async function issuePasswordReset(
  ctx: Ctx,
  _scope: AdminScope<"session">,
  userId: string,
): Promise<ResetToken> {
  await requireFreshSession(ctx);
  return inTransaction(ctx, async (tx) => {
    const user = await findUser(tx.db, userId);
    if (!user) throw noSuchUser();
    const reset = await storeReset(tx, userId);
    await record(tx, {
      action: "user.password_reset_link_created",
      target: { kind: "user", id: userId },
    });
    return reset;
  });
}

async function storeReset(tx: Ctx, userId: string): Promise<ResetToken> {
  const token = randomBytes(24).toString("base64url");
  const expiresAt = new Date(tx.deps.clock.now().getTime() + RESET_HOURS * 3_600_000);
  await deletePasswordResets(tx.db, userId);
  await insertOneTimeToken(tx.db, {
    id: tx.deps.ids.next(),
    purpose: "password_reset",
    tokenHash: hashToken(token),
    userId,
    expiresAt,
  });
  return { token, expiresAt };
}

/** Where a user sets a new password with a token. */
export function resetUrl(base: string, token: string): string {
  return new URL(`/reset-password?token=${token}`, base).href;
}

import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { notSignedIn, passwordNeeded, sessionOnly, wrongPassword } from "./errors.ts";
import { verifyPassword } from "./hash-password.ts";
import { type AdminScope, requireSession } from "./policy.ts";
import { findOwnCredential } from "./repo.ts";
import { isFreshSession, markAuthenticated } from "./session-repo.ts";

/** How long after the password was given a session may do things that outlive it. */
export const FRESH_MINUTES = 15;

/**
 * Requires that the password was given recently, for what outlives a session, such as a key or a reset link: a
 * stolen session alone is not enough (ASVS 3.7.1). The command line has no session and passes.
 * @throws {Problem} 403 `password_needed`.
 */
export async function requireFreshSession(ctx: Ctx): Promise<void> {
  if (ctx.actor.kind === "system") return;
  const { via } = userOf(ctx);
  const fresh =
    via.kind === "session" && (await isFreshSession(ctx.db, via.sessionId, FRESH_MINUTES));
  if (!fresh) throw passwordNeeded();
}

/**
 * Requires a browser session in which the password was given recently, for what lets somebody in who could not
 * sign in before: whoever came in that way would stay after a key or session was revoked.
 * @throws {Problem} 403 `session_only` for an API key, 403 `password_needed`.
 */
export async function requireRightToLetIn(ctx: Ctx, scope: AdminScope): Promise<void> {
  if (!scope.inSession) throw sessionOnly();
  await requireFreshSession(ctx);
}

/**
 * Checks the signed-in user's password again, so that their session may do what outlives it for a while.
 * @throws {Problem} 422 `wrong_password`, 429 `too_many_attempts`.
 */
export async function confirmPassword(ctx: Ctx, password: string): Promise<void> {
  const { sessionId } = await checkPassword(ctx, password, "password");
  await inTransaction(ctx, async (tx) => {
    await markAuthenticated(tx.db, sessionId);
    await record(tx, { action: "session.confirmed", target: { kind: "session", id: sessionId } });
  });
}

/**
 * Compares a password with the signed-in user's.
 * @param field name of its field in the body, for the error.
 * @returns their account and session.
 * @throws {Problem} 422 `wrong_password`, 429 `too_many_attempts`.
 */
export async function checkPassword(
  ctx: Ctx,
  password: string,
  field: "password" | "currentPassword",
): Promise<{ userId: string; sessionId: string }> {
  const { userId, via } = requireSession(ctx.actor, "POST");
  const found = await findOwnCredential(ctx.db, userId);
  if (!found) throw notSignedIn();
  // A session proves that this device has signed in.
  const attempt = await ctx.deps.services.identity.attempts.begin(ctx, found.user.email, true);
  if (!(await verifyPassword(password, found.passwordHash))) {
    await attempt.fail();
    throw wrongPassword(field);
  }
  await attempt.giveBack();
  return { userId, sessionId: via.sessionId };
}

import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { actingAs } from "./create-account.ts";
import { wrongCredentials } from "./errors.ts";
import { verifyPassword } from "./hash-password.ts";
import { type Client, type OpenedSession, openSession } from "./open-session.ts";
import { findCredential, lockCredential } from "./repo.ts";
import type { SignInInput } from "./schema.ts";

/**
 * Signs a user in by password and opens a session.
 * @throws {Problem} 401 `wrong_credentials` (also for disabled accounts), 429 `too_many_attempts`.
 */
export async function signIn(
  ctx: Ctx,
  input: SignInInput & { client: Client },
): Promise<OpenedSession> {
  const { attempts } = ctx.deps.services.identity;
  const giveBack = await attempts.begin(ctx.ip, input.email.toLowerCase());
  const opened = await tryPassword(ctx, input).catch(async (error) => {
    // A fault of ours is nobody's wrong password.
    await giveBack();
    throw error;
  });
  if (opened === null) throw wrongCredentials(input.email);
  await giveBack();
  return opened;
}

/** @returns null for an unknown or disabled account and for a wrong password, after the same time. */
async function tryPassword(
  ctx: Ctx,
  input: SignInInput & { client: Client },
): Promise<OpenedSession | null> {
  const found = await findCredential(ctx.db, input.email);
  const right = await verifyPassword(input.password, found?.passwordHash ?? null);
  if (!found || !right) return null;
  return inTransaction(ctx, async (tx) => {
    // Meanwhile the password may have been changed or the account disabled: both end sessions, so both must
    // come before this one is stored or find it.
    const user = await lockCredential(tx.db, found.user.id);
    if (!user || user.disabledAt !== null || user.passwordHash !== found.passwordHash) return null;
    const opened = await openSession(tx, user.id, input.client);
    await record(actingAs(tx, user, opened), {
      action: "user.signed_in",
      target: { kind: "user", id: user.id },
    });
    return opened;
  });
}

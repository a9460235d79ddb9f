import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { hashAccount } from "./attempt-limit.ts";
import { takeFailures } from "./attempt-repo.ts";
import { actingAs } from "./create-account.ts";
import { isDeviceOf } from "./device-cookie.ts";
import { wrongCredentials } from "./errors.ts";
import { verifyPassword } from "./hash-password.ts";
import { type Client, type OpenedSession, openSession } from "./open-session.ts";
import { findCredential, lockCredential } from "./repo.ts";
import type { SignInInput } from "./schema.ts";

type Credential = NonNullable<Awaited<ReturnType<typeof findCredential>>>;

/**
 * Signs a user in by password and opens a session.
 * @throws {Problem} 401 `wrong_credentials` (also for disabled accounts), 429 `too_many_attempts`.
 */
export async function signIn(
  ctx: Ctx,
  input: SignInInput & { client: Client; deviceCookie: string | undefined },
): Promise<OpenedSession & { failedBefore: number }> {
  const { attempts } = ctx.deps.services.identity;
  const found = await findCredential(ctx.db, input.email);
  const known = isDeviceOf(ctx.deps, input.deviceCookie, found && deviceAccount(found));
  const attempt = await attempts.begin(ctx, input.email, known);
  const opened = await tryPassword(ctx, input, found).catch(async (error) => {
    // An internal error is not a wrong password.
    await attempt.giveBack();
    throw error;
  });
  if (opened === null) {
    await attempt.fail();
    throw wrongCredentials(input.email);
  }
  await attempt.giveBack();
  return opened;
}

const deviceAccount = ({ user, passwordHash }: Credential) => ({ userId: user.id, passwordHash });

/** @returns null for an unknown or disabled account and for a wrong password, after the same time. */
async function tryPassword(
  ctx: Ctx,
  input: SignInInput & { client: Client },
  found: Credential | undefined,
): Promise<(OpenedSession & { failedBefore: number }) | null> {
  const right = await verifyPassword(input.password, found?.passwordHash ?? null);
  if (!found || !right) return null;
  return inTransaction(ctx, async (tx) => {
    // The password may have been changed or the account disabled meanwhile: both end sessions, so they must
    // come before this one is stored, or find it.
    const user = await lockCredential(tx.db, found.user.id);
    if (!user || user.disabledAt !== null || user.passwordHash !== found.passwordHash) return null;
    const failedBefore = await takeFailures(tx.db, hashAccount(ctx.deps, input.email));
    const opened = await openSession(tx, user, { ...input.client, failedBefore });
    await record(actingAs(tx, user, opened), {
      action: "user.signed_in",
      target: { kind: "user", id: user.id },
    });
    return { ...opened, failedBefore };
  });
}

import { APIError } from "better-auth/api";
import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { authOn } from "./auth.ts";
import { clientHeaders, type NewAccount } from "./create-account.ts";
import { wrongCredentials } from "./errors.ts";
import { findUserByEmail } from "./repo.ts";
import type { SignInInput } from "./schema.ts";
import { identityState } from "./state.ts";

/**
 * Signs a user in by password and opens a session.
 * @throws {Problem} 401 `wrong_credentials` (also for disabled accounts), 429 `too_many_attempts`.
 */
export async function signIn(
  ctx: Ctx,
  input: SignInInput & { userAgent?: string | undefined },
): Promise<NewAccount> {
  const { attempts } = identityState(ctx.deps);
  const account = input.email.toLowerCase();
  const giveBack = await attempts.begin(ctx.ip, account);
  const session = await inTransaction(ctx, (tx) => openSession(tx, input)).catch(async (error) => {
    if (error instanceof APIError) throw wrongCredentials();
    // A fault of ours is nobody's wrong password.
    await giveBack();
    throw error;
  });
  await giveBack();
  return session;
}

async function openSession(
  tx: Ctx,
  input: SignInInput & { userAgent?: string | undefined },
): Promise<NewAccount> {
  const { token, user } = await authOn(tx).api.signInEmail({
    body: { email: input.email, password: input.password },
    headers: clientHeaders(tx, input.userAgent),
  });
  const row = await findUserByEmail(tx.db, user.email);
  // Thrown after the password was checked, so a disabled account is not told apart by time; the session rolls back.
  if (!row || row.disabledAt !== null) throw new APIError("UNAUTHORIZED");
  const asUser: Ctx = {
    ...tx,
    actor: {
      kind: "user",
      userId: row.id,
      role: row.role,
      via: { kind: "session", sessionId: row.id },
    },
  };
  await record(asUser, { action: "user.signed_in", target: { kind: "user", id: row.id } });
  return { userId: row.id, sessionToken: token };
}

import type { Ctx } from "../../platform/context.ts";
import { checkNewPassword } from "./check-new-password.ts";
import { type AfterSignUp, createAccount } from "./create-account.ts";
import { emailTaken } from "./errors.ts";
import { hashPassword } from "./hash-password.ts";
import type { Client, OpenedSession } from "./open-session.ts";
import { findUserByEmail } from "./repo.ts";
import type { AccountInput } from "./schema.ts";

/**
 * Makes a member's account for somebody who asked for one. Whether that is open is the caller's to know.
 * @throws {Problem} 409 `email_taken`, 422 for a weak password.
 */
export async function signUp(
  ctx: Ctx,
  input: AccountInput & { client: Client },
  afterSignUp: AfterSignUp,
): Promise<OpenedSession> {
  const { name, email, password, client } = input;
  await checkNewPassword(password, { name, email }, "password");
  // Asked before hashing, which costs the most; the insert asks again.
  if (await findUserByEmail(ctx.db, email)) throw emailTaken();
  const passwordHash = await hashPassword(password);
  return createAccount(ctx, { name, email, passwordHash, client, role: "member" }, afterSignUp);
}

import type { Ctx } from "../../platform/context.ts";
import { toDomain } from "../../platform/http/domain-name.ts";
import { checkNewPassword } from "./check-new-password.ts";
import { type AfterSignUp, createAccount } from "./create-account.ts";
import { emailDomainNotAllowed, emailTaken, signUpClosed } from "./errors.ts";
import { hashPassword } from "./hash-password.ts";
import type { Client, OpenedSession } from "./open-session.ts";
import { anyUserExists, findUserByEmail } from "./repo.ts";
import type { AccountInput } from "./schema.ts";

/** Who may sign up. */
export interface SignUpPolicy {
  open: boolean;
  /** Domains of e-mail addresses, lower-case and in ASCII; empty: any. */
  domains: readonly string[];
}

/**
 * Makes a member's account for somebody who asked for one, where that is open.
 * @throws {Problem} 403 `sign_up_closed` or `email_domain_not_allowed`, 409 `email_taken`, 422 for a weak password,
 * 429 `too_many_sign_ups`.
 */
export async function signUp(
  ctx: Ctx,
  policy: SignUpPolicy,
  input: AccountInput & { client: Client },
  afterSignUp: AfterSignUp,
): Promise<OpenedSession> {
  const { name, email, password, client } = input;
  if (!policy.open || !(await anyUserExists(ctx.db))) throw signUpClosed();
  const { signUps } = ctx.deps.services.identity;
  await signUps.countTry(ctx.ip);
  if (!isAllowed(email, policy.domains)) throw emailDomainNotAllowed();
  await checkNewPassword(password, { name, email }, "password");
  await signUps.countAccount(ctx.ip);
  // Asked before hashing, which costs the most; the insert asks again.
  if (await findUserByEmail(ctx.db, email)) throw emailTaken();
  const passwordHash = await hashPassword(password);
  return createAccount(ctx, { name, email, passwordHash, client, role: "member" }, afterSignUp);
}

function isAllowed(email: string, domains: readonly string[]): boolean {
  const domain = toDomain(email.slice(email.lastIndexOf("@") + 1));
  return domains.length === 0 || (domain !== null && domains.includes(domain));
}

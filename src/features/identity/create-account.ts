import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { authOn } from "./auth.ts";
import { emailTaken } from "./errors.ts";
import { findUserByEmail, insertPrincipal, updateUser } from "./repo.ts";
import type { AccountInput } from "./schema.ts";

export interface NewAccount {
  userId: string;
  /** The first session's token, for the cookie. */
  sessionToken: string;
}

/** Called in the transaction of a new account, for what other features give each user. */
export type AfterSignUp = (ctx: Ctx, user: { userId: string; name: string }) => Promise<void>;

/**
 * Creates an account with its principal and first session, and what `afterSignUp` adds, all or nothing.
 * @throws {Problem} 409 `email_taken`.
 */
export async function createAccount(
  ctx: Ctx,
  input: AccountInput & { role: "admin" | "member"; userAgent?: string | undefined },
  afterSignUp: AfterSignUp,
): Promise<NewAccount> {
  return inTransaction(ctx, async (tx) => {
    if (await findUserByEmail(tx.db, input.email)) throw emailTaken();
    const { token, user } = await authOn(tx).api.signUpEmail({
      body: { name: input.name, email: input.email, password: input.password },
      headers: clientHeaders(ctx, input.userAgent),
    });
    if (token === null) throw new Error("better-auth made no session");
    if (input.role === "admin")
      await updateUser(tx.db, user.id, { role: "admin" }, ctx.deps.clock.now());
    await insertPrincipal(tx.db, user.id);
    const asUser: Ctx = {
      ...tx,
      actor: {
        kind: "user",
        userId: user.id,
        role: input.role,
        via: { kind: "session", sessionId: user.id },
      },
    };
    await afterSignUp(asUser, { userId: user.id, name: input.name });
    await record(asUser, {
      action: "user.signed_up",
      target: { kind: "user", id: user.id },
      detail: { role: input.role },
    });
    return { userId: user.id, sessionToken: token };
  });
}

/** What better-auth notes about a session: the address that we trust and the browser. */
export function clientHeaders(ctx: Ctx, userAgent: string | undefined): Headers {
  const headers = new Headers();
  if (ctx.ip !== undefined) headers.set("x-atelier-ip", ctx.ip);
  if (userAgent !== undefined) headers.set("user-agent", userAgent.slice(0, 400));
  return headers;
}

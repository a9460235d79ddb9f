import { type Ctx, inTransaction, type WorkspaceRole } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { emailTaken } from "./errors.ts";
import { type Client, type OpenedSession, openSession } from "./open-session.ts";
import { insertUser } from "./repo.ts";

/** Called in the transaction of a new account, for what other features create for each user. */
export type AfterSignUp = (ctx: Ctx, user: { userId: string; name: string }) => Promise<void>;

export interface NewAccountInput {
  name: string;
  email: string;
  /** Hashed before the transaction begins, since that takes longer than all of its statements. */
  passwordHash: string;
  role: WorkspaceRole;
  client: Client;
}

/**
 * Creates an account with its principal, first session and the additions of `afterSignUp`, atomically.
 * @throws {Problem} 409 `email_taken`.
 */
export async function createAccount(
  ctx: Ctx,
  input: NewAccountInput,
  afterSignUp: AfterSignUp,
): Promise<OpenedSession> {
  const { name, email, passwordHash, role, client } = input;
  return inTransaction(ctx, async (tx) => {
    const user = await insertUser(tx, { name, email, role, passwordHash });
    if (!user) throw emailTaken();
    const opened = await openSession(tx, { id: user.id, passwordHash }, client);
    const asUser = actingAs(tx, user, opened);
    await afterSignUp(asUser, { userId: user.id, name });
    await record(asUser, {
      action: "user.signed_up",
      target: { kind: "user", id: user.id },
      detail: { role },
    });
    return opened;
  });
}

/** The request's context, as the user of its new session. */
export function actingAs(
  ctx: Ctx,
  user: { id: string; role: WorkspaceRole },
  { sessionId }: OpenedSession,
): Ctx {
  const via = { kind: "session", sessionId } as const;
  return { ...ctx, actor: { kind: "user", userId: user.id, role: user.role, via } };
}

import { createHash, randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../platform/context.ts";
import { type AfterSignUp, createAccount } from "./create-account.ts";
import { setupDone, setupTokenWrong } from "./errors.ts";
import { hashPassword } from "./hash-password.ts";
import { deleteSetupTokens, insertOneTimeToken, takeOneTimeToken } from "./link-repo.ts";
import type { OpenedSession } from "./open-session.ts";
import { anyUserExists } from "./repo.ts";
import type { SetupInput } from "./schema.ts";

const SETUP_DAYS = 7;
const SETUP_LOCK = 7_263_548_192;

/** SHA-256 of a one-time token, as stored. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * A fresh set-up token while there is no account, else null. Each start makes a new one; older ones end.
 * The token is for the console, it is stored only as a hash.
 */
export async function createSetupToken(ctx: Ctx): Promise<string | null> {
  if (await anyUserExists(ctx.db)) return null;
  const token = randomBytes(24).toString("base64url");
  await inTransaction(ctx, async (tx) => {
    await deleteSetupTokens(tx.db);
    await insertOneTimeToken(tx.db, {
      id: ctx.deps.ids.next(),
      purpose: "setup",
      tokenHash: hashToken(token),
      expiresAt: new Date(ctx.deps.clock.now().getTime() + SETUP_DAYS * 86_400_000),
    });
  });
  return token;
}

/**
 * Makes the first account, an admin. Needs the set-up token unless the request comes from loopback.
 * @throws {Problem} 409 `setup_done`, 403 `setup_token_wrong`.
 */
export async function setUp(
  ctx: Ctx,
  input: SetupInput & { userAgent?: string | undefined },
  afterSignUp: AfterSignUp,
): Promise<OpenedSession> {
  const { name, email, password, userAgent } = input;
  if (await anyUserExists(ctx.db)) throw setupDone();
  const passwordHash = await hashPassword(password);
  return inTransaction(ctx, async (tx) => {
    // Two browsers at the same moment must not both become the first.
    await tx.db.execute(sql`select pg_advisory_xact_lock(${SETUP_LOCK})`);
    if (await anyUserExists(tx.db)) throw setupDone();
    const taken =
      input.token !== undefined &&
      (await takeOneTimeToken(tx.db, "setup", hashToken(input.token))) !== undefined;
    if (!taken && !isLoopback(ctx)) throw setupTokenWrong();
    return createAccount(tx, { name, email, passwordHash, userAgent, role: "admin" }, afterSignUp);
  });
}

/** Behind a proxy the peer is always local, so then only the token counts. */
function isLoopback(ctx: Ctx): boolean {
  return ctx.deps.config.trustedProxies === 0 && /^(::ffff:)?127\.|^::1$/.test(ctx.ip ?? "");
}

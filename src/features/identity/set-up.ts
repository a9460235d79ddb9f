import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { checkNewPassword } from "./check-new-password.ts";
import { type AfterSignUp, createAccount } from "./create-account.ts";
import { setupDone, setupTokenWrong } from "./errors.ts";
import { hashPassword } from "./hash-password.ts";
import { deleteSetupTokens, findSetupId, insertOneTimeToken } from "./link-repo.ts";
import type { Client, OpenedSession } from "./open-session.ts";
import { anyUserExists } from "./repo.ts";
import type { SetupInput } from "./schema.ts";

const SETUP_DAYS = 365;
const SETUP_LOCK = 7_263_548_192;
const PURPOSE = "setup-link";

/** SHA-256 of a one-time token, as stored. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/**
 * The token of the setup link while there is no account, else null: one per installation, whichever process
 * prints it. It is the signature of a shared row, so it cannot be derived from the row alone.
 */
export async function createSetupToken(ctx: Ctx): Promise<string | null> {
  if (await anyUserExists(ctx.db)) return null;
  const { clock, ids, secrets } = ctx.deps;
  return inTransaction(ctx, async (tx) => {
    await lockSetUp(tx.db);
    const known = await findSetupId(tx.db);
    const id = known ?? ids.next();
    const token = secrets.sign(id, PURPOSE);
    if (known !== undefined) return token;
    await deleteSetupTokens(tx.db);
    await insertOneTimeToken(tx.db, {
      id,
      purpose: "setup",
      tokenHash: hashToken(token),
      expiresAt: new Date(clock.now().getTime() + SETUP_DAYS * 86_400_000),
    });
    return token;
  });
}

/**
 * Creates the first account, an admin. Always needs the setup token: behind a proxy or tunnel on the same
 * machine, every client is on loopback.
 * @throws {Problem} 409 `setup_done`, 403 `setup_token_wrong`, 422 for a weak password.
 */
export async function setUp(
  ctx: Ctx,
  input: SetupInput & { client: Client },
  afterSignUp: AfterSignUp,
): Promise<OpenedSession> {
  const { name, email, password, client } = input;
  if (await anyUserExists(ctx.db)) throw setupDone();
  const id = await findSetupId(ctx.db);
  if (id === undefined || !ctx.deps.secrets.verify(id, input.token ?? "", PURPOSE))
    throw setupTokenWrong();
  await checkNewPassword(password, { name, email }, "password");
  const passwordHash = await hashPassword(password);
  return inTransaction(ctx, async (tx) => {
    // Serialises two browsers that use the link at the same moment.
    await lockSetUp(tx.db);
    if (await anyUserExists(tx.db)) throw setupDone();
    await deleteSetupTokens(tx.db);
    return createAccount(tx, { name, email, passwordHash, client, role: "admin" }, afterSignUp);
  });
}

async function lockSetUp(db: Database): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(${SETUP_LOCK})`);
}

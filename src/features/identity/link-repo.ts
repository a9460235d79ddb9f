import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { isFuture } from "../../platform/db/time.ts";
import { oneTimeTokens } from "./tables.ts";

export async function insertOneTimeToken(
  db: Database,
  row: typeof oneTimeTokens.$inferInsert,
): Promise<void> {
  await db.insert(oneTimeTokens).values(row);
}

/** The owner of a valid token. */
export async function findOwnerOfToken(
  db: Database,
  purpose: "password_reset",
  tokenHash: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ userId: oneTimeTokens.userId })
    .from(oneTimeTokens)
    .where(isUsable(purpose, tokenHash));
  return row?.userId ?? undefined;
}

function isUsable(purpose: "password_reset", tokenHash: string) {
  return and(
    eq(oneTimeTokens.purpose, purpose),
    eq(oneTimeTokens.tokenHash, tokenHash),
    isNull(oneTimeTokens.usedAt),
    isFuture(oneTimeTokens.expiresAt),
  );
}

/** Consumes a token: the same statement finds and marks it, so it works once. */
export async function takeOneTimeToken(db: Database, purpose: "password_reset", tokenHash: string) {
  const [row] = await db
    .update(oneTimeTokens)
    .set({ usedAt: sql`now()` })
    .where(isUsable(purpose, tokenHash))
    .returning();
  return row;
}

export async function deleteSetupTokens(db: Database): Promise<void> {
  await db.delete(oneTimeTokens).where(eq(oneTimeTokens.purpose, "setup"));
}

export async function deletePasswordResets(db: Database, userId: string): Promise<void> {
  await db
    .delete(oneTimeTokens)
    .where(and(eq(oneTimeTokens.purpose, "password_reset"), eq(oneTimeTokens.userId, userId)));
}

/** The id of the setup link's row, while it is valid. */
export async function findSetupId(db: Database): Promise<string | undefined> {
  const [row] = await db
    .select({ id: oneTimeTokens.id })
    .from(oneTimeTokens)
    .where(and(eq(oneTimeTokens.purpose, "setup"), isFuture(oneTimeTokens.expiresAt)))
    .limit(1);
  return row?.id;
}

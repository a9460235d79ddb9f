import { and, arrayContains, desc, eq, inArray, isNull, or } from "drizzle-orm";
import type { KeyScope } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { isFuture } from "../../platform/db/time.ts";
import { apiKeys, users } from "./tables.ts";

export type ApiKeyRow = typeof apiKeys.$inferSelect;

/** A key that is neither revoked nor expired. */
export const keyHolds = and(
  isNull(apiKeys.revokedAt),
  or(isNull(apiKeys.expiresAt), isFuture(apiKeys.expiresAt)),
);

/** The key and its user, if both are active. */
export async function findLiveKey(db: Database, hash: string) {
  const [row] = await db
    .select({
      keyId: apiKeys.id,
      scopes: apiKeys.scopes,
      expiresAt: apiKeys.expiresAt,
      userId: users.id,
      role: users.role,
    })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .where(and(eq(apiKeys.hash, hash), keyHolds, isNull(users.disabledAt)))
    .limit(1);
  return row;
}

/** The user's keys that were not revoked, newest first. */
export function listApiKeys(db: Database, userId: string): Promise<ApiKeyRow[]> {
  return db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id));
}

export async function insertApiKey(
  db: Database,
  row: typeof apiKeys.$inferInsert,
): Promise<ApiKeyRow> {
  const [key] = await db.insert(apiKeys).values(row).returning();
  if (!key) throw new Error("The key was not stored");
  return key;
}

/** Locks one of the user's unrevoked keys, to the end of the transaction. */
export async function lockApiKey(
  db: Database,
  userId: string,
  keyId: string,
): Promise<ApiKeyRow | undefined> {
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.id, keyId), eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
    .for("update");
  return row;
}

export async function markKeysUsed(db: Database, ids: string[], now: Date): Promise<void> {
  await db.update(apiKeys).set({ lastUsedAt: now }).where(inArray(apiKeys.id, ids));
}

/** Ends a key now (`revokedAt`) or at an instant (`expiresAt`). */
export async function endApiKey(
  db: Database,
  keyId: string,
  end: { revokedAt: Date } | { expiresAt: Date },
): Promise<void> {
  await db.update(apiKeys).set(end).where(eq(apiKeys.id, keyId));
}

/** Revokes all of a user's keys, or those with a scope. @returns how many. */
export async function revokeApiKeys(
  db: Database,
  userId: string,
  now: Date,
  scope?: KeyScope,
): Promise<number> {
  const ended = await db
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(
      and(
        eq(apiKeys.userId, userId),
        isNull(apiKeys.revokedAt),
        scope === undefined ? undefined : arrayContains(apiKeys.scopes, [scope]),
      ),
    )
    .returning({ id: apiKeys.id });
  return ended.length;
}

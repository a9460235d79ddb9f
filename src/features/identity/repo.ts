import { and, asc, desc, eq, gt, ilike, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { Ctx, UserActor } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import type { Position } from "../../platform/http/pagination.ts";
import { accounts, apiKeys, oneTimeTokens, principals, sessions, users } from "./tables.ts";

export type UserRow = typeof users.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;
export type ApiKeyRow = typeof apiKeys.$inferSelect;

const PASSWORD_PROVIDER = "credential";
const isPasswordOfUser = and(
  eq(accounts.userId, users.id),
  eq(accounts.providerId, PASSWORD_PROVIDER),
);

/** The session and its user, when both are in force. */
export async function findLiveSession(db: Database, token: string, now: Date) {
  const [row] = await db
    .select({
      sessionId: sessions.id,
      userId: users.id,
      role: users.role,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.token, token), gt(sessions.expiresAt, now), isNull(users.disabledAt)))
    .limit(1);
  return row;
}

/** The key and its user, when both are in force. */
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
    .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt), isNull(users.disabledAt)))
    .limit(1);
  return row;
}

export async function findUser(db: Database, userId: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.id, userId)).limit(1);
  return row;
}

export async function findUserByEmail(db: Database, email: string): Promise<UserRow | undefined> {
  const [row] = await db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, email.toLowerCase()))
    .limit(1);
  return row;
}

export async function anyUserExists(db: Database): Promise<boolean> {
  const rows = await db.select({ id: users.id }).from(users).limit(1);
  return rows.length > 0;
}

/**
 * Stores an account with its principal and credential.
 * @param passwordHash null: no password opens it until one is set by a link.
 * @returns nothing when the address has an account.
 */
export async function insertUser(
  { db, deps }: Ctx,
  input: Pick<UserRow, "name" | "email" | "role"> & { passwordHash: string | null },
): Promise<UserRow | undefined> {
  const { name, email, role, passwordHash } = input;
  const now = deps.clock.now();
  const id = deps.ids.next();
  const at = { createdAt: now, updatedAt: now };
  const [user] = await db
    .insert(users)
    .values({ id, name, email: email.toLowerCase(), role, ...at })
    .onConflictDoNothing()
    .returning();
  if (!user) return undefined;
  await db.insert(principals).values({ id, kind: "user" });
  await db.insert(accounts).values({
    id: deps.ids.next(),
    userId: id,
    accountId: id,
    providerId: PASSWORD_PROVIDER,
    password: passwordHash,
    ...at,
  });
  return user;
}

/** The account with an address, and the hash of its password. */
export async function findCredential(db: Database, email: string) {
  const [row] = await db
    .select({ user: users, passwordHash: accounts.password })
    .from(users)
    .innerJoin(accounts, isPasswordOfUser)
    .where(eq(sql`lower(${users.email})`, email.toLowerCase()))
    .limit(1);
  return row;
}

/** An account and the hash of its password, both locked to the end of the transaction. */
export async function lockCredential(db: Database, userId: string) {
  const [row] = await db
    .select({
      id: users.id,
      role: users.role,
      disabledAt: users.disabledAt,
      passwordHash: accounts.password,
    })
    .from(users)
    .innerJoin(accounts, isPasswordOfUser)
    .where(eq(users.id, userId))
    .for("update");
  return row;
}

export async function insertSession(
  db: Database,
  row: typeof sessions.$inferInsert,
): Promise<void> {
  await db.insert(sessions).values(row);
}

export async function updateUser(
  db: Database,
  userId: string,
  change: Partial<Pick<UserRow, "name" | "role" | "disabledAt">>,
  now: Date,
) {
  const [row] = await db
    .update(users)
    .set({ ...change, updatedAt: now })
    .where(eq(users.id, userId))
    .returning();
  return row;
}

export function listSessions(db: Database, userId: string, now: Date): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.createdAt));
}

export async function deleteSession(
  db: Database,
  userId: string,
  sessionId: string,
): Promise<SessionRow | undefined> {
  const [row] = await db
    .delete(sessions)
    .where(and(eq(sessions.id, sessionId), eq(sessions.userId, userId)))
    .returning();
  return row;
}

/** Ends all sessions of a user, or all but one. */
export async function deleteSessions(
  db: Database,
  userId: string,
  except?: string,
): Promise<SessionRow[]> {
  return db
    .delete(sessions)
    .where(
      and(eq(sessions.userId, userId), except === undefined ? undefined : ne(sessions.id, except)),
    )
    .returning();
}

export async function findPasswordHash(db: Database, userId: string): Promise<string | null> {
  const [row] = await db
    .select({ password: accounts.password })
    .from(accounts)
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, PASSWORD_PROVIDER)))
    .limit(1);
  return row?.password ?? null;
}

export async function updatePasswordHash(
  db: Database,
  userId: string,
  password: string,
  now: Date,
): Promise<void> {
  await db
    .update(accounts)
    .set({ password, updatedAt: now })
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, PASSWORD_PROVIDER)));
}

export async function insertOneTimeToken(
  db: Database,
  row: typeof oneTimeTokens.$inferInsert,
): Promise<void> {
  await db.insert(oneTimeTokens).values(row);
}

/** Whether a token could be used now. */
export async function oneTimeTokenHolds(
  db: Database,
  purpose: "setup" | "password_reset",
  tokenHash: string,
  now: Date,
): Promise<boolean> {
  const rows = await db
    .select({ id: oneTimeTokens.id })
    .from(oneTimeTokens)
    .where(isUsable(purpose, tokenHash, now));
  return rows.length > 0;
}

function isUsable(purpose: "setup" | "password_reset", tokenHash: string, now: Date) {
  return and(
    eq(oneTimeTokens.purpose, purpose),
    eq(oneTimeTokens.tokenHash, tokenHash),
    isNull(oneTimeTokens.usedAt),
    gt(oneTimeTokens.expiresAt, now),
  );
}

/** Uses a token up: the same statement finds it and marks it, so it works once. */
export async function takeOneTimeToken(
  db: Database,
  purpose: "setup" | "password_reset",
  tokenHash: string,
  now: Date,
) {
  const [row] = await db
    .update(oneTimeTokens)
    .set({ usedAt: now })
    .where(isUsable(purpose, tokenHash, now))
    .returning();
  return row;
}

export async function deleteSetupTokens(db: Database): Promise<void> {
  await db.delete(oneTimeTokens).where(eq(oneTimeTokens.purpose, "setup"));
}

/** A page of all accounts, newest first; `search` is found in names and addresses. */
export function listUsers(
  db: Database,
  options: { search: string | undefined; after: Position | null; limit: number },
): Promise<UserRow[]> {
  const { search, after } = options;
  const pattern = `%${(search ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return db
    .select()
    .from(users)
    .where(
      and(
        search === undefined
          ? undefined
          : or(ilike(users.name, pattern), ilike(users.email, pattern)),
        after === null
          ? undefined
          : or(
              lt(users.createdAt, after.at),
              and(eq(users.createdAt, after.at), lt(users.id, after.id)),
            ),
      ),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(options.limit + 1);
}

/** Ids of the admins in force, locked to the end of the transaction. */
export async function lockAdmins(db: Database): Promise<string[]> {
  const rows = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, "admin"), isNull(users.disabledAt)))
    .orderBy(asc(users.id))
    .for("update");
  return rows.map((row) => row.id);
}

export async function lockUser(db: Database, userId: string): Promise<UserRow | undefined> {
  const [row] = await db.select().from(users).where(eq(users.id, userId)).for("update");
  return row;
}

export async function deletePasswordResets(db: Database, userId: string): Promise<void> {
  await db
    .delete(oneTimeTokens)
    .where(and(eq(oneTimeTokens.purpose, "password_reset"), eq(oneTimeTokens.userId, userId)));
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

/** Locks one of the user's keys that was not revoked, to the end of the transaction. */
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

/** Ends a key now (`revokedAt`) or at an instant (`expiresAt`). */
export async function endApiKey(
  db: Database,
  keyId: string,
  end: { revokedAt: Date } | { expiresAt: Date },
): Promise<void> {
  await db.update(apiKeys).set(end).where(eq(apiKeys.id, keyId));
}

/** Removes sessions and one-time links that ended before an instant. */
export async function deleteEnded(db: Database, before: Date): Promise<void> {
  await db.delete(sessions).where(lt(sessions.expiresAt, before));
  await db.delete(oneTimeTokens).where(lt(oneTimeTokens.expiresAt, before));
}

/** Whether a session or key, and its user, are in force. */
export async function credentialHolds(
  db: Database,
  via: UserActor["via"],
  now: Date,
): Promise<boolean> {
  const rows =
    via.kind === "session"
      ? await db
          .select({ id: sessions.id })
          .from(sessions)
          .innerJoin(users, eq(users.id, sessions.userId))
          .where(
            and(
              eq(sessions.id, via.sessionId),
              gt(sessions.expiresAt, now),
              isNull(users.disabledAt),
            ),
          )
      : await db
          .select({ id: apiKeys.id })
          .from(apiKeys)
          .innerJoin(users, eq(users.id, apiKeys.userId))
          .where(
            and(
              eq(apiKeys.id, via.keyId),
              isNull(apiKeys.revokedAt),
              or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
              isNull(users.disabledAt),
            ),
          );
  return rows.length > 0;
}

import { and, asc, desc, eq, ilike, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { isAfter } from "../../platform/db/keyset.ts";
import { prepared } from "../../platform/db/prepared.ts";
import type { Position } from "../../platform/http/pagination.ts";
import { accounts, principals, users } from "./tables.ts";

export type UserRow = typeof users.$inferSelect;

const PASSWORD_PROVIDER = "credential";
const isPasswordOfUser = and(
  eq(accounts.userId, users.id),
  eq(accounts.providerId, PASSWORD_PROVIDER),
);

const userById = prepared((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("userId")))
    .limit(1)
    .prepare("user_by_id"),
);

export async function findUser(db: Database, userId: string): Promise<UserRow | undefined> {
  const [row] = await userById(db).execute({ userId });
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
 * @param passwordHash null: no password works until one is set by a link.
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

/** The account with an address, and its password hash. */
export function findCredential(db: Database, email: string) {
  return selectCredential(db, eq(sql`lower(${users.email})`, email.toLowerCase()));
}

/** An account, and its password hash. */
export function findOwnCredential(db: Database, userId: string) {
  return selectCredential(db, eq(users.id, userId));
}

async function selectCredential(db: Database, which: SQL) {
  const [row] = await db
    .select({ user: users, passwordHash: accounts.password })
    .from(users)
    .innerJoin(accounts, isPasswordOfUser)
    .where(which)
    .limit(1);
  return row;
}

/** An account and its password hash, both locked to the end of the transaction. */
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

/** A page of all accounts, newest first; `search` matches names and addresses. */
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
        isAfter({ at: users.createdAt, id: users.id }, after),
      ),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(options.limit + 1);
}

/** Ids of the active admins, locked to the end of the transaction. */
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

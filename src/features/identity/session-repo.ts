import { and, desc, eq, isNull, ne } from "drizzle-orm";
import type { UserActor } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { isFuture, isPast } from "../../platform/db/time.ts";
import { keyHolds } from "./key-repo.ts";
import { apiKeys, oneTimeTokens, sessions, users } from "./tables.ts";

export type SessionRow = typeof sessions.$inferSelect;

/** The session and its user, when both are in force. */
export async function findLiveSession(db: Database, token: string) {
  const [row] = await db
    .select({
      sessionId: sessions.id,
      userId: users.id,
      role: users.role,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.token, token), isFuture(sessions.expiresAt), isNull(users.disabledAt)))
    .limit(1);
  return row;
}

export async function insertSession(
  db: Database,
  row: typeof sessions.$inferInsert,
): Promise<void> {
  await db.insert(sessions).values(row);
}

export function listSessions(db: Database, userId: string): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isFuture(sessions.expiresAt)))
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

/** Removes sessions and one-time links that have ended. */
export async function deleteEnded(db: Database): Promise<void> {
  await db.delete(sessions).where(isPast(sessions.expiresAt));
  await db.delete(oneTimeTokens).where(isPast(oneTimeTokens.expiresAt));
}

/** Whether a session or key, and its user, are in force. */
export async function credentialHolds(db: Database, via: UserActor["via"]): Promise<boolean> {
  const rows =
    via.kind === "session"
      ? await db
          .select({ id: sessions.id })
          .from(sessions)
          .innerJoin(users, eq(users.id, sessions.userId))
          .where(
            and(
              eq(sessions.id, via.sessionId),
              isFuture(sessions.expiresAt),
              isNull(users.disabledAt),
            ),
          )
      : await db
          .select({ id: apiKeys.id })
          .from(apiKeys)
          .innerJoin(users, eq(users.id, apiKeys.userId))
          .where(and(eq(apiKeys.id, via.keyId), keyHolds, isNull(users.disabledAt)));
  return rows.length > 0;
}

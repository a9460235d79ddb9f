import { and, desc, eq, gt, isNull, lt, ne, or } from "drizzle-orm";
import type { UserActor } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { apiKeys, oneTimeTokens, sessions, users } from "./tables.ts";

export type SessionRow = typeof sessions.$inferSelect;

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

export async function insertSession(
  db: Database,
  row: typeof sessions.$inferInsert,
): Promise<void> {
  await db.insert(sessions).values(row);
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

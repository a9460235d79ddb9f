import { and, desc, eq, inArray, isNull, ne, not, type SQL, sql } from "drizzle-orm";
import type { UserActor } from "../../platform/context.ts";
import type { Database } from "../../platform/db/client.ts";
import { isFuture, isPast } from "../../platform/db/time.ts";
import { keyHolds } from "./key-repo.ts";
import { apiKeys, oneTimeTokens, sessions, users } from "./tables.ts";

/** Minutes between two updates of a session's last use. */
const SEEN_MINUTES = 1;

export type SessionRow = typeof sessions.$inferSelect;

/** A session before its end, and used within the idle time. */
function sessionHolds(idleHours: number): SQL {
  return sql`(${isFuture(sessions.expiresAt)}
    and ${sessions.lastSeenAt} > now() - ${idleHours} * interval '1 hour')`;
}

/** The session and its user, if both are active. */
export async function findLiveSession(db: Database, token: string, idleHours: number) {
  const [row] = await db
    .select({
      sessionId: sessions.id,
      userId: users.id,
      role: users.role,
      expiresAt: sessions.expiresAt,
      hostCookie: sessions.hostCookie,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.token, token), sessionHolds(idleHours), isNull(users.disabledAt)))
    .limit(1);
  return row;
}

export async function insertSession(
  db: Database,
  row: typeof sessions.$inferInsert,
): Promise<void> {
  await db.insert(sessions).values(row);
}

/** Records that these sessions are in use, often enough to detect idle ones. */
export async function markSessionsSeen(db: Database, ids: string[]): Promise<void> {
  await db
    .update(sessions)
    .set({ lastSeenAt: sql`now()` })
    .where(
      and(
        inArray(sessions.id, ids),
        sql`${sessions.lastSeenAt} < now() - ${SEEN_MINUTES} * interval '1 minute'`,
      ),
    );
}

/** Records that the password was just given in a session. */
export async function markAuthenticated(db: Database, sessionId: string): Promise<void> {
  await db.update(sessions).set({ authenticatedAt: sql`now()` }).where(eq(sessions.id, sessionId));
}

/** Whether the password was given in a session within this many minutes. */
export async function isFreshSession(
  db: Database,
  sessionId: string,
  minutes: number,
): Promise<boolean> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.id, sessionId),
        sql`${sessions.authenticatedAt} > now() - ${minutes} * interval '1 minute'`,
      ),
    );
  return rows.length > 0;
}

/** Records that the browser has the session under the HTTPS-only name. */
export async function markHostCookie(db: Database, sessionId: string): Promise<void> {
  await db.update(sessions).set({ hostCookie: true }).where(eq(sessions.id, sessionId));
}

/** Ends a user's sessions over the limit, those unused for longest. @returns how many. */
export async function deleteOldestSessions(
  db: Database,
  userId: string,
  keep: number,
): Promise<number> {
  const oldest = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(eq(sessions.userId, userId))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.createdAt))
    .offset(keep);
  const ended = await db
    .delete(sessions)
    .where(inArray(sessions.id, oldest))
    .returning({ id: sessions.id });
  return ended.length;
}

export function listSessions(
  db: Database,
  userId: string,
  idleHours: number,
): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), sessionHolds(idleHours)))
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

/** Deletes expired sessions and one-time links. */
export async function deleteEnded(db: Database, idleHours: number): Promise<void> {
  await db.delete(sessions).where(not(sessionHolds(idleHours)));
  await db.delete(oneTimeTokens).where(isPast(oneTimeTokens.expiresAt));
}

/** Whether a session or key, and its user, are active. */
export async function credentialHolds(
  db: Database,
  via: UserActor["via"],
  idleHours: number,
): Promise<boolean> {
  const rows =
    via.kind === "session"
      ? await db
          .select({ id: sessions.id })
          .from(sessions)
          .innerJoin(users, eq(users.id, sessions.userId))
          .where(
            and(eq(sessions.id, via.sessionId), sessionHolds(idleHours), isNull(users.disabledAt)),
          )
      : await db
          .select({ id: apiKeys.id })
          .from(apiKeys)
          .innerJoin(users, eq(users.id, apiKeys.userId))
          .where(and(eq(apiKeys.id, via.keyId), keyHolds, isNull(users.disabledAt)));
  return rows.length > 0;
}

import { randomBytes } from "node:crypto";
import type { Ctx } from "../../platform/context.ts";
import { rateLimitKey } from "../../platform/http/rate-limit-key.ts";
import { storeNetwork } from "./attempt-repo.ts";
import { deleteOldestSessions, insertSession } from "./session-repo.ts";

/** Maximum sessions per user; a new one ends the one unused for longest. */
export const MAX_SESSIONS = 30;
const DAY_MS = 86_400_000;
const USER_AGENT_MAX = 400;

/** A newly opened session. */
export interface OpenedSession {
  sessionId: string;
  userId: string;
  /** Hash of the password that opened it, for the device cookie. */
  passwordHash: string | null;
  /** For the cookie, where it is signed; unsigned it is not accepted. */
  token: string;
}

/** The client of a new session. */
export interface Client {
  userAgent: string | undefined;
  /** Over HTTPS: the cookie then has its HTTPS-only name. */
  secure: boolean;
}

/** Stores a session for a user whose password, or link, was just verified. */
export async function openSession(
  tx: Ctx,
  { id: userId, passwordHash }: { id: string; passwordHash: string | null },
  { userAgent, secure, failedBefore = 0 }: Client & { failedBefore?: number },
): Promise<OpenedSession> {
  const { clock, ids } = tx.deps;
  const now = clock.now();
  const sessionId = ids.next();
  const token = randomBytes(32).toString("base64url");
  await insertSession(tx.db, {
    id: sessionId,
    userId,
    token,
    expiresAt: new Date(now.getTime() + tx.deps.config.sessionDays * DAY_MS),
    ipAddress: tx.ip ?? null,
    userAgent: userAgent?.slice(0, USER_AGENT_MAX) ?? null,
    hostCookie: secure,
    failedBefore,
    createdAt: now,
    updatedAt: now,
  });
  await deleteOldestSessions(tx.db, userId, MAX_SESSIONS);
  await storeNetwork(tx.db, rateLimitKey(tx.ip));
  return { sessionId, userId, passwordHash, token };
}

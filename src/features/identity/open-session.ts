import { randomBytes } from "node:crypto";
import type { Ctx } from "../../platform/context.ts";
import { insertSession } from "./session-repo.ts";

export const SESSION_DAYS = 30;
const USER_AGENT_MAX = 400;

/** A session that was just opened. */
export interface OpenedSession {
  sessionId: string;
  userId: string;
  /** For the cookie, signed there; without the signature it opens nothing. */
  token: string;
}

/** Stores a session for a user whose password, or link, has just been proven. */
export async function openSession(
  tx: Ctx,
  userId: string,
  userAgent: string | undefined,
): Promise<OpenedSession> {
  const { clock, ids } = tx.deps;
  const now = clock.now();
  const sessionId = ids.next();
  const token = randomBytes(32).toString("base64url");
  await insertSession(tx.db, {
    id: sessionId,
    userId,
    token,
    expiresAt: new Date(now.getTime() + SESSION_DAYS * 86_400_000),
    ipAddress: tx.ip ?? null,
    userAgent: userAgent?.slice(0, USER_AGENT_MAX) ?? null,
    createdAt: now,
    updatedAt: now,
  });
  return { sessionId, userId, token };
}

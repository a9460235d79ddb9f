import { isScope } from "./authenticate.ts";
import type { ApiKeyRow } from "./key-repo.ts";
import type { ApiKey, Session } from "./schema.ts";
import type { SessionRow } from "./session-repo.ts";

/** @param current id of the requesting session, or null. */
export function presentSession(row: SessionRow, current: string | null): Session {
  return {
    id: row.id,
    current: row.id === current,
    ipAddress: row.ipAddress,
    userAgent: row.userAgent,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    failedBefore: row.failedBefore,
    expiresAt: row.expiresAt.toISOString(),
  };
}

export function presentApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes.filter(isScope),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

import { randomBytes } from "node:crypto";
import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { hashKey } from "./authenticate.ts";
import { requireFreshSession } from "./confirm-password.ts";
import { adminScopeRefused, keyLivesTooLong, noSuchKey } from "./errors.ts";
import { type ApiKeyRow, endApiKey, insertApiKey, listApiKeys, lockApiKey } from "./key-repo.ts";
import { lockUser } from "./repo.ts";
import type { NewApiKey } from "./schema.ts";

const MARK = "atl_";
const SHOWN = MARK.length + 6;
const HOUR_MS = 3_600_000;
const DEFAULT_DAYS = 90;
const DAY_MS = 86_400_000;

/** A new key: its row, and the secret, which is not stored. */
export interface IssuedKey {
  row: ApiKeyRow;
  key: string;
}

/** The signed-in user's keys, including buffered last-used timestamps. */
export async function getApiKeys(ctx: Ctx): Promise<ApiKeyRow[]> {
  await ctx.deps.services.identity.keyUse.flush();
  return listApiKeys(ctx.db, userOf(ctx).userId);
}

/**
 * Creates a key that acts as the signed-in user within its key scopes, for at most the lifetime that the
 * workspace allows.
 * @throws {Problem} 403 `admin_scope_refused` when a member asks for the scope `admin`, 403 `password_needed`,
 * 422 `key_lives_too_long`.
 */
export async function createApiKey(ctx: Ctx, input: NewApiKey): Promise<IssuedKey> {
  const { name, scopes } = input;
  assertMayGrant(ctx, scopes);
  const maxDays = ctx.deps.config.apiKeyMaxDays;
  if (maxDays > 0 && (input.expiresInDays ?? 0) > maxDays) throw keyLivesTooLong(maxDays);
  const expiresInDays = input.expiresInDays === undefined ? DEFAULT_DAYS : input.expiresInDays;
  return inTransaction(ctx, async (tx) => {
    await requireLastingSession(tx);
    const issued = await issue(tx, {
      name,
      scopes,
      lifetimeMs: expiresInDays === null ? null : expiresInDays * DAY_MS,
    });
    await record(tx, {
      action: "api_key.created",
      target: { kind: "api_key", id: issued.row.id },
      detail: { scopes, expiresInDays },
    });
    return issued;
  });
}

/**
 * Creates a successor of a key, with the same key scopes and lifetime; the old one works for the overlap, so
 * that clients can be switched.
 * @throws {Problem} 403 `admin_scope_refused` or `password_needed`, 404 `api_key_not_found`.
 */
export async function rotateApiKey(
  ctx: Ctx,
  keyId: string,
  overlapHours: number,
): Promise<IssuedKey> {
  const { userId } = userOf(ctx);
  const issued = await inTransaction(ctx, async (tx) => {
    await requireLastingSession(tx);
    const old = await lockApiKey(tx.db, userId, keyId);
    if (!old) throw noSuchKey();
    assertMayGrant(ctx, old.scopes);
    const lifetimeMs =
      old.expiresAt === null ? null : old.expiresAt.getTime() - old.createdAt.getTime();
    const next = await issue(tx, { name: old.name, scopes: old.scopes, lifetimeMs });
    const ends = ctx.deps.clock.now().getTime() + overlapHours * HOUR_MS;
    const expiresAt = new Date(Math.min(ends, old.expiresAt?.getTime() ?? ends));
    await endApiKey(tx.db, old.id, { expiresAt });
    await record(tx, {
      action: "api_key.rotated",
      target: { kind: "api_key", id: old.id },
      detail: { replacedBy: next.row.id, overlapHours },
    });
    return next;
  });
  await ctx.deps.services.identity.cache.revoke();
  return issued;
}

/** Revokes a key in every process before this returns. @throws {Problem} 404 `api_key_not_found`. */
export async function revokeApiKey(ctx: Ctx, keyId: string): Promise<void> {
  const { userId } = userOf(ctx);
  await inTransaction(ctx, async (tx) => {
    const key = await lockApiKey(tx.db, userId, keyId);
    if (!key) throw noSuchKey();
    await endApiKey(tx.db, key.id, { revokedAt: ctx.deps.clock.now() });
    await record(tx, { action: "api_key.revoked", target: { kind: "api_key", id: key.id } });
  });
  await ctx.deps.services.identity.cache.revoke();
}

/**
 * Requires a fresh session that is not being revoked at the moment: a password change and a revocation lock the
 * user too, so they either see the new key or come first.
 */
async function requireLastingSession(tx: Ctx): Promise<void> {
  await lockUser(tx.db, userOf(tx).userId);
  await requireFreshSession(tx);
}

function assertMayGrant(ctx: Ctx, scopes: readonly string[]): void {
  if (scopes.includes("admin") && userOf(ctx).role !== "admin") throw adminScopeRefused();
}

async function issue(
  tx: Ctx,
  input: { name: string; scopes: string[]; lifetimeMs: number | null },
): Promise<IssuedKey> {
  const key = `${MARK}${randomBytes(30).toString("base64url")}`;
  const now = tx.deps.clock.now();
  const lifetimeMs = allowedLifetime(input.lifetimeMs, tx.deps.config.apiKeyMaxDays);
  const row = await insertApiKey(tx.db, {
    id: tx.deps.ids.next(),
    userId: userOf(tx).userId,
    name: input.name,
    prefix: key.slice(0, SHOWN),
    hash: hashKey(key),
    scopes: input.scopes,
    expiresAt: lifetimeMs === null ? null : new Date(now.getTime() + lifetimeMs),
    createdAt: now,
  });
  return { row, key };
}

/** The lifetime within the workspace's maximum. @param maxDays 0: unlimited. */
function allowedLifetime(wantedMs: number | null, maxDays: number): number | null {
  if (maxDays === 0) return wantedMs;
  return Math.min(wantedMs ?? Number.POSITIVE_INFINITY, maxDays * DAY_MS);
}

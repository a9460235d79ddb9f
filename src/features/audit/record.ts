import { createHash } from "node:crypto";
import { desc, sql } from "drizzle-orm";
import type { Ctx } from "../../platform/context.ts";
import type { AuditAction } from "./actions.ts";
import { auditLog } from "./tables.ts";

export interface AuditEntry {
  action: AuditAction;
  target: { kind: string; id: string | null };
  projectId?: string;
  /** Names of changed fields and values that are neither content nor secret. */
  detail?: Record<string, unknown>;
}

/** The hash that the first row follows. */
export const CHAIN_START = "0".repeat(64);
/** Held to the end of the transaction, so that rows are chained in the order they commit. */
const CHAIN_LOCK = 7_263_548_191;

/**
 * Writes one audit row in the caller's transaction, so a change and its record are stored together or
 * not at all. Call it last: from here to the commit other writers of the log wait.
 * @throws Error outside a transaction.
 */
export async function record(ctx: Ctx, entry: AuditEntry): Promise<void> {
  if (ctx.db === ctx.deps.database.db)
    throw new Error("An audit row belongs in the transaction of its change");
  await ctx.db.execute(sql`select pg_advisory_xact_lock(${CHAIN_LOCK})`);
  const [last] = await ctx.db
    .select({ seq: auditLog.seq, hash: auditLog.hash })
    .from(auditLog)
    .orderBy(desc(auditLog.seq))
    .limit(1);
  const row = {
    id: ctx.deps.ids.next(),
    seq: (last?.seq ?? 0) + 1,
    at: ctx.deps.clock.now(),
    ...actorColumns(ctx),
    action: entry.action,
    targetKind: entry.target.kind,
    targetId: entry.target.id,
    projectId: entry.projectId ?? null,
    detail: entry.detail ?? {},
    requestId: ctx.requestId ?? null,
    ip: ctx.ip ?? null,
    previousHash: last?.hash ?? CHAIN_START,
  };
  await ctx.db.insert(auditLog).values({ ...row, hash: chainHash(row) });
}

type Unhashed = Omit<typeof auditLog.$inferSelect, "hash">;

/** SHA-256 over the row's columns in a fixed order, the previous row's hash included. */
export function chainHash(row: Unhashed): string {
  const canonical = JSON.stringify([
    row.previousHash,
    row.seq,
    row.id,
    row.at.toISOString(),
    row.actorKind,
    row.actorId,
    row.action,
    row.targetKind,
    row.targetId,
    row.projectId,
    sortKeys(row.detail),
    row.requestId,
    row.ip,
  ]);
  return createHash("sha256").update(canonical).digest("hex");
}

/** jsonb does not keep the order of keys, so the hash must not depend on it. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

function actorColumns(ctx: Ctx): { actorKind: string; actorId: string | null } {
  const { actor } = ctx;
  if (actor.kind === "user")
    return { actorKind: actor.via.kind === "key" ? "api_key" : "user", actorId: actor.userId };
  if (actor.kind === "system") return { actorKind: `system:${actor.job}`, actorId: null };
  return { actorKind: "anonymous", actorId: null };
}

import type { Ctx } from "../../platform/context.ts";
import { isTransaction } from "../../platform/db/client.ts";
import type { AuditAction } from "./actions.ts";
import { type AuditInsert, insertAudit, isAuditStored } from "./repo.ts";

export interface AuditEntry {
  action: AuditAction;
  target: { kind: string; id: string | null };
  projectId?: string;
  /** Names of changed fields, and values that are neither content nor secret. */
  detail?: Record<string, unknown>;
}

/**
 * Writes an audit row in the caller's transaction, so that a change and its record are stored together or not
 * at all; if the answer to COMMIT is lost, the row shows which. It is sealed right after the commit; see
 * `seal-chain.ts`.
 * @throws Error outside a transaction.
 */
export async function record(ctx: Ctx, entry: AuditEntry): Promise<void> {
  if (!isTransaction(ctx.db)) {
    throw new Error("An audit row belongs in the transaction of its change");
  }
  const row: AuditInsert = {
    id: ctx.deps.ids.next(),
    ...actorColumns(ctx),
    action: entry.action,
    targetKind: entry.target.kind,
    targetId: entry.target.id,
    projectId: entry.projectId ?? null,
    detail: entry.detail ?? {},
    requestId: ctx.requestId ?? null,
    callerRequestId: ctx.callerRequestId ?? null,
    ip: ctx.ip ?? null,
  };
  ctx.deps.services.audit.sealer.expect();
  await insertAudit(ctx.db, row);
  ctx.proofs?.push((db) => isAuditStored(db, row));
  if (ctx.actor.kind === "user") ctx.deps.events.track(entry.action, ctx.actor.userId);
}

export function actorColumns({ actor }: Pick<Ctx, "actor">): {
  actorKind: string;
  actorId: string | null;
} {
  if (actor.kind === "user")
    return { actorKind: actor.via.kind === "key" ? "api_key" : "user", actorId: actor.userId };
  if (actor.kind === "system") return { actorKind: `system:${actor.job}`, actorId: null };
  return { actorKind: "anonymous", actorId: null };
}

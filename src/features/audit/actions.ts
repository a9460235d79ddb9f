import { READS, REFUSALS } from "../../platform/http/security-events.ts";

/** All audit actions; an unknown one does not compile. */
export const AUDIT_ACTIONS = [
  "user.signed_up",
  "user.signed_in",
  "user.signed_out",
  "user.updated",
  "user.password_changed",
  "user.password_reset",
  "user.password_reset_link_created",
  "user.created",
  "user.access_revoked",
  "session.revoked",
  "session.confirmed",
  "api_key.created",
  "api_key.rotated",
  "api_key.revoked",
  "project.created",
  "project.updated",
  "project.archived",
  "project.unarchived",
  "project.deleted",
  "project.restored",
  "project.purged",
  "member.added",
  "member.role_changed",
  "member.removed",
  "file.uploaded",
  "file.deleted",
  "file.restored",
  "file.retried",
  "agent.created",
  "agent.updated",
  "agent.deleted",
  "agent.restored",
  "thread.created",
  "thread.updated",
  "thread.leaf_selected",
  "thread.deleted",
  "thread.restored",
  "message.sent",
  "message.regenerated",
  "generation.stopped",
  "provider.created",
  "provider.updated",
  "provider.deleted",
  "provider.tested",
  "provider.refused",
  "provider.keys_resealed",
  "model.created",
  "model.updated",
  "model.deleted",
  "model.underestimated",
  "settings.updated",
  "audit.chain_keyed",
  ...REFUSALS,
  ...READS,
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Kinds of rows: a change, a refusal, or a recorded read. */
export const AUDIT_KINDS = ["change", "refusal", "read"] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

export function kindOf(action: string): AuditKind {
  const isOf = (actions: readonly string[]) => actions.includes(action);
  return isOf(UNCHANGING.refusal) ? "refusal" : isOf(UNCHANGING.read) ? "read" : "change";
}

/** The actions that are refusals or reads; every other action is a change. */
export const UNCHANGING: Record<Exclude<AuditKind, "change">, readonly AuditAction[]> = {
  refusal: REFUSALS,
  read: READS,
};

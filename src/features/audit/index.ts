export { AUDIT_ACTIONS, type AuditAction } from "./actions.ts";
export { type AuditEntry, record } from "./record.ts";
export { auditLog } from "./tables.ts";

export { AUDIT_ACTIONS, type AuditAction } from "./actions.ts";
export { type AuditEntry, record } from "./record.ts";
export { auditRoutes } from "./routes.ts";
export { createAuditServices } from "./services.ts";
export { auditLog } from "./tables.ts";
export { type ChainReport, verifyChain } from "./verify-chain.ts";

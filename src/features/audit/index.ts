export type { AuditAction } from "./actions.ts";
export { record } from "./record.ts";
export { reportHead } from "./report-head.ts";
export { auditRoutes } from "./routes.ts";
export { createAuditServices } from "./services.ts";
export { auditLog } from "./tables.ts";
export { verifyChain } from "./verify-chain.ts";

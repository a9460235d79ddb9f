import { sql } from "drizzle-orm";
import { bigint, index, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { id, instant } from "../../platform/db/columns.ts";

/** Who did what, in order. Append-only and chained: each row's hash covers the one before. No foreign keys, so it outlives everything. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: id(),
    /** Place in the chain; null until the row is sealed, within a second of its commit. */
    seq: bigint("seq", { mode: "number" }),
    at: instant("at").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: uuid("actor_id"),
    action: text("action").notNull(),
    targetKind: text("target_kind").notNull(),
    targetId: text("target_id"),
    projectId: uuid("project_id"),
    /** Changed fields and their values where those are no content and no secret. */
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull(),
    requestId: text("request_id"),
    ip: text("ip"),
    previousHash: text("previous_hash"),
    hash: text("hash"),
  },
  (table) => [
    uniqueIndex("audit_log_seq").on(table.seq),
    index("audit_log_unsealed").on(table.id).where(sql`${table.seq} is null`),
    index("audit_log_actor").on(table.actorId, table.seq),
    index("audit_log_target").on(table.targetId, table.seq),
  ],
);

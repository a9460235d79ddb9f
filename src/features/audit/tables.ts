import { sql } from "drizzle-orm";
import { bigint, index, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { id, instant } from "../../platform/db/columns.ts";

/**
 * The audit log. Append-only: rows are inserted and never changed. No foreign keys, so it outlives everything.
 */
export const auditLog = pgTable(
  "audit_log",
  {
    id: id(),
    /** The database's time at the insert, whatever the insert says (trigger `audit_log_takes_time`). */
    at: instant("at").notNull().default(sql`clock_timestamp()`),
    actorKind: text("actor_kind").notNull(),
    actorId: uuid("actor_id"),
    action: text("action").notNull(),
    targetKind: text("target_kind").notNull(),
    targetId: text("target_id"),
    projectId: uuid("project_id"),
    /** Changed fields, with values that are neither content nor secret. */
    detail: jsonb("detail").$type<Record<string, unknown>>().notNull(),
    /** Our own, as in the request log. */
    requestId: text("request_id"),
    /** The caller's X-Request-Id, not verified. */
    callerRequestId: text("caller_request_id"),
    ip: text("ip"),
    /** Number and hashes of rows from before the chain had a key; null in all newer rows. */
    unkeyedSeq: bigint("seq", { mode: "number" }),
    unkeyedPreviousHash: text("previous_hash"),
    unkeyedHash: text("hash"),
  },
  (table) => [
    uniqueIndex("audit_log_seq").on(table.unkeyedSeq),
    index("audit_log_at").on(table.at, table.id),
    index("audit_log_action_recent").on(table.action, table.at, table.id),
    index("audit_log_actor_recent").on(table.actorId, table.at, table.id),
    index("audit_log_project_recent").on(table.projectId, table.at, table.id),
    index("audit_log_target_recent").on(table.targetId, table.at, table.id),
  ],
);

/**
 * The chain over the log, append-only too. It continues the numbers and hashes of the unkeyed rows; see
 * `seal-chain.ts`.
 */
export const auditSeals = pgTable(
  "audit_seals",
  {
    seq: bigint("seq", { mode: "number" }).primaryKey(),
    auditId: uuid("audit_id").notNull(),
    /** The database's time; never earlier than the previous seal's. */
    sealedAt: instant("sealed_at").notNull(),
    previousHash: text("previous_hash").notNull(),
    hash: text("hash").notNull(),
    /** The key of the ring that made `mac`, HMAC-SHA256 over `hash`. */
    keyId: text("key_id").notNull(),
    mac: text("mac").notNull(),
  },
  (table) => [uniqueIndex("audit_seals_audit_id").on(table.auditId)],
);

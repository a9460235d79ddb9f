import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant, isOneOf } from "../../platform/db/columns.ts";
import { ANSWER_STATUSES } from "../threads/index.ts";
import { threads } from "../threads/tables.ts";
import type { ContextManifest, LogEvent } from "./schema.ts";

export const generations = pgTable(
  "generations",
  {
    id: id(),
    threadId: uuid("thread_id")
      .notNull()
      .references(() => threads.id, { onDelete: "cascade" }),
    messageId: uuid("message_id").notNull(),
    /** The message the answer follows; one generation at a time may run after it. */
    parentId: uuid("parent_id").notNull(),
    userId: uuid("user_id").notNull(),
    status: text("status", { enum: ANSWER_STATUSES }).notNull(),
    modelId: uuid("model_id"),
    /** The process that runs it, and the end of its lease. */
    processId: text("process_id").notNull(),
    leaseExpiresAt: instant("lease_expires_at").notNull(),
    stopRequestedAt: instant("stop_requested_at"),
    /** The versions of files that were sent, while it runs: they are not purged. */
    sentVersionIds: uuid("sent_version_ids").array(),
    manifest: jsonb("manifest").$type<ContextManifest>().notNull(),
    createdAt: createdAt(),
    endedAt: instant("ended_at"),
  },
  (table) => [
    uniqueIndex("generations_message").on(table.messageId),
    // At most one running generation per branch.
    uniqueIndex("generations_running_branch")
      .on(table.parentId)
      .where(sql`${table.status} = 'running'`),
    index("generations_lease").on(table.leaseExpiresAt).where(sql`${table.status} = 'running'`),
    index("generations_thread").on(table.threadId),
    check("generations_status", isOneOf(table.status, ANSWER_STATUSES)),
  ],
);

/**
 * The numbered log. A row holds the merged events of one tick, so an answer costs rows per second, not per
 * token; once it has ended, a row holds everything between two citations.
 */
export const generationEvents = pgTable(
  "generation_events",
  {
    generationId: uuid("generation_id")
      .notNull()
      .references(() => generations.id, { onDelete: "cascade" }),
    seq: integer("seq").notNull(),
    event: jsonb("event").$type<LogEvent>().notNull(),
    /** When it was stored: the output of a lost process after this is estimated. */
    storedAt: instant("stored_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.generationId, table.seq] })],
);

export type GenerationRow = typeof generations.$inferSelect;

import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant, isOneOf, updatedAt } from "../../platform/db/columns.ts";
import { EFFORTS } from "../../providers/index.ts";
import { users } from "../identity/tables.ts";
import { projects } from "../projects/tables.ts";
import {
  ANSWER_STATUSES,
  MESSAGE_ROLES,
  type MessageError,
  type MessagePart,
  VISIBILITIES,
} from "./schema.ts";

export const threads = pgTable(
  "threads",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    ownerId: uuid("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    title: text("title").notNull(),
    visibility: text("visibility", { enum: VISIBILITIES }).notNull().default("private"),
    /** The leaf of the shown branch; null in an empty thread. */
    leafId: uuid("leaf_id"),
    agentId: uuid("agent_id"),
    modelId: uuid("model_id"),
    /** How much the model thinks; null: as the agent says. */
    effort: text("effort", { enum: EFFORTS }),
    version: integer("version").notNull().default(1),
    deletedAt: instant("deleted_at"),
    lastMessageAt: instant("last_message_at").notNull().defaultNow(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    // Read from their ends: the lists are newest first.
    index("threads_of_owner")
      .on(table.ownerId, table.lastMessageAt, table.id)
      .where(sql`${table.deletedAt} is null`),
    index("threads_of_owner_in_project")
      .on(table.projectId, table.ownerId, table.lastMessageAt, table.id)
      .where(sql`${table.deletedAt} is null`),
    index("threads_shared_in_project")
      .on(table.projectId, table.lastMessageAt, table.id)
      .where(sql`${table.deletedAt} is null and ${table.visibility} = 'project'`),
    index("threads_shared")
      .on(table.lastMessageAt, table.id)
      .where(sql`${table.deletedAt} is null and ${table.visibility} = 'project'`),
    index("threads_deleted").on(table.deletedAt).where(sql`${table.deletedAt} is not null`),
    check("threads_effort", isOneOf(table.effort, EFFORTS)),
    check("threads_visibility", isOneOf(table.visibility, VISIBILITIES)),
  ],
);

export const messages = pgTable(
  "messages",
  {
    id: id(),
    threadId: uuid("thread_id")
      .notNull()
      .references(() => threads.id, { onDelete: "cascade" }),
    /** Null for a first message; several children of one parent are branches. */
    parentId: uuid("parent_id"),
    role: text("role", { enum: MESSAGE_ROLES }).notNull(),
    parts: jsonb("parts").$type<MessagePart[]>().notNull(),
    status: text("status", { enum: ANSWER_STATUSES }).notNull(),
    error: jsonb("error").$type<MessageError>(),
    authorId: uuid("author_id").references(() => users.id, { onDelete: "set null" }),
    generationId: uuid("generation_id"),
    modelId: uuid("model_id"),
    agentId: uuid("agent_id"),
    createdAt: createdAt(),
  },
  (table) => [
    index("messages_of_parent").on(table.threadId, table.parentId, table.createdAt),
    check("messages_role", isOneOf(table.role, MESSAGE_ROLES)),
  ],
);

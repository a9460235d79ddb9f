import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "../../platform/db/columns.ts";
import { users } from "../identity/tables.ts";
import { projects } from "../projects/tables.ts";

export const files = pgTable(
  "files",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** The version that answers and search use; null while the first one has not been stored. */
    currentVersionId: uuid("current_version_id"),
    deletedAt: instant("deleted_at"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("files_project_name")
      .on(table.projectId, table.name)
      .where(sql`${table.deletedAt} is null`),
  ],
);

export const fileVersions = pgTable(
  "file_versions",
  {
    id: id(),
    fileId: uuid("file_id")
      .notNull()
      .references(() => files.id, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    sha256: text("sha256").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    mediaType: text("media_type").notNull(),
    status: text("status", { enum: ["queued", "reading", "ready", "failed"] })
      .notNull()
      .default("queued"),
    /** Why reading failed: a code of knowledge/errors.ts. */
    failure: text("failure"),
    language: text("language"),
    /** Extracted text; spans count UTF-16 code units of it. */
    text: text("text"),
    textLength: integer("text_length"),
    tokenCount: integer("token_count"),
    /** Offsets at which each page begins, for PDFs. */
    pageStarts: jsonb("page_starts").$type<number[]>(),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("file_versions_number").on(table.fileId, table.version),
    check("file_versions_status", sql`${table.status} in ('queued', 'reading', 'ready', 'failed')`),
  ],
);

export const chunks = pgTable(
  "chunks",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    fileVersionId: uuid("file_version_id")
      .notNull()
      .references(() => fileVersions.id, { onDelete: "cascade" }),
    ordinal: integer("ordinal").notNull(),
    start: integer("start_offset").notNull(),
    end: integer("end_offset").notNull(),
    tokenCount: integer("token_count").notNull(),
  },
  (table) => [index("chunks_version").on(table.fileVersionId, table.ordinal)],
);

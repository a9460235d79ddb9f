import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant, isOneOf } from "../../platform/db/columns.ts";
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
    /** The version that answers and search use: the newest readable one. */
    currentVersionId: uuid("current_version_id"),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    /** Total of its versions, maintained by triggers; the totals of larger scopes are in `storage_usage`. */
    storedBytes: bigint("stored_bytes", { mode: "number" }).notNull().default(0),
    storedVersions: integer("stored_versions").notNull().default(0),
    deletedAt: instant("deleted_at"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("files_project_name")
      .on(table.projectId, table.name)
      .where(sql`${table.deletedAt} is null`),
    // Read from its end: the list is newest first.
    index("files_of_project")
      .on(table.projectId, table.createdAt, table.id)
      .where(sql`${table.deletedAt} is null`),
    index("files_deleted").on(table.deletedAt).where(sql`${table.deletedAt} is not null`),
  ],
);

export const VERSION_STATUSES = ["queued", "reading", "ready", "failed"] as const;

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
    status: text("status", { enum: VERSION_STATUSES }).notNull().default("queued"),
    /** Why reading failed: a code of knowledge/errors.ts. */
    failure: text("failure"),
    /** What was unusual about a text that could be read. */
    note: text("note"),
    /** End of the reader's lease; another process may then take over. */
    leaseExpiresAt: instant("lease_expires_at"),
    /** The current reader's claim; results of earlier readers are ignored. */
    claimId: uuid("claim_id"),
    attempts: integer("attempts").notNull().default(0),
    /**
     * Whether it is in the slow lane: its first, short try was not enough, or its uploader has used up the
     * reading time.
     */
    slow: boolean("slow").notNull().default(false),
    /** Its position in its lane's fair queue (ingest/fair-queue.ts). */
    turn: integer("turn").notNull().default(0),
    /** Total reading time, and when the last reading ended. */
    readerMs: integer("reader_ms").notNull().default(0),
    readAt: instant("read_at"),
    /** A PostgreSQL text search configuration. */
    language: text("language"),
    /** Length of the text in UTF-16 code units, as counted by spans. The text itself is in the chunks. */
    textLength: integer("text_length"),
    tokenCount: integer("token_count"),
    /** Start offset of each page, for PDFs. */
    pageStarts: jsonb("page_starts").$type<number[]>(),
    /** Whether its passages are in the search index. */
    indexed: boolean("indexed").notNull().default(false),
    /** The form in which they are there: INDEX_FORM of search/index-passages.ts; releases without forms wrote 1. */
    indexForm: smallint("index_form").notNull().default(1),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("file_versions_number").on(table.fileId, table.version),
    index("file_versions_unread")
      .on(table.createdAt)
      .where(sql`${table.status} in ('queued', 'reading')`),
    index("file_versions_turns")
      .on(table.slow, table.turn)
      .where(sql`${table.status} in ('queued', 'reading')`),
    index("file_versions_turns_of")
      .on(table.createdBy, table.slow, table.turn)
      .where(sql`${table.status} in ('queued', 'reading')`),
    index("file_versions_index_form").on(table.indexForm).where(sql`${table.indexed}`),
    index("file_versions_read_by").on(table.createdBy, table.readAt),
    check("file_versions_status", isOneOf(table.status, VERSION_STATUSES)),
  ],
);

/** Scopes of quotas, in the order in which their rows are locked. */
export const STORAGE_SCOPES = ["workspace", "project", "user"] as const;
export type StorageScope = (typeof STORAGE_SCOPES)[number];

/**
 * Storage used, including deleted files until they are purged: by the workspace, each project, and each user's
 * uploads. Maintained by triggers on files and versions, so that no write is missed.
 */
export const storageUsage = pgTable(
  "storage_usage",
  {
    scope: text("scope", { enum: STORAGE_SCOPES }).notNull(),
    /** The nil UUID for the workspace. */
    scopeId: uuid("scope_id").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    files: integer("files").notNull(),
    versions: integer("versions").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.scopeId] }),
    check("storage_usage_scope", sql`${table.scope} in ('workspace', 'project', 'user')`),
  ],
);

/** The text of a version, split into passages that cover it in order with a small overlap. */
export const chunks = pgTable(
  "text_chunks",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    fileVersionId: uuid("file_version_id")
      .notNull()
      .references(() => fileVersions.id, { onDelete: "cascade" }),
    ordinal: integer("ordinal").notNull(),
    start: integer("start_offset").notNull(),
    end: integer("end_offset").notNull(),
    tokenCount: integer("token_count").notNull(),
    text: text("text").notNull(),
  },
  (table) => [uniqueIndex("text_chunks_version").on(table.fileVersionId, table.ordinal)],
);

/**
 * The search index: the terms of each passage of a current version, and their frequencies. `keys` starts with
 * one key per distinct term, in the order of `frequencies`, followed by the keys of the tiers that its terms
 * reach (bm25.ts).
 */
export const searchPassages = pgTable(
  "search_passages",
  {
    chunkId: bigint("chunk_id", { mode: "number" })
      .primaryKey()
      .references(() => chunks.id, { onDelete: "cascade" }),
    /** Number of words, including repetitions. */
    length: integer("length").notNull(),
    frequencies: smallint("frequencies").array().notNull(),
    keys: bigint("keys", { mode: "bigint" }).array().notNull(),
  },
  (table) => [
    // Without a pending list, so that a search does not pay for a recent upload.
    index("search_passages_keys").using("gin", table.keys).with({ fastupdate: false }),
  ],
);

/** Number of passages with each key. A key includes its project and language. */
export const searchTerms = pgTable("search_terms", {
  key: bigint("key", { mode: "bigint" }).primaryKey(),
  passages: integer("passages").notNull(),
});

/** Number of passages and words of a project in a language, as BM25 needs them. */
export const searchScopes = pgTable(
  "search_scopes",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    language: text("language").notNull(),
    passages: integer("passages").notNull(),
    words: bigint("words", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.language] })],
);

import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant, isOneOf, updatedAt } from "../../platform/db/columns.ts";
import { principals, users } from "../identity/tables.ts";

/** In ascending order; each role includes those before it. */
export const PROJECT_ROLES = ["viewer", "editor", "owner"] as const;
export type ProjectRole = (typeof PROJECT_ROLES)[number];

export const projects = pgTable(
  "projects",
  {
    id: id(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    instructions: text("instructions").notNull().default(""),
    /** Set for the personal project that every user gets at sign-up. */
    personalOf: uuid("personal_of").references(() => users.id, { onDelete: "set null" }),
    /** Incremented by each change; the ETag. */
    version: integer("version").notNull().default(1),
    archivedAt: instant("archived_at"),
    deletedAt: instant("deleted_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex("projects_personal_of")
      .on(table.personalOf)
      .where(sql`${table.personalOf} is not null`),
    // Read from its end: the list is newest first.
    index("projects_recent").on(table.updatedAt, table.id).where(sql`${table.deletedAt} is null`),
    index("projects_deleted").on(table.deletedAt).where(sql`${table.deletedAt} is not null`),
  ],
);

export const projectMembers = pgTable(
  "project_members",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    principalId: uuid("principal_id")
      .notNull()
      .references(() => principals.id, { onDelete: "cascade" }),
    role: text("role", { enum: PROJECT_ROLES }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.principalId] }),
    index("project_members_principal").on(table.principalId),
    check("project_members_role", isOneOf(table.role, PROJECT_ROLES.toReversed())),
  ],
);

export type ProjectRow = typeof projects.$inferSelect;

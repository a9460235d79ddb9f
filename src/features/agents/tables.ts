import { sql } from "drizzle-orm";
import { check, doublePrecision, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant, isOneOf, updatedAt } from "../../platform/db/columns.ts";
import { EFFORTS } from "../../providers/index.ts";
import { users } from "../identity/tables.ts";
import { projects } from "../projects/tables.ts";

export const agents = pgTable(
  "agents",
  {
    id: id(),
    /** Null: an agent of the workspace. */
    projectId: uuid("project_id").references(() => projects.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    instructions: text("instructions").notNull().default(""),
    /** Null: the workspace's default model. */
    modelId: uuid("model_id"),
    temperature: doublePrecision("temperature"),
    maxOutputTokens: integer("max_output_tokens"),
    /** How much the model thinks; null: as it does by itself. */
    effort: text("effort", { enum: EFFORTS }),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    version: integer("version").notNull().default(1),
    deletedAt: instant("deleted_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index("agents_project").on(table.projectId),
    check("agents_effort", isOneOf(table.effort, EFFORTS)),
    check("agents_temperature", sql`${table.temperature} between 0 and 2`),
  ],
);

export type AgentRow = typeof agents.$inferSelect;

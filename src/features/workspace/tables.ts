import { jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { updatedAt } from "../../platform/db/columns.ts";

/** Settings of the workspace by name: sign-up, default model. */
export const workspaceSettings = pgTable("workspace_settings", {
  name: text("name").primaryKey(),
  value: jsonb("value").notNull(),
  updatedAt: updatedAt(),
});

import { type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, timestamp, uuid } from "drizzle-orm/pg-core";

/** A UUIDv7 primary key, made in code. */
export const id = () => uuid("id").primaryKey();

/** An instant, to the millisecond, as a Date. */
export const instant = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

export const createdAt = () => instant("created_at").notNull().defaultNow();
export const updatedAt = () => instant("updated_at").notNull().defaultNow();

/**
 * Condition of a check constraint: the column holds one of the values. Values come from code, never from users.
 */
export function isOneOf(column: AnyPgColumn, values: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(", "))})`;
}

/** Columns that an update may set; Drizzle ignores undefined ones. */
export type Changes<Row> = { [Column in keyof Row]?: Row[Column] | undefined };

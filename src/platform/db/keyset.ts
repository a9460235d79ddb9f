import { type AnyColumn, type SQL, sql } from "drizzle-orm";
import type { Position } from "../http/pagination.ts";

/**
 * True for rows after a position in a list ordered by `at desc, id desc`. Compared as a row, so that an index
 * on both columns is entered at the position instead of being read from its beginning.
 * @returns undefined, no condition, for the first page.
 */
export function isAfter(
  columns: { at: AnyColumn; id: AnyColumn },
  position: Position | null,
): SQL | undefined {
  if (position === null) return undefined;
  return sql`(${columns.at}, ${columns.id}) < (${position.at.toISOString()}::timestamptz, ${position.id}::uuid)`;
}

/**
 * True for the rows with these ids, looked up one by one: an array is computed first, and the planner cannot
 * join it with the whole table.
 * @param ids a subquery in brackets.
 */
export function isAnyOf(id: AnyColumn, ids: SQL): SQL {
  return sql`${id} = any (array ${ids})`;
}

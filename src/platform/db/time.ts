import { type AnyColumn, type Placeholder, type SQL, sql } from "drizzle-orm";

/**
 * The database's time: leases, holds and expiries are set and judged only by it, because process clocks differ,
 * by seconds where they are synchronised and by hours where they are not.
 */

/** An instant this many milliseconds after the row is written; waiting for a lock does not shorten it. */
export function inFuture(milliseconds: number | Placeholder): SQL<Date> {
  return sql`clock_timestamp() + ${milliseconds} * interval '1 millisecond'`;
}

/** Whether a column's instant has passed. */
export function isPast(column: AnyColumn): SQL<boolean> {
  return sql`${column} <= now()`;
}

/** Whether a column's instant is in the future; false for null. */
export function isFuture(column: AnyColumn): SQL<boolean> {
  return sql`${column} > now()`;
}

/**
 * True if the database runs the statement within this time after it was sent. A statement that hung, in the
 * database or on the network, then changes nothing.
 * @param sentAt by the database's time (see {@link DatabaseClock}).
 */
export function isPrompt(sentAt: Date, withinMs: number): SQL<boolean> {
  const latest = new Date(sentAt.getTime() + withinMs).toISOString();
  return sql`clock_timestamp() < ${latest}::timestamptz`;
}

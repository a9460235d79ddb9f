import { type AnyColumn, type SQL, sql } from "drizzle-orm";

/**
 * The database's time is the only one by which leases, holds and expiries are set and judged: the clocks
 * of processes differ, by seconds where they are kept and by hours where they are not.
 */

/** An instant so many milliseconds after the database comes to a row: waiting for a lock does not shorten it. */
export function inFuture(milliseconds: number): SQL<Date> {
  return sql`clock_timestamp() + ${milliseconds} * interval '1 millisecond'`;
}

/** Whether a column's instant has come. */
export function isPast(column: AnyColumn): SQL<boolean> {
  return sql`${column} <= now()`;
}

/** Whether a column's instant is still to come; false where there is none. */
export function isFuture(column: AnyColumn): SQL<boolean> {
  return sql`${column} > now()`;
}

/**
 * True of a statement that the database carries out within a time after it was sent. One that hung, with
 * the database or on the way, then changes nothing.
 * @param sentAt by the database's time (see {@link DatabaseClock}).
 */
export function isPrompt(sentAt: Date, withinMs: number): SQL<boolean> {
  const latest = new Date(sentAt.getTime() + withinMs).toISOString();
  return sql`clock_timestamp() < ${latest}::timestamptz`;
}

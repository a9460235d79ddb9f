import { z } from "@hono/zod-openapi";
import { Problem } from "./problem.ts";

export const DEFAULT_PAGE = 50;

/** The query of every list. The cursor is opaque to clients. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(DEFAULT_PAGE),
  cursor: z.string().max(400).optional(),
});

/** A position in a list ordered by instant, then id, newest first. */
export interface Position {
  at: Date;
  id: string;
}

/** Only instants as we write them; PostgreSQL has no year 0, and five digits are not ours. */
const position = z.object({
  at: z.iso
    .datetime()
    .regex(/^[12]/)
    .transform((text) => new Date(text)),
  id: z.uuid(),
});

export function encodeCursor(value: Position): string {
  return Buffer.from(JSON.stringify({ at: value.at.toISOString(), id: value.id })).toString(
    "base64url",
  );
}

/** @throws {Problem} 422 `invalid_cursor` for a cursor that this server did not issue. */
export function decodeCursor(cursor: string | undefined): Position | null {
  if (cursor === undefined) return null;
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw invalidCursor();
  }
}

/** For a cursor that this server did not issue, or not for this list. */
export const invalidCursor = () =>
  new Problem(422, "invalid_cursor", "This cursor was not issued by Atelier.");

/**
 * Cuts a page out of `limit + 1` rows.
 * @param at position of a row in the list.
 */
export function toPage<T>(
  rows: T[],
  limit: number,
  at: (row: T) => Position,
): { items: T[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(at(last)) : null,
  };
}

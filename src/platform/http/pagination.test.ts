import { describe, expect, test } from "bun:test";
import { decodeCursor, encodeCursor, pageQuery, toPage } from "./pagination.ts";

const ID = "0192d5a0-0000-7000-8000-000000000001";
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a cursor", () => {
  test("leads back to the position that it was made of", () => {
    const position = { at: new Date("2026-03-01T12:34:56.789Z"), id: ID };
    expect(decodeCursor(encodeCursor(position))).toEqual(position);
    expect(encodeCursor(position)).toMatch(/^[\w-]+$/);
  });

  test("that is not there leads to the start", () => {
    expect(decodeCursor(undefined)).toBeNull();
  });

  test.each([
    ["", "nothing"],
    ["bm9uZQ", "no JSON"],
    [encoded([]), "no position"],
    [encoded({ at: "2026-03-01T00:00:00Z" }), "no id"],
    [encoded({ at: "2026-03-01T00:00:00Z", id: "1" }), "not an id"],
    [encoded({ at: "yesterday", id: ID }), "not an instant"],
    [encoded({ at: "0000-01-01T00:00:00Z", id: ID }), "a year that PostgreSQL does not have"],
    [encoded({ at: "9999-01-01T00:00:00Z", id: ID }), "a year that we never issued"],
  ])("that we did not issue is refused: %s", (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow("invalid_cursor");
  });
});

describe("the query of a list", () => {
  test("defaults to fifty, at most 200", () => {
    expect(pageQuery.parse({})).toEqual({ limit: 50 });
    expect(pageQuery.parse({ limit: "1" }).limit).toBe(1);
    expect(pageQuery.parse({ limit: "200" }).limit).toBe(200);
    for (const limit of ["0", "201", "-1", "1.5", "ten"])
      expect(pageQuery.safeParse({ limit }).success).toBe(false);
  });

  test("accepts a cursor of at most 400 characters", () => {
    expect(pageQuery.safeParse({ cursor: "x".repeat(400) }).success).toBe(true);
    expect(pageQuery.safeParse({ cursor: "x".repeat(401) }).success).toBe(false);
  });
});

describe("a page", () => {
  const rows = [3, 2, 1].map((n) => ({ at: new Date(n * 1_000), id: ID.replace(/1$/, String(n)) }));
  const page = (limit: number) => toPage(rows.slice(0, limit + 1), limit, (row) => row);

  test("has the requested number of rows, and a cursor to its last one while there are more", () => {
    const { items, nextCursor } = page(2);
    expect(items).toEqual(rows.slice(0, 2));
    expect(decodeCursor(nextCursor ?? undefined)).toEqual(rows[1] ?? null);
  });

  test("is the last one when nothing follows, also when it is full or empty", () => {
    expect(page(3).nextCursor).toBeNull();
    expect(page(4)).toEqual({ items: rows, nextCursor: null });
    expect(toPage<(typeof rows)[number]>([], 2, (row) => row)).toEqual({
      items: [],
      nextCursor: null,
    });
  });
});

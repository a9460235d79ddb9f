import { afterAll, beforeAll, expect, test } from "bun:test";
import { desc, sql } from "drizzle-orm";
import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { type DatabaseClient, openDatabase } from "./client.ts";
import { isAfter, isAnyOf } from "./keyset.ts";

const rows = pgTable("rows", {
  id: uuid("id").primaryKey(),
  at: timestamp("at", { withTimezone: true }).notNull(),
});
const id = (last: number) => `00000000-0000-7000-8000-00000000000${last}`;
const AT = new Date("2026-11-27T10:00:00.123Z");

let database: TestDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await createTestDatabase();
  client = openDatabase({ url: database.url, poolMax: 1 });
  await client.sql`create table rows (id uuid primary key, at timestamptz not null)`;
  await client.db.insert(rows).values([
    { id: id(1), at: new Date(AT.getTime() - 1) },
    { id: id(2), at: AT },
    { id: id(3), at: AT },
    { id: id(4), at: new Date(AT.getTime() + 1) },
  ]);
});
afterAll(async () => {
  await client.close();
  await database.drop();
});

const after = async (position: { at: Date; id: string } | null) => {
  const found = await client.db
    .select()
    .from(rows)
    .where(isAfter(rows, position))
    .orderBy(desc(rows.at), desc(rows.id));
  return found.map((row) => Number(row.id.at(-1)));
};

test("a page begins behind the position, by time and then by id", async () => {
  expect(await after(null)).toEqual([4, 3, 2, 1]);
  expect(await after({ at: AT, id: id(3) })).toEqual([2, 1]);
  expect(await after({ at: AT, id: id(2) })).toEqual([1]);
  expect(await after({ at: new Date(AT.getTime() - 1), id: id(1) })).toEqual([]);
});

test("rows are found by the ids of a subquery", async () => {
  const found = await client.db
    .select()
    .from(rows)
    .where(isAnyOf(rows.id, sql`(select id from rows where at = ${AT.toISOString()}::timestamptz)`))
    .orderBy(rows.id);
  expect(found.map((row) => row.id)).toEqual([id(2), id(3)]);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { testServer } from "../../../test/support/database.ts";
import { type DatabaseClient, openDatabase } from "./client.ts";
import { placeholderFor, prepared, preparedInsert, preparedSql } from "./prepared.ts";

const things = pgTable("prepared_things", {
  id: integer("id").primaryKey(),
  name: text("name").notNull().default("unnamed"),
  detail: jsonb("detail"),
  madeAt: timestamp("made_at", { withTimezone: true }),
});

let one: DatabaseClient;
let other: DatabaseClient;
let texts: string[];
beforeAll(async () => {
  const { url } = await testServer();
  const onQuery = (query: string) => void texts.push(query);
  one = openDatabase({ url, poolMax: 1, observers: { onQuery, onIdleTransaction: () => {} } });
  other = openDatabase({ url, poolMax: 1 });
  await one.sql`create table if not exists prepared_things
    (id integer primary key, name text not null default 'unnamed', detail jsonb, made_at timestamptz)`;
  await one.sql`truncate prepared_things`;
  texts = [];
});
afterAll(async () => {
  await one.sql`drop table prepared_things`;
  await Promise.all([one.close(), other.close()]);
});

const insert = preparedInsert(things);
const byId = prepared((db) =>
  db
    .select()
    .from(things)
    .where(eq(things.id, sql.placeholder("id")))
    .prepare("thing_by_id"),
);

test("a row is stored with its values, nulls and defaults, and returned", async () => {
  const madeAt = new Date("2026-05-04T03:02:01.123Z");
  expect(await insert(one.db, { id: 1, detail: { a: [1] }, madeAt })).toEqual({
    id: 1,
    name: "unnamed",
    detail: { a: [1] },
    madeAt,
  });
  expect(await insert(one.db, { id: 2, name: "two", detail: null, madeAt: null })).toEqual({
    id: 2,
    name: "two",
    detail: null,
    madeAt: null,
  });
  const [row] = await one.sql`select detail is null as empty from prepared_things where id = 2`;
  expect(row?.empty).toBe(true);
  expect(await insert(one.db, { id: 3, name: undefined })).toMatchObject({ name: "unnamed" });
});

test("a computed column takes its placeholder from the row", async () => {
  const doubled = preparedInsert(things, {
    name: sql`repeat(${sql.placeholder("half")}::text, 2)`,
  });
  const row = { id: 10, half: "ab" };
  expect(await doubled(one.db, row)).toMatchObject({ name: "abab" });
});

test("a prepared query runs in the transaction that it is called for, and in no other", async () => {
  expect(await byId(one.db).execute({ id: 20 })).toEqual([]);
  const failed = one.db.transaction(async (tx) => {
    await insert(tx, { id: 20 });
    expect(await byId(tx).execute({ id: 20 })).toHaveLength(1);
    expect(await byId(other.db).execute({ id: 20 })).toEqual([]);
    throw new Error("undone");
  });
  await expect(failed).rejects.toThrow("undone");
  expect(await byId(one.db).execute({ id: 20 })).toEqual([]);
  await one.db.transaction((tx) => insert(tx, { id: 21 }));
  expect(await byId(other.db).execute({ id: 21 })).toHaveLength(1);
});

test("rows with the same columns share a statement, in transactions too", async () => {
  texts.length = 0;
  await insert(one.db, { id: 30, name: "a" });
  await one.db.transaction((tx) => insert(tx, { id: 31, name: "b" }));
  await insert(one.db, { name: "c", id: 32 });
  expect(new Set(texts.filter((query) => query.startsWith("insert"))).size).toBe(1);
});

test("an update's placeholder stores a value in its column's form, and null as null", async () => {
  const describe = prepared((db) =>
    db
      .update(things)
      .set({ detail: placeholderFor(things.detail), madeAt: placeholderFor(things.madeAt, "now") })
      .where(eq(things.id, sql.placeholder("id")))
      .returning()
      .prepare("describe_thing"),
  );
  await insert(one.db, { id: 40 });
  const now = new Date("2026-01-01T00:00:00Z");
  const [full] = await describe(one.db).execute({ id: 40, detail: ["x"], now });
  expect(full).toMatchObject({ detail: ["x"], madeAt: now });
  await describe(one.db).execute({ id: 40, detail: null, now: null });
  const [row] = await one.sql`select detail is null and made_at is null as empty
    from prepared_things where id = 40`;
  expect(row?.empty).toBe(true);
});

test("a statement written as SQL gives its rows, in a transaction too", async () => {
  const sum = preparedSql(
    sql`select ${sql.placeholder("a")}::int + ${sql.placeholder("b")}::int as sum`,
  );
  expect([...(await sum(one.db, { a: 1, b: 2 }))]).toEqual([{ sum: 3 }]);
  const rows = await one.db.transaction((tx) => sum(tx, { a: 3, b: 4 }));
  expect([...rows]).toEqual([{ sum: 7 }]);
  await expect(sum(one.db, { a: 1 })).rejects.toThrow('No value for placeholder "b"');
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { type DatabaseClient, openDatabase } from "./client.ts";
import { isUnavailable } from "./errors.ts";
import type { Work } from "./limits.ts";

let database: TestDatabase;
const clients: DatabaseClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await database.drop();
});

function open(work: Work, url = database.url): DatabaseClient {
  const client = openDatabase({ url, poolMax: 1, work });
  clients.push(client);
  return client;
}
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test("the server limits statements and idle transactions by kind of work", async () => {
  const limits = async (work: Work) =>
    (
      await open(work).sql`
        select current_setting('statement_timeout') as statement,
          current_setting('idle_in_transaction_session_timeout') as idle,
          current_setting('application_name') as name`
    )[0];
  expect(await limits("requests")).toEqual({
    statement: "5s",
    idle: "10s",
    name: "atelier requests",
  });
  expect(await limits("jobs")).toEqual({ statement: "2min", idle: "1min", name: "atelier jobs" });
  expect(await limits("readiness")).toMatchObject({ statement: "1500ms", idle: "1500ms" });
  expect(await limits("maintenance")).toMatchObject({ statement: "0", idle: "0" });
});

test("a statement over its time limit, and a transaction that idled too long, mean that the database is unavailable", async () => {
  const { db } = open("readiness");
  expect(isUnavailable(await failureOf(db.execute(sql`select pg_sleep(3)`)))).toBe(true);
  let after: unknown;
  const idled = await failureOf(
    db.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await Bun.sleep(2_000);
      after = await failureOf(tx.execute(sql`select 2`));
    }),
  );
  expect(isUnavailable(idled)).toBe(true);
  while (after === undefined) await Bun.sleep(10);
  expect(isUnavailable(after)).toBe(true);
  expect(await failureOf(db.execute(sql`select 1`))).toBeUndefined();
});

test("an unreachable server is unavailable, whatever error code the system uses", async () => {
  for (const url of [
    "postgres://atelier@127.0.0.1:1/atelier",
    "postgres://atelier@localhost/atelier?host=/nowhere/at/all&port=5432",
    "postgres://atelier@no-such-host.invalid/atelier",
  ]) {
    const { db } = open("requests", url);
    expect(isUnavailable(await failureOf(db.execute(sql`select 1`)))).toBe(true);
    expect(isUnavailable(await failureOf(db.transaction(async () => {})))).toBe(true);
  }
});

test("an error in a statement does not mean that the database is unavailable", async () => {
  const { db } = open("requests");
  for (const statement of [sql`select 1/0`, sql`select nothing`, sql`select ${1n}::uuid`]) {
    const failure = await failureOf(db.execute(statement));
    expect(failure).toBeInstanceOf(Error);
    expect(isUnavailable(failure)).toBe(false);
  }
});

test("statements with parameters are prepared, with or without an observer", async () => {
  const { db } = open("jobs");
  await db.execute(sql`select ${"a parameter"}::text as prepared_here`);
  await db.execute(sql`select 'no parameter' as prepared_not`);
  const { length } = await db.execute(
    sql`select 1 from pg_prepared_statements where statement like ${"%prepared\\_here%"}`,
  );
  expect(length).toBe(1);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { type DatabaseProxy, proxyTo } from "../../../test/support/database-proxy.ts";
import { until } from "../../../test/support/generation.ts";
import { type DatabaseClient, openDatabase } from "./client.ts";
import { DatabaseClock } from "./database-clock.ts";

let database: TestDatabase;
let proxy: DatabaseProxy;
let client: DatabaseClient;
let clock: DatabaseClock;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await proxyTo(database.url);
  client = openDatabase({ url: proxy.url, poolMax: 2 });
  clock = await DatabaseClock.start(client.sql, true);
});
afterAll(async () => {
  clock.stop();
  await client.close();
  await proxy.close();
  await database.drop();
});

test("returns the database's time, whatever the local clock says", async () => {
  const own = Date.now;
  Date.now = () => own() + 3_600_000;
  try {
    const [row] = await client.sql`select clock_timestamp() as now`;
    expect(Math.abs(clock.now().getTime() - new Date(row?.now).getTime())).toBeLessThan(500);
  } finally {
    Date.now = own;
  }
});

test("a database that did not answer for a while is not steady, even after it answers again", async () => {
  await until(() => clock.steadyMs() > 500, 15_000);
  proxy.hold();
  await until(() => clock.steadyMs() === 0, 15_000);
  proxy.release();
  await until(() => clock.steadyMs() > 0, 15_000);
  expect(clock.steadyMs()).toBeLessThan(4_000);
}, 60_000);

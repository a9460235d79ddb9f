import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type DatabaseProxy, proxyTo } from "../support/database-proxy.ts";
import { randomFrom } from "../support/random.ts";
import { plainLines } from "./log-lines.ts";
import { endServers, startServer } from "./server-process.ts";

let database: TestDatabase;
let proxy: DatabaseProxy;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await proxyTo(database.url);
}, 60_000);
afterEach(async () => {
  proxy.onSend = undefined;
  await endServers();
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

test("a database that goes away at any moment of a start delays it, and nothing of a statement is printed", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  process.stdout.write(`seed: ${seed}\n`);
  const random = randomFrom(seed);
  for (let round = 0; round < 6; round++) {
    let pieces = 1 + Math.floor(random() * 60);
    let cuts = 0;
    proxy.onSend = () => {
      if (--pieces > 0) return "pass";
      // And a bit longer, so that the next attempt fails too.
      if (pieces > -5) {
        cuts++;
        return "cut";
      }
      return "pass";
    };
    const server = await startServer({ databaseUrl: proxy.url });
    expect(cuts).toBeGreaterThan(0);
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
    expect(plainLines(server.output())).toEqual([]);
    await endServers();
  }
}, 120_000);

test("a database that refuses everybody while a process starts is waited for", async () => {
  let refused = 0;
  proxy.onSend = () => (refused++ < 4 ? "cut" : "pass");
  const server = await startServer({ databaseUrl: proxy.url });
  expect(refused).toBeGreaterThan(4);
  expect(server.output()).toContain("database not available; starting over");
  expect(plainLines(server.output())).toEqual([]);
}, 60_000);

test("whoever ends a process that waits for its database ends it at once, without a fault", async () => {
  proxy.onSend = () => "cut";
  let interrupt = () => {};
  const starting = startServer({
    databaseUrl: proxy.url,
    onSpawn: (end) => {
      interrupt = end;
    },
  }).catch((error: unknown) => String(error));
  await Bun.sleep(3_000);
  interrupt();
  expect(await starting).toContain("Atelier did not start (exit 0)");
}, 60_000);

import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase, withUser } from "../test/support/database.ts";
import { eventually } from "../test/support/eventually.ts";
import { readConfig } from "./config.ts";
import { newSecretKey } from "./platform/crypto/secret-keys.ts";
import { APP_ROLE } from "./platform/db/app-role.ts";
import { createLogger } from "./platform/observability/logger.ts";
import { type RunningServer, serve } from "./serve.ts";

const folder = mkdtempSync(join(tmpdir(), "atelier-serve-"));
const keys = newSecretKey("test");
let database: TestDatabase;
const running: RunningServer[] = [];
let logged: string[] = [];
const logger = createLogger("warn", { write: (line) => void logged.push(line) });
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop(0);
  logged = [];
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const configOf = (env: Record<string, string>) =>
  readConfig({
    ATELIER_DATA_DIR: folder,
    DATABASE_URL: withUser(database.url, APP_ROLE),
    ATELIER_SECRET_KEYS: keys,
    ATELIER_HOST: "127.0.0.1",
    PORT: "0",
    ATELIER_METRICS_HOST: "127.0.0.1",
    ATELIER_METRICS_PORT: "0",
    ATELIER_DRAIN_SECONDS: "0",
    ...env,
  });

async function started(env: Record<string, string> = {}): Promise<RunningServer> {
  const server = await serve(configOf(env), { logger });
  running.push(server);
  return server;
}
const status = (server: RunningServer, path: string) =>
  fetch(`${server.url}${path}`).then(
    ({ status }) => status,
    () => null,
  );

test("an API process is ready, offers the set-up, tells its metrics, and takes its end step by step", async () => {
  const server = await started({ ATELIER_ROLE: "api" });
  expect(
    await Promise.all(["/livez", "/startupz", "/readyz"].map((path) => status(server, path))),
  ).toEqual([200, 200, 200]);
  expect(await status(server, "/api/v1/setup")).toBe(200);
  expect(await status(server, "/")).toBe(404);
  const token = new URL(server.setupUrl ?? "").searchParams.get("token");
  expect(server.setupUrl).toBe(`${server.url}/setup?token=${token}`);
  const metrics = await fetch(server.metricsUrl);
  expect(metrics.headers.get("content-type")).toContain("text/plain");
  expect(await metrics.text()).toContain("atelier_db_query_duration_seconds_count");
  await server.stop(0);
  expect(server.deps.lifecycle.draining).toBe(true);
  expect(server.deps.lifecycle.leaveSignal.aborted).toBe(true);
  expect([await status(server, "/livez"), await status(server, "/api/v1/setup")]).toEqual([
    null,
    null,
  ]);
  expect(fetch(server.metricsUrl)).rejects.toThrow();
  expect(logged).toEqual([]);
});

test("a web process serves pages and no API, and offers no set-up", async () => {
  const server = await started({ ATELIER_ROLE: "web" });
  expect(await status(server, "/api/v1/setup")).toBe(404);
  expect(server.setupUrl).toBeNull();
  expect(await status(server, "/readyz")).toBe(200);
});

test("a worker processes jobs and answers only probes", async () => {
  const server = await started({ ATELIER_ROLE: "worker" });
  expect([await status(server, "/api/v1/setup"), await status(server, "/readyz")]).toEqual([
    404, 200,
  ]);
  const { sql } = server.deps.database;
  const rows = await sql`select name from pgboss.schedule where name = 'purge'`;
  expect(rows).toHaveLength(1);
});

test("the public address is told where there is one", async () => {
  const server = await started({
    ATELIER_ROLE: "api",
    ATELIER_PUBLIC_URL: "https://atelier.example",
  });
  expect(server.url).toBe("https://atelier.example");
  expect(server.setupUrl).toStartWith("https://atelier.example/setup?token=");
});

test("while it drains, a process is not ready but goes on answering", async () => {
  const server = await started({ ATELIER_ROLE: "api", ATELIER_DRAIN_SECONDS: "60" });
  // Never ends by itself: the test's clean-up stops it at once.
  void server.stop(1);
  await eventually("the drain", async () => (await status(server, "/readyz")) === 503);
  expect(await status(server, "/api/v1/setup")).toBe(200);
  expect(server.deps.lifecycle.leaveSignal.aborted).toBe(false);
});

test("a process waits for a database that is not there, longer each time, until it is told to end", async () => {
  const ended = new AbortController();
  const away = configOf({
    ATELIER_ROLE: "api",
    DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  });
  const failed = serve(away, { logger }, ended.signal).catch((error) => error);
  await eventually("the third try", () => logged.length >= 3);
  ended.abort();
  expect(await failed).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  const pauses = logged
    .map((line) => JSON.parse(line))
    .map(({ message, pauseMs }) => [message, pauseMs]);
  expect(pauses.slice(0, 3)).toEqual(
    [250, 500, 1000].map((pauseMs) => ["database not available; starting over", pauseMs]),
  );
});

test("another failure ends the start at once, and frees what it has taken", async () => {
  const first = await started({ ATELIER_ROLE: "api" });
  const { port } = new URL(first.url);
  const { sql } = first.deps.database;
  const connections = async () => {
    const rows = await sql`select 1 from pg_stat_activity where datname = current_database()
      and application_name = 'atelier queue'`;
    return rows.length;
  };
  const before = await connections();
  const taken = serve(configOf({ ATELIER_ROLE: "api", PORT: port }), { logger });
  await expect(taken).rejects.toThrow();
  expect(logged).toEqual([]);
  await eventually("the end of its connections", async () => (await connections()) === before);
});

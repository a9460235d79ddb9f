import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Counter } from "prom-client";
import { createTestApp, type TestApp } from "../test/support/app.ts";
import { eventually } from "../test/support/eventually.ts";
import { buildDeps, finishAnswers, startBackground, stopBackground } from "./compose.ts";
import { createLogger } from "./platform/observability/logger.ts";

let app: TestApp;
let logged: Record<string, unknown>[] = [];
const logger = createLogger("warn", { write: (line) => void logged.push(JSON.parse(line)) });
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_DATABASE_SLOW_MS: "1000" }, deps: { logger } });
});
beforeEach(() => {
  logged = [];
});
afterAll(() => app.close());

const total = async (counter: Counter) =>
  (await counter.get()).values.reduce((sum, { value }) => sum + value, 0);

test("a slow query is counted and logged by its beginning, a fast one is not", async () => {
  const { db } = app.deps.database;
  const { slowQueries } = app.deps.metrics;
  const before = await total(slowQueries);
  await db.execute("select 1");
  expect([await total(slowQueries), logged.length]).toEqual([before, 0]);
  await db.execute(`select pg_sleep(1.01) /* ${"x".repeat(3_000)} */`);
  expect(await total(slowQueries)).toBe(before + 1);
  expect(logged).toMatchObject([{ level: "warn", message: "slow query" }]);
  expect(String(logged[0]?.query)).toHaveLength(2_000);
  expect(String(logged[0]?.query)).toStartWith("select pg_sleep");
  expect(Number.isInteger(logged[0]?.durationMs)).toBe(true);
  expect(logged[0]?.durationMs).toBeGreaterThanOrEqual(1_000);
});

test("queries are timed in seconds, and those that fail are counted", async () => {
  const { db } = app.deps.database;
  const { queryDuration, queryFailures, diskFull } = app.deps.metrics;
  const timed = async () => {
    const { values } = await queryDuration.get();
    const of = (name: string) =>
      values.find(({ metricName }) => metricName?.endsWith(name))?.value ?? 0;
    return { count: of("_count"), sum: of("_sum") };
  };
  const before = await timed();
  await db.execute("select pg_sleep(0.05)");
  const after = await timed();
  expect(after.count).toBeGreaterThan(before.count);
  expect(after.sum - before.sum).toBeWithin(0.05, 30);
  const [failures, full] = [await total(queryFailures), await total(diskFull)];
  const run = async (statement: string) => void (await db.execute(statement));
  await expect(run("select * from nowhere")).rejects.toThrow();
  expect([await total(queryFailures), await total(diskFull)]).toEqual([failures + 1, full]);
  await expect(run("do $$ begin raise 'full' using errcode = '53100'; end $$")).rejects.toThrow();
  expect([await total(queryFailures), await total(diskFull)]).toEqual([failures + 2, full + 1]);
});

test("jobs are counted by queue and outcome", async () => {
  const { jobs, database, metrics } = app.deps;
  await jobs.work("counted", {}, async () => {});
  await jobs.enqueue(database.db, "counted", {});
  await eventually("the job's end", async () => (await total(metrics.jobs)) === 1);
  const { values } = await metrics.jobs.get();
  expect(values.map(({ labels }) => labels)).toEqual([{ queue: "counted", outcome: "done" }]);
});

test("only a process that answers API requests has background work to start and end", async () => {
  const touched: string[] = [];
  const services = new Proxy(app.deps.services, {
    get: (target, name) => {
      touched.push(String(name));
      return Reflect.get(target, name);
    },
  });
  for (const role of ["web", "worker"] as const) {
    const deps = { ...app.deps, services, config: { ...app.deps.config, role } };
    startBackground(deps);
    await finishAnswers(deps, 1_000);
    await stopBackground(deps);
  }
  expect(touched).toEqual([]);
});

test("what was opened is closed in reverse order, also when the rest cannot be opened", async () => {
  const { config } = app.deps;
  const closed: string[] = [];
  const closing = (name: string) => async () => void closed.push(name);
  const { bus, jobs, errors, events } = app.deps;
  const parts = {
    clock: app.deps.clock,
    bus: { ...bus, close: closing("bus") },
    jobs: { ...jobs, stop: closing("jobs") },
    errors: { ...errors, close: closing("errors") },
    events: { ...events, close: closing("events") },
  };
  const built = await buildDeps(config, config.databaseUrl ?? "", parts);
  expect(await built.close()).toEqual([]);
  expect(closed).toEqual(["events", "errors", "jobs", "bus"]);
  closed.length = 0;
  const broken = { ...config, secretKeys: [] };
  await expect(buildDeps(broken, config.databaseUrl ?? "", parts)).rejects.toThrow("empty");
  expect(closed).toEqual(["events", "errors", "jobs", "bus"]);
});

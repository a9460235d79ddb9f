import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../test/support/app.ts";
import { TestClock } from "../test/support/clock.ts";
import type { Deps } from "./platform/deps.ts";
import type { Jobs } from "./platform/jobs/jobs.ts";
import { createLogger } from "./platform/observability/logger.ts";
import { purge, startWork } from "./work.ts";

/** A clock that says for how long the database has answered. */
class SteadyClock extends TestClock {
  steady = Number.POSITIVE_INFINITY;
  override steadyMs(): number {
    return this.steady;
  }
}

const clock = new SteadyClock();
let app: TestApp;
let logged: string[] = [];
beforeAll(async () => {
  const logger = createLogger("info", { write: (line) => void logged.push(line) });
  app = await createTestApp({ deps: { clock, logger } });
  await app.person("Ada");
});
afterAll(() => app.close());

/** Starts the work of a process on a queue that only remembers. */
async function started(overrides: Partial<Deps> = {}) {
  const crons = new Map<string, string>();
  const handlers = new Map<string, () => Promise<void>>();
  const jobs: Jobs = {
    ...app.deps.jobs,
    work: async (queue, _options, handler) => {
      handlers.set(queue, () => handler({}, new AbortController().signal));
    },
    schedule: async (queue, cron) => void crons.set(queue, cron),
  };
  await startWork({ ...app.deps, jobs, ...overrides });
  const run = async (queue: string) => {
    logged = [];
    await handlers.get(queue)?.();
    return logged.join("");
  };
  return { crons, handlers, run };
}

test("each job has its time, and each time its job", async () => {
  const { crons, handlers } = await started();
  expect(Object.fromEntries(crons)).toEqual({
    purge: "17 3 * * *",
    "knowledge-recover": "* * * * *",
    "knowledge-reindex": "* * * * *",
    "settle-expired-holds": "* * * * *",
    "purge-sign-in-attempts": "29 * * * *",
    "report-audit-head": "0 * * * *",
    "reseal-provider-keys": "47 3 * * *",
  });
  const queued = ["knowledge-read", "knowledge-read-slow", "knowledge-index"];
  expect([...handlers.keys()].toSorted()).toEqual([...crons.keys(), ...queued].toSorted());
});

test("expired holds are settled once living processes have had the time to renew theirs", async () => {
  const { run } = await started();
  const { sql } = app.deps.database;
  const holds = async () => (await sql`select 1 from holds`).length;
  const id = () => Bun.randomUUIDv7();
  await sql`insert into holds (id, project_id, thread_id, message_id, user_id, provider, model,
      budget_ids, amount_micro_usd, input_tokens, price_tiers, price_version, sent_at, expires_at)
    values (${id()}, ${id()}, ${id()}, ${id()}, ${id()}, 'p', 'm', '{}', 0, 0,
      ${JSON.stringify([{ aboveInputTokens: 0, prices: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 } }])}::jsonb,
      'test', null, now() - interval '2 minutes')`;
  clock.steady = 9_999;
  expect(await run("settle-expired-holds")).toBe("");
  expect(await holds()).toBe(1);
  clock.steady = 10_000;
  expect(await run("settle-expired-holds")).toContain("settled expired holds");
  expect(await holds()).toBe(0);
  expect(await run("settle-expired-holds")).toBe("");
});

test("the head of the audit chain is logged, and expired windows of sign-ins are purged", async () => {
  const { run } = await started();
  expect(await run("report-audit-head")).toContain("head of the audit chain");
  const { sql } = app.deps.database;
  await sql`insert into sign_in_attempts (account_hash, allowance, count, ends_at)
    values ('a', 'stranger', 1, now() - interval '1 second')`;
  await run("purge-sign-in-attempts");
  expect(await sql`select 1 from sign_in_attempts`).toHaveLength(0);
});

test("the daily purge removes sessions that have ended, and reseals nothing", async () => {
  const { run } = await started();
  const { sql } = app.deps.database;
  const sessions = async () => (await sql`select 1 from sessions`).length;
  await sql`update sessions set expires_at = now()`;
  await run("reseal-provider-keys");
  expect(await sessions()).toBe(1);
  await run("purge");
  expect(await sessions()).toBe(0);
});

test("a part of the purge that fails is logged and does not keep the rest from running", async () => {
  logged = [];
  const blobs = {
    ...app.deps.blobs,
    // biome-ignore lint/correctness/useYield: it fails before its first key.
    async *list() {
      throw new Error("The bucket is away");
    },
  };
  await app.deps.database.sql`insert into idempotency_keys (actor_id, key, request_hash, created_at)
    values (${Bun.randomUUIDv7()}, 'k', 'h', now() - interval '30 days')`;
  await purge({ ...app.deps, blobs });
  expect(logged.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: "error", message: "purge failed", what: "bytes without a file version" },
  ]);
  expect(await app.deps.database.sql`select 1 from idempotency_keys`).toHaveLength(0);
});

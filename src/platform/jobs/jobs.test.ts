import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { createTestDatabase, withDatabase, withUser } from "../../../test/support/database.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { APP_ROLE } from "../db/app-role.ts";
import { openDatabase } from "../db/client.ts";
import { createLogger } from "../observability/logger.ts";
import { type Jobs, startJobs } from "./jobs.ts";

const logger = createLogger("silent");
const database = await createTestDatabase();
const { db, sql, close } = openDatabase({ url: database.url, poolMax: 2 });
const open: Jobs[] = [];
const start = async (runs = true) => {
  const jobs = await startJobs(database.url, logger, runs);
  open.push(jobs);
  return jobs;
};
afterEach(async () => {
  for (const jobs of open.splice(0)) await jobs.stop();
});
afterAll(async () => {
  await close();
  await database.drop();
});

let made = 0;
const newQueue = () => `queue-${made++}`;
const count = async (queue: string) =>
  (await sql`select 1 from pgboss.job where name = ${queue} and state < 'completed'`).length;

test("processes that start at the same moment on a new database all get the queue", async () => {
  const all = await Promise.all([true, false, false].map((runs) => start(runs)));
  expect(all.length).toBe(3);
});

test("a process that cannot reach its database does not start", async () => {
  const gone = new URL(database.url);
  gone.pathname = "/there-is-no-such-database";
  await expect(startJobs(gone.href, logger, true)).rejects.toThrow();
});

test("a process whose role may not create the queue says what to do before it starts", async () => {
  const name = `t_queue_${Bun.randomUUIDv7().replaceAll("-", "")}`;
  await sql.unsafe(`create database ${name}`);
  try {
    const url = withUser(withDatabase(database.url, name), APP_ROLE);
    await expect(startJobs(url, logger, true)).rejects.toThrow("Run `atelier migrate`");
  } finally {
    await sql.unsafe(`drop database ${name} with (force)`);
  }
}, 30_000);

describe("a job", () => {
  test("reaches its handler with its data, soon after it was stored", async () => {
    const jobs = await start();
    const queue = newQueue();
    const got: unknown[] = [];
    await jobs.work(queue, {}, async (data) => void got.push(data));
    const data = { id: 1, at: "2026-01-01", deep: { list: [1, null, "x"] } };
    await jobs.enqueue(db, queue, data);
    await eventually("the job", () => got.length > 0);
    expect(got).toEqual([data]);
    await eventually("the end of the job", async () => (await count(queue)) === 0);
  });

  test("enqueued in a transaction exists when it commits, and only then", async () => {
    const jobs = await start();
    const queue = newQueue();
    const refused = db.transaction(async (tx) => {
      await jobs.enqueue(tx, queue, {});
      throw new Error("rolled back");
    });
    await expect(refused).rejects.toThrow("rolled back");
    expect(await count(queue)).toBe(0);
    await db.transaction((tx) => jobs.enqueue(tx, queue, {}));
    expect(await count(queue)).toBe(1);
  });

  test("of a dead worker holds its key until it is abandoned; a waiting one is left alone", async () => {
    const jobs = await start();
    const queue = newQueue();
    expect(await jobs.enqueue(db, queue, {}, { key: "one" })).toBe(true);
    await jobs.abandon(queue, "one");
    expect(await jobs.enqueue(db, queue, {}, { key: "one" })).toBe(false);
    await sql`update pgboss.job set state = 'active', started_on = now() where name = ${queue}`;
    expect(await jobs.enqueue(db, queue, {}, { key: "one" })).toBe(false);
    await jobs.abandon(queue, "one");
    expect(await jobs.enqueue(db, queue, {}, { key: "one" })).toBe(true);
  });

  test("with a key is stored once until it has ended; without one, each time", async () => {
    const jobs = await start();
    const queue = newQueue();
    for (let n = 0; n < 2; n++) {
      await jobs.enqueue(db, queue, { n }, { key: "one" });
      await jobs.enqueue(db, queue, { n });
    }
    expect(await count(queue)).toBe(3);
    const got: unknown[] = [];
    await jobs.work(queue, {}, async (data) => void got.push(data));
    await eventually("the jobs", () => got.length === 3);
    await eventually("their end", async () => (await count(queue)) === 0);
    await jobs.enqueue(db, queue, { n: 9 }, { key: "one" });
    await eventually("the job with the key", () => got.length === 4);
    expect(got).toContainEqual({ n: 9 });
  });

  test("with a start time waits for it", async () => {
    const jobs = await start();
    const queue = newQueue();
    await jobs.enqueue(db, queue, {}, { startAfterSeconds: 600 });
    await jobs.enqueue(db, queue, {});
    const rows = await sql`
      select extract(epoch from start_after - created_on)::int wait from pgboss.job
      where name = ${queue} order by start_after desc`;
    expect(rows.map(({ wait }) => wait)).toEqual([600, 0]);
  });

  test("of a higher priority is taken first; without one it has the lowest", async () => {
    const jobs = await start();
    const queue = newQueue();
    await jobs.enqueue(db, queue, { n: 0 });
    for (const priority of [1, 3, 2]) await jobs.enqueue(db, queue, { n: priority }, { priority });
    const got: unknown[] = [];
    await jobs.work(queue, {}, async (data) => void got.push(data));
    await eventually("the jobs", () => got.length === 4);
    expect(got).toEqual([3, 2, 1, 0].map((n) => ({ n })));
  });

  test("whose worker is silent is given up after five minutes, as its queue says", async () => {
    const jobs = await start();
    const queue = newQueue();
    await jobs.enqueue(db, queue, {});
    const [row] = await sql`select policy, retry_limit, retry_backoff, expire_seconds, notify
      from pgboss.queue where name = ${queue}`;
    expect(row).toEqual({
      policy: "exclusive",
      retry_limit: 5,
      retry_backoff: true,
      expire_seconds: 300,
      notify: true,
    });
  });

  test("is counted at the end of each try, by how it ended", async () => {
    const ends: string[][] = [];
    const jobs = await startJobs(database.url, logger, true, [], (...end) => void ends.push(end));
    open.push(jobs);
    const queue = newQueue();
    await jobs.work(queue, {}, async (data) => {
      if (JSON.stringify(data) === '{"n":1}') throw new Error("not this one");
    });
    for (const n of [0, 1]) await jobs.enqueue(db, queue, { n });
    await eventually("the ends", () => ends.length === 2);
    expect(ends.toSorted()).toEqual([
      [queue, "done"],
      [queue, "failed"],
    ]);
  });

  test("that fails is retried", async () => {
    const jobs = await start();
    const queue = newQueue();
    let tries = 0;
    await jobs.work(queue, {}, async () => {
      if (tries++ === 0) throw new Error("the first time");
    });
    await jobs.enqueue(db, queue, {});
    await eventually("the failure", async () => {
      const rows = await sql`select 1 from pgboss.job where name = ${queue} and state = 'retry'`;
      return rows.length === 1;
    });
    const [row] =
      await sql`select retry_limit, retry_backoff from pgboss.job where name = ${queue}`;
    expect(row).toEqual({ retry_limit: 5, retry_backoff: true });
    await sql`update pgboss.job set start_after = now() where name = ${queue}`;
    // The queue is polled rarely; a new job wakes the worker at once, which takes the older one first.
    await jobs.enqueue(db, queue, {});
    await eventually("the second try, and the new job", () => tries === 3);
  });

  test("starts immediately after the one before", async () => {
    const jobs = await start();
    const queue = newQueue();
    for (let n = 0; n < 20; n++) await jobs.enqueue(db, queue, { n });
    let done = 0;
    await jobs.work(queue, {}, async () => void done++);
    // By polling alone, one in five seconds, this would take a hundred.
    await eventually("twenty jobs", () => done === 20, 50_000);
  }, 60_000);
});

describe("a process", () => {
  test("runs up to the configured number of jobs of a queue at once", async () => {
    const jobs = await start();
    const queue = newQueue();
    const gate = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    let done = 0;
    await jobs.work(queue, { concurrency: 2 }, async () => {
      most = Math.max(most, ++running);
      await gate.promise;
      running--;
      done++;
    });
    for (let n = 0; n < 3; n++) await jobs.enqueue(db, queue, {});
    await eventually("two at once", () => running === 2);
    gate.resolve();
    await eventually("all three", () => done === 3);
    expect(most).toBe(2);
  });

  test("runs one job of a queue at a time unless told otherwise", async () => {
    const jobs = await start();
    const queue = newQueue();
    const gate = Promise.withResolvers<void>();
    const began: unknown[] = [];
    await jobs.work(queue, {}, async (data) => {
      began.push(data);
      await gate.promise;
    });
    for (let n = 0; n < 2; n++) await jobs.enqueue(db, queue, { n });
    await eventually("the first", () => began.length === 1);
    const [active] = await sql`select count(*)::int as count from pgboss.job
      where name = ${queue} and state = 'active'`;
    expect(active?.count).toBe(1);
    gate.resolve();
    await eventually("the second", () => began.length === 2);
  });

  test("has the queues that its transactions enqueue to before it starts", async () => {
    const queue = newQueue();
    open.push(await startJobs(database.url, logger, false, [queue]));
    expect(await sql`select 1 from pgboss.queue where name = ${queue}`).toHaveLength(1);
  });

  test("does not start without the queues that it needs", async () => {
    await expect(startJobs(database.url, logger, false, ["no queue!"])).rejects.toThrow();
  });

  test("asks for a queue again that could not be made", async () => {
    const jobs = await start();
    const queue = newQueue();
    await sql`alter table pgboss.queue rename to unavailable`;
    try {
      await expect(jobs.enqueue(db, queue, {})).rejects.toThrow();
    } finally {
      await sql`alter table pgboss.unavailable rename to queue`;
    }
    expect(await jobs.enqueue(db, queue, {})).toBe(true);
  });

  test("that stops tells its jobs and lets them finish", async () => {
    const jobs = await startJobs(database.url, logger, true);
    const queue = newQueue();
    const events: string[] = [];
    await jobs.work(queue, {}, async (_, signal) => {
      events.push(signal.aborted ? "too late" : "began");
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      events.push("ended");
    });
    await jobs.enqueue(db, queue, {});
    await eventually("the beginning", () => events.length > 0);
    await jobs.stop();
    expect(events).toEqual(["began", "ended"]);
  });

  test("schedules a queue's job in UTC, once for all processes", async () => {
    const jobs = await start();
    const queue = newQueue();
    await jobs.schedule(queue, "17 3 * * *");
    await (await start()).schedule(queue, "17 3 * * *");
    const rows = await sql`select cron, timezone from pgboss.schedule where name = ${queue}`;
    expect(rows.map((row) => ({ ...row }))).toEqual([{ cron: "17 3 * * *", timezone: "UTC" }]);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import postgres from "postgres";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { type DatabaseProxy, proxyTo } from "../../../test/support/database-proxy.ts";
import { openDatabase } from "./client.ts";

/** Tests of patches/: what the patch adds to the driver, on the driver itself. */
let database: TestDatabase;
let proxy: DatabaseProxy;
let witness: postgres.Sql;
let pools: postgres.Sql[];

beforeAll(async () => {
  database = await createTestDatabase();
  witness = openDatabase({ url: database.url, poolMax: 1 }).sql;
  await witness`create table seen (note text unique)`;
});
beforeEach(async () => {
  proxy = await proxyTo(database.url);
  pools = [];
  await witness`delete from seen`;
});
afterEach(async () => {
  for (const pool of pools) await pool.end({ timeout: 1 });
  await proxy.close();
});
afterAll(async () => {
  await witness.end({ timeout: 1 });
  await database.drop();
});

interface Options extends postgres.Options<Record<string, never>> {
  max_pipeline?: number;
}

function open(options: Options = {}): postgres.Sql {
  const pool = postgres(proxy.url, { onnotice: () => {}, backoff: () => 0.01, ...options });
  pools.push(pool);
  return pool;
}
const notes = async () => (await witness`select note from seen order by note`).map((r) => r.note);
const codeOf = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).then(
    () => "no error",
    (error: unknown) => (error instanceof Error ? Reflect.get(error, "code") : error),
  );
const endBackend = (pid: unknown) => witness`select pg_terminate_backend(${Number(pid)}, 5000)`;
const pidOf = async (sql: postgres.ISql) => (await sql`select pg_backend_pid() as pid`)[0]?.pid;

for (const max of [2, 8]) {
  test(`a transaction that lost its connection while awaiting something else changes nothing more (pool of ${max})`, async () => {
    const sql = open({ max });
    const lost = Promise.withResolvers<void>();
    const resume = Promise.withResolvers<void>();
    const late: Promise<unknown>[] = [];
    const victim = sql.begin(async (tx) => {
      await tx`insert into seen values ('victim 1')`;
      await endBackend(await pidOf(tx));
      lost.resolve();
      await resume.promise;
      for (const note of ["victim 2", "victim 3"])
        late.push(codeOf(tx`insert into seen values (${note})`));
      await Promise.all(late);
      return "done";
    });
    const failed = codeOf(victim);
    await lost.promise;
    // Every connection of the pool is in another transaction, including the one that replaced the lost
    // connection.
    const inside = Array.from({ length: max }, () => Promise.withResolvers<void>());
    const end = Promise.withResolvers<void>();
    const others = inside.map(({ resolve }, n) =>
      codeOf(
        sql.begin(async (tx) => {
          await tx`insert into seen values (${`other ${n}`})`;
          resolve();
          await end.promise;
          throw Object.assign(new Error(), { code: "changed its mind" });
        }),
      ),
    );
    await Promise.all(inside.map(({ promise }) => promise));
    resume.resolve();
    expect(await failed).toBe("57P01");
    end.resolve();
    expect(await Promise.all(others)).toEqual(Array(max).fill("changed its mind"));
    expect(await Promise.all(late)).toEqual(["57P01", "57P01"]);
    expect(await notes()).toEqual([]);
  });
}

test("a transaction that ends late neither commits nor rolls back the next one on its connection", async () => {
  for (const how of ["returns", "throws"]) {
    const sql = open({ max: 1 });
    const lost = Promise.withResolvers<void>();
    const resume = Promise.withResolvers<void>();
    const victim = codeOf(
      sql.begin(async (tx) => {
        await endBackend(await pidOf(tx));
        lost.resolve();
        await resume.promise;
        if (how === "throws") throw new Error("late");
      }),
    );
    await lost.promise;
    const kept = sql.begin(async (tx) => {
      await tx`insert into seen values (${how})`;
      resume.resolve();
      await Bun.sleep(20);
      const [row] = await tx`select count(*)::int as n from seen where note = ${how}`;
      return row?.n;
    });
    expect(await kept).toBe(1);
    expect(await victim).toBe("57P01");
  }
  expect(await notes()).toEqual(["returns", "throws"]);
});

test("statements queued inside a transaction fail with its connection", async () => {
  const sql = open({ max: 1, max_pipeline: 1 });
  const waiting: Promise<unknown>[] = [];
  const failed = await codeOf(
    sql.begin(async (tx) => {
      await tx`select 1`;
      for (let n = 0; n < 4; n++) waiting.push(codeOf(tx`select pg_sleep(30), ${n}::int`));
      await Bun.sleep(50);
      proxy.cut();
      await new Promise(() => {});
    }),
  );
  expect(failed).not.toBe("no error");
  expect(await Promise.all(waiting)).not.toContain("no error");
});

test("BEGIN gets a connection of its own even when a pipeline is full", async () => {
  const sql = open({ max: 1, max_pipeline: 2 });
  await sql`select 1`;
  const first = [sql`select pg_sleep(0.05)`, sql`select 2`];
  const transaction = sql.begin(async (tx) => {
    await tx`insert into seen values ('inside')`;
    await Bun.sleep(20);
    throw new Error("never mind");
  });
  const outside = Promise.all(
    Array.from({ length: 5 }, (_, n) => sql`insert into seen values (${`outside ${n}`})`),
  );
  expect(await codeOf(transaction)).toBeUndefined();
  await Promise.all([...first, outside]);
  expect(await notes()).toHaveLength(5);
});

test("a statement that cannot be sent fails alone: no answer reaches another statement", async () => {
  const sql = open({ max: 1 });
  await sql`select 1`;
  const answers = await Promise.allSettled([
    sql`select 'first' as it, pg_sleep(0.05)`,
    // @ts-expect-error what a caller's mistake would send
    sql`select ${undefined} as it`,
    sql`select 'second' as it`,
    sql`select 'third' as it`,
  ]);
  expect(
    answers.map((answer) => (answer.status === "fulfilled" ? answer.value[0]?.it : "refused")),
  ).toEqual(["first", "refused", "second", "third"]);
  expect((await sql`select 'next' as it`)[0]?.it).toBe("next");
});

test("a COMMIT that the server answers with a rollback is an error", async () => {
  const sql = open({ max: 1 });
  await sql`insert into seen values ('there')`;
  const refused = sql.begin(async (tx) => {
    await tx`insert into seen values ('with it')`;
    // Not awaited, so it fails after COMMIT was sent.
    void tx`insert into seen values ('there')`.catch(() => {});
  });
  expect(await codeOf(refused)).toBe("23505");
  expect(await notes()).toEqual(["there"]);
});

test("several statements in one query that fail after their BEGIN leave no transaction open", async () => {
  const sql = open({ max: 1 });
  const failed = codeOf(sql.unsafe("begin; insert into seen values ('half'); select 1/0; commit"));
  expect(await failed).toBe("22012");
  await sql`insert into seen values ('whole')`;
  expect(await notes()).toEqual(["whole"]);
});

test("a silent connection fails its statements in time, and the idle ones are replaced with it", async () => {
  const sql = open({ max: 4, response_timeout: 0.3 });
  await Promise.all([1, 2, 3, 4].map(() => sql`select pg_sleep(0.05)`));
  const opened = proxy.accepted;
  proxy.silence();
  const silent = await Promise.all([
    codeOf(sql`select 1`),
    codeOf(sql.begin((tx) => tx`select 2`)),
  ]);
  expect(silent).toEqual(["RESPONSE_TIMEOUT", "RESPONSE_TIMEOUT"]);
  await Promise.all([1, 2, 3, 4].map((n) => sql`select ${n}::int, pg_sleep(0.05)`));
  expect(proxy.accepted).toBe(opened + 4);
});

test("a slow statement does not count as silence while others in its pipeline are answered", async () => {
  const sql = open({ max: 1, response_timeout: 0.3 });
  const all = Array.from({ length: 6 }, () => sql`select pg_sleep(0.1)`);
  expect(await Promise.all(all.map(codeOf))).toEqual(Array(6).fill("no error"));
});

test("a statement that waits too long for a connection is refused", async () => {
  const sql = open({ max: 1, queue_timeout: 0.1 });
  const end = Promise.withResolvers<void>();
  const transaction = sql.begin(async (tx) => {
    await tx`select 1`;
    await end.promise;
  });
  await Bun.sleep(20);
  expect(await codeOf(sql`select 1`)).toBe("QUEUE_TIMEOUT");
  end.resolve();
  expect(await codeOf(transaction)).toBe("no error");
  expect(await codeOf(sql`select 1`)).toBe("no error");
});

test("a server that closes every connection at once fails the statement it was opened for", async () => {
  proxy.onSend = () => "cut";
  const sql = open({ max: 2 });
  expect(await codeOf(sql`select 1`)).not.toBe("no error");
  proxy.onSend = undefined;
  expect(await codeOf(sql`select 1`)).toBe("no error");
});

test("a connection lost while the driver reads the server's types fails only the statement it was opened for", async () => {
  let pieces = 0;
  proxy.onSend = (bytes) =>
    bytes.includes("pg_catalog.pg_type") && pieces++ === 0 ? "cut" : "pass";
  const sql = open({ max: 1 });
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", note);
  try {
    expect(await codeOf(sql`select 1`)).not.toBe("no error");
    expect(await codeOf(sql`select array['a', 'b'] as list`)).toBe("no error");
    expect((await sql`select array['a', 'b'] as list`)[0]?.list).toEqual(["a", "b"]);
    await Bun.sleep(0);
  } finally {
    process.off("unhandledRejection", note);
  }
  expect(pieces).toBeGreaterThan(0);
  expect(unhandled).toEqual([]);
});

test("a silent listening connection is replaced", async () => {
  const sql = open({ max: 1, response_timeout: 0.2, listen_heartbeat: 0.1 });
  const heard: string[] = [];
  let listening = 0;
  await sql.listen(
    "news",
    (text) => heard.push(text),
    () => listening++,
  );
  proxy.silence();
  while (listening < 2) await Bun.sleep(10);
  await witness.notify("news", "after the silence");
  while (heard.length === 0) await Bun.sleep(10);
  expect(heard).toEqual(["after the silence"]);
});

test("a pool closes although its connections are silent", async () => {
  const sql = open({ max: 3 });
  await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.02)`));
  proxy.silence();
  const running = codeOf(sql`select 1`);
  await Bun.sleep(5);
  await sql.end({ timeout: 0.1 });
  expect(await running).toBe("CONNECTION_DESTROYED");
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type postgres from "postgres";
import { repositoryRoot } from "../../scripts/ops/environments.ts";
import { connected, findPostgres, type PostgresServer, startPostgres } from "./postgres-server.ts";
import { type Storage, startStorage } from "./storage.ts";

const bin = await findPostgres();

describe("backup and restore on a real PostgreSQL and an S3 endpoint with TLS", () => {
  let server: PostgresServer;
  let storage: Storage;
  let work: string;

  const start = (
    script: "backup-database" | "restore-database",
    args: string[],
    env: Record<string, string> = {},
  ) =>
    Bun.spawn([join(repositoryRoot(), "scripts", script), "--work-dir", work, ...args], {
      env: {
        ...process.env,
        ...storage.env,
        PATH: `${server.bin}:${process.env.PATH}`,
        DATABASE_URL: server.url("source"),
        ...env,
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
  const finish = async (child: ReturnType<typeof start>) => {
    const [out, err, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, out, err };
  };
  const backup = (env?: Record<string, string>, ...args: string[]) =>
    finish(start("backup-database", args, env));
  const restore = (args: string[], env: Record<string, string> = {}) =>
    finish(start("restore-database", args, { DATABASE_URL: server.url("target"), ...env }));
  const admin = (work: (sql: postgres.Sql) => Promise<unknown>, database = "source") =>
    connected(server.url(database), work);
  const dropTarget = () =>
    admin((sql) => sql`drop database if exists target with (force)`, "postgres");

  beforeAll(async () => {
    server = await startPostgres(bin);
    storage = await startStorage();
    await admin((sql) => sql`create database source`, "postgres");
    await admin((sql) =>
      sql.unsafe(`
      create schema queue;
      create table project (id uuid primary key default gen_random_uuid(), name text not null, settings jsonb, made timestamptz default now(), price bigint generated always as (length(name) * 1000) stored);
      create table file (id bigserial primary key, project uuid references project, bytes bytea, words tsvector);
      create table queue.job (id int, at date, state text) partition by range (at);
      create table queue.job_2026 partition of queue.job for values from ('2026-01-01') to ('2027-01-01');
      create table "Odd ""name" (v double precision, n numeric, i interval);
      insert into project (name, settings) select 'Projekt ' || n || ' – ü', jsonb_build_object('n', n, 'deep', jsonb_build_array(n, null, 'x')) from generate_series(1, 2000) n;
      insert into file (project, bytes, words) select id, decode(md5(id::text), 'hex'), to_tsvector('simple', name) from project;
      insert into queue.job select n, date '2026-01-01' + n % 300, 'done' from generate_series(1, 500) n;
      insert into "Odd ""name" values (0.1 + 0.2, 'NaN', '1 day 2 hours'), ('Infinity', 12345678901234567890.123, null);
    `),
    );
  }, 120_000);
  afterAll(async () => {
    await storage?.stop();
    await server?.stop();
  });
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), "atelier-work-"));
    storage.misbehave(undefined);
    await storage.clear();
    await dropTarget();
  });
  afterEach(() => rm(work, { recursive: true, force: true }));

  test("what is restored equals what was backed up, table by table", async () => {
    const metrics = join(work, "backup.prom");
    const made = await backup({ BACKUP_METRICS_FILE: metrics });
    expect(made).toMatchObject({ code: 0, err: "" });
    expect(await Bun.file(metrics).text()).toMatch(
      /atelier_backup_last_success_timestamp_seconds \d{10}\n/,
    );
    expect((await storage.keys()).map((key) => key.replace(/.*\./, ""))).toEqual(["dump", "json"]);

    const restored = await restore(["--latest"]);
    expect(restored).toMatchObject({ code: 0, err: "" });
    expect(restored.out).toMatch(/^restored 4 tables from atelier\/.*, equal to the backup/);
    const contents = (database: string) =>
      admin(
        (sql) =>
          sql`select (select count(*) from project) p, (select sum(price) from project) s, (select md5(string_agg(encode(bytes, 'hex'), '' order by id)) from file) f, (select nextval('file_id_seq')) n`,
        database,
      );
    expect(await contents("target")).toEqual(await contents("source"));
    expect(await readdir(work)).toEqual(["backup.prom"]);
  }, 60_000);

  test("a drill may be repeated into the same scratch server, and a changed table fails it", async () => {
    await backup();
    expect((await restore(["--latest", "--drill"])).code).toBe(0);
    expect((await restore(["--latest", "--drill"])).code).toBe(0);
    const manifestKey = (await storage.keys()).find((key) => key.endsWith(".json")) ?? "";
    const manifest = await storage.client.file(manifestKey).json();
    manifest.tables["public.file"].checksum = "1";
    await storage.client.write(manifestKey, JSON.stringify(manifest));
    const drilled = await restore(["--latest", "--drill"]);
    expect(drilled.code).toBe(76);
    expect(drilled.err).toContain("public.file has other contents");
  }, 60_000);

  test("a restore into a database that holds something is refused", async () => {
    await backup();
    const refused = await restore(["--latest"], { DATABASE_URL: server.url("source") });
    expect(refused.code).toBe(65);
  }, 60_000);

  test("retention removes what is old and not among the last, and nothing else", async () => {
    expect((await backup()).code).toBe(0);
    const [dump = "", json = ""] = await storage.keys();
    const manifest = await storage.client.file(json).json();
    for (const day of ["2026-01-01", "2026-01-02", "2026-01-03"]) {
      const key = `atelier/${day}T00-00-00-000Z.dump`;
      await storage.client.write(key, "old");
      await storage.client.write(
        key.replace(/dump$/, "json"),
        JSON.stringify({ ...manifest, key, startedAt: `${day}T00:00:00.000Z` }),
      );
    }
    expect((await backup({ BACKUP_KEEP_LAST: "3", BACKUP_KEEP_DAYS: "1" })).code).toBe(0);
    const left = (await storage.keys()).filter((key) => key.endsWith(".dump"));
    expect(left).toHaveLength(3);
    expect(left).toContain(dump);
    expect(left).toContain("atelier/2026-01-03T00-00-00-000Z.dump");
  }, 60_000);

  describe("fails loudly and keeps every good copy when", () => {
    let good: string[];
    beforeEach(async () => {
      expect((await backup()).code).toBe(0);
      good = await storage.keys();
    }, 60_000);
    const stillGood = async () => {
      storage.misbehave(undefined);
      expect(await storage.keys()).toEqual(expect.arrayContaining(good));
      const restored = await restore(["--latest", "--drill"]);
      expect(restored).toMatchObject({ code: 0, err: "" });
      expect(restored.out).toContain(good[0] ?? "-");
    };

    test("the database is unreachable (69)", async () => {
      const failed = await backup({
        DATABASE_URL: "postgresql://postgres:hunter2@127.0.0.1:1/source",
      });
      expect(failed.code).toBe(69);
      expect(failed.err).toContain("cannot be reached");
      expect(failed.err + failed.out).not.toContain("hunter2");
      await stillGood();
    }, 60_000);

    test("the disk is full (73)", async () => {
      const small = join(work, "small");
      await Bun.$`mkdir ${small}`;
      const mounted = await Bun.$`mount -t tmpfs -o size=64k none ${small}`.nothrow().quiet();
      if (mounted.exitCode !== 0)
        return void process.stderr.write(
          "SKIPPED: the disk is full: this user may not mount a small file system\n",
        );
      try {
        const failed = await backup({}, "--work-dir", small);
        expect(failed.code).toBe(73);
        expect(failed.err).toContain("the disk is full");
        expect((await restore(["--latest", "--drill", "--work-dir", small])).code).toBe(73);
      } finally {
        await Bun.$`umount ${small}`;
      }
      await stillGood();
    }, 60_000);

    test("the bucket is unreachable (74)", async () => {
      const failed = await backup({ BACKUP_ENDPOINT: "https://localhost:1" });
      expect(failed.code).toBe(74);
      expect((await restore(["--latest"], { BACKUP_ENDPOINT: "https://localhost:1" })).code).toBe(
        74,
      );
      const distrusted = await backup({ NODE_EXTRA_CA_CERTS: "/dev/null" });
      expect(distrusted.code).toBe(74);
      await stillGood();
    }, 60_000);

    test("the store keeps only a part of what it was sent (76)", async () => {
      storage.misbehave((request, forward) =>
        request.method === "GET" && request.url.includes(".dump")
          ? forward().then(
              async (answer) => new Response((await answer.arrayBuffer()).slice(0, 5000)),
            )
          : undefined,
      );
      const failed = await backup();
      expect(failed.code).toBe(76);
      await stillGood();
    }, 60_000);

    for (const [name, damage] of Object.entries({
      "an object was truncated": (bytes: Uint8Array) => bytes.slice(0, -100),
      "one byte of an object was flipped": (bytes: Uint8Array) =>
        bytes.map((byte, index) => (index === 7000 ? byte ^ 1 : byte)),
    })) {
      test(`${name}: its restore is refused before the database is touched (76)`, async () => {
        expect((await backup()).code).toBe(0);
        const newest = (await storage.keys()).filter((key) => key.endsWith(".dump")).at(-1) ?? "";
        await storage.client.write(newest, damage(await storage.client.file(newest).bytes()));
        const failed = await restore(["--latest"]);
        expect(failed.code).toBe(76);
        expect(
          await admin((sql) => sql`select from pg_database where datname = 'target'`, "postgres"),
        ).toHaveLength(0);
        const former = await restore(["--key", good[0] ?? ""]);
        expect(former).toMatchObject({ code: 0, err: "" });
      }, 60_000);
    }

    test("it is killed midway: what it left is no backup, and the next run cleans up", async () => {
      let asked = () => {};
      const uploading = new Promise<void>((resolve) => {
        asked = resolve;
      });
      storage.misbehave((request, forward) => {
        if (request.method === "GET" || !request.url.includes(".dump")) return undefined;
        asked();
        return Bun.sleep(3000).then(forward);
      });
      // The script's own process, not a shell, which would leave it running when killed.
      const child = Bun.spawn(
        [
          process.execPath,
          join(repositoryRoot(), "scripts/ops/backup-database.ts"),
          "--work-dir",
          work,
        ],
        {
          env: {
            ...process.env,
            ...storage.env,
            PATH: `${server.bin}:${process.env.PATH}`,
            DATABASE_URL: server.url("source"),
          },
          stdout: "ignore",
          stderr: "ignore",
        },
      );
      await uploading;
      child.kill(9);
      await child.exited;
      expect(await readdir(work)).toHaveLength(1);
      await stillGood();
      expect((await backup()).code).toBe(0);
      expect(await readdir(work)).toEqual([]);
    }, 60_000);

    test("another backup of the same database is running (79)", async () => {
      await admin(async (sql) => {
        await sql`select pg_advisory_lock(hashtextextended('atelier backup', 0))`;
        expect((await backup()).code).toBe(79);
      });
      await stillGood();
    }, 60_000);
  });
});

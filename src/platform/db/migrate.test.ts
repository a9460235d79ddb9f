import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  createTestDatabase,
  type TestDatabase,
  withDatabase,
} from "../../../test/support/database.ts";
import { startJobs } from "../jobs/jobs.ts";
import { createLogger } from "../observability/logger.ts";
import { type DatabaseClient, openDatabase } from "./client.ts";
import { isMigrated, migrateDatabase } from "./migrate.ts";

let migrated: TestDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  migrated = await createTestDatabase();
  client = openDatabase({ url: migrated.url, poolMax: 2 });
});
afterAll(async () => {
  await client.close();
  await migrated.drop();
});

describe("migrations", () => {
  test("migrate an empty database, with several processes starting at once", async () => {
    const name = `t_empty_${Bun.randomUUIDv7().replaceAll("-", "")}`;
    await client.sql.unsafe(`create database ${name}`);
    const url = withDatabase(migrated.url, name);
    const empty = openDatabase({ url, poolMax: 1 });
    try {
      expect(await isMigrated(empty.sql)).toBe(false);
      await Promise.all([1, 2, 3].map(() => migrateDatabase(url)));
      expect(await isMigrated(empty.sql)).toBe(true);
      const tables = (sql: typeof empty.sql) =>
        sql`select table_name from information_schema.tables where table_schema = 'public' order by 1`;
      expect([...(await tables(empty.sql))]).toEqual([...(await tables(client.sql))]);
      const [applied] = await empty.sql`select count(*)::int n from drizzle.__drizzle_migrations`;
      await migrateDatabase(url);
      const [still] = await empty.sql`select count(*)::int n from drizzle.__drizzle_migrations`;
      expect(still?.n).toBe(applied?.n);
    } finally {
      await empty.close();
      await client.sql.unsafe(`drop database ${name} with (force)`);
    }
  }, 60_000);

  test("look after the job queue", async () => {
    const jobs = await startJobs(migrated.url, createLogger("silent"), false, ["waiting"]);
    await jobs.stop();
    const seen = () => client.sql`select monitor_on, maintain_on from pgboss.queue`;
    expect([...(await seen())]).toEqual([{ monitor_on: null, maintain_on: null }]);
    await migrateDatabase(migrated.url);
    expect([...(await seen())]).toEqual([
      { monitor_on: expect.any(String), maintain_on: expect.any(String) },
    ]);
  });

  test("release their lock", async () => {
    await migrateDatabase(migrated.url);
    const locks = await client.sql`select 1 from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`;
    expect(locks).toHaveLength(0);
  });

  test("count as applied in a newer database, and not in one that misses the newest", async () => {
    const { sql } = client;
    const [newest] =
      await sql`select id, created_at from drizzle.__drizzle_migrations order by created_at desc limit 1`;
    await sql`update drizzle.__drizzle_migrations set created_at = created_at + 1 where id = ${Number(newest?.id)}`;
    expect(await isMigrated(sql)).toBe(true);
    await sql`update drizzle.__drizzle_migrations set created_at = created_at - 2 where id = ${Number(newest?.id)}`;
    expect(await isMigrated(sql)).toBe(false);
  });
});

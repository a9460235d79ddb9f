import { join } from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import type postgres from "postgres";
import { installQueue } from "../jobs/install-queue.ts";
import { grantAppPrivileges } from "./app-role.ts";
import { openDatabase } from "./client.ts";
import { explained } from "./errors.ts";

const FOLDER = join(import.meta.dir, "..", "..", "migrations");
const OLDEST_SUPPORTED = 150_000;
/** Arbitrary constant: the advisory lock of all Atelier processes. */
const LOCK = 7_263_548_190;

/**
 * Brings a database up to date as the owner of its tables: applies missing migrations, forward only, installs
 * the job queue, and grants the application's role its privileges. Safe to call from several processes: an advisory
 * lock serialises them.
 * @throws Error when the server is older than PostgreSQL 15; {@link DatabaseUnavailableError}.
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = openDatabase({
    url,
    poolMax: 1,
    work: "maintenance",
    applicationName: "atelier migrate",
  });
  try {
    const [row] = await client.sql<
      { version: string }[]
    >`select current_setting('server_version_num') as version`;
    if (Number(row?.version) < OLDEST_SUPPORTED)
      throw new Error("Atelier needs PostgreSQL 15 or newer.");
    await client.sql`select pg_advisory_lock(${LOCK})`;
    try {
      await migrate(client.db, { migrationsFolder: FOLDER });
      await installQueue(url);
      await grantAppPrivileges(client.sql);
    } finally {
      await client.sql`select pg_advisory_unlock(${LOCK})`;
    }
  } catch (error) {
    throw explained(error);
  } finally {
    await client.close();
  }
}

/** True when the database has every migration of this build; a newer database is fine (expand, then contract). */
export async function isMigrated(sql: postgres.Sql): Promise<boolean> {
  const newest = readMigrationFiles({ migrationsFolder: FOLDER }).at(-1);
  if (newest === undefined) return true;
  const rows = await sql<{ found: boolean }[]>`
    select exists (
      select 1 from drizzle.__drizzle_migrations where created_at >= ${newest.folderMillis}
    ) as found`.catch(() => []);
  return rows[0]?.found === true;
}

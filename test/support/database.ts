import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type EmbeddedServer, startEmbedded } from "../../src/platform/db/embedded.ts";
import { migrateDatabase } from "../../src/platform/db/migrate.ts";

const ROOT = join(import.meta.dir, "..", "..");
/** Where `scripts/test-server` leaves the address of the server that it keeps running. */
export const KEPT_SERVER = join(ROOT, ".tools", "test-server");
/** An arbitrary constant: of several processes that miss the template one makes it. */
const TEMPLATE_LOCK = 5_518_274_093;

/** A PostgreSQL for tests. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface TestDatabase {
  /** The owner's address. */
  readonly url: string;
  drop(): Promise<void>;
}

let shared: Promise<TestServer> | undefined;
let template: Promise<string> | undefined;

/**
 * The server that the test run started (`ATELIER_TEST_DATABASE_URL`), the one that `scripts/test-server`
 * keeps running, or one of this process's own.
 */
export function testServer(): Promise<TestServer> {
  shared ??= findServer();
  return shared;
}

async function findServer(): Promise<TestServer> {
  const given = process.env.ATELIER_TEST_DATABASE_URL;
  if (given !== undefined) return { url: given, stop: async () => {} };
  const kept = await Bun.file(KEPT_SERVER)
    .text()
    .catch(() => undefined);
  // A server that was killed leaves its address behind.
  const answers = kept !== undefined && (await query(kept, "select 1").catch(() => [])).length > 0;
  return kept !== undefined && answers ? { url: kept, stop: async () => {} } : startTestServer();
}

/** Stops the server that {@link testServer} started in this process, if it did. */
export async function stopOwnServer(): Promise<void> {
  const server = shared;
  shared = undefined;
  template = undefined;
  await (await server)?.stop();
}

/** Starts an embedded PostgreSQL in a temporary folder. */
export async function startTestServer(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "atelier-test-"));
  const embedded: EmbeddedServer = await startEmbedded(folder);
  const stop = async () => {
    await embedded.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return { url: embedded.ownerUrl, stop };
}

/**
 * Makes sure that a server has the migrated template of this build's migrations.
 * @returns its name, which changes with the migrations: a kept server serves every branch.
 */
export async function prepareTemplate(url: string): Promise<string> {
  const name = `atelier_template_${migrationsHash()}`;
  const exists = async () =>
    (await query(url, `select 1 from pg_database where datname = '${name}'`)).length > 0;
  if (await exists()) return name;
  const lock = connect(url);
  try {
    await lock`select pg_advisory_lock(${TEMPLATE_LOCK})`;
    if (await exists()) return name;
    await query(url, `drop database if exists ${name}_new with (force)`);
    await query(url, `create database ${name}_new`);
    await migrateDatabase(withDatabase(url, `${name}_new`));
    await query(url, `alter database ${name}_new rename to ${name}`);
    return name;
  } finally {
    await lock.end();
  }
}

/** A database of one test file's own, cloned from the template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  template ??= prepareTemplate(server.url);
  const name = `t_${Bun.randomUUIDv7().replaceAll("-", "")}`;
  await query(server.url, `create database ${name} template ${await template}`);
  return {
    url: withDatabase(server.url, name),
    drop: async () => {
      await query(server.url, `drop database if exists ${name} with (force)`);
    },
  };
}

/** Drops what test files that were ended early have left on a server that only tests use. */
export async function dropTestDatabases(url: string): Promise<void> {
  const left = await query(url, "select datname from pg_database where datname like 't\\_%'");
  for (const row of left) await query(url, `drop database if exists ${row.datname} with (force)`);
}

/** The same server's other database. */
export function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

/** The same database as another role. */
export function withUser(url: string, role: string): string {
  const parsed = new URL(url);
  parsed.username = role;
  return parsed.href;
}

/** Of all that {@link migrateDatabase} puts into a database. */
function migrationsHash(): string {
  const folder = join(ROOT, "src", "migrations");
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort())
    if (name.endsWith(".sql")) hash.update(name).update(readFileSync(join(folder, name)));
  for (const part of ["node_modules/pg-boss/package.json", "src/platform/db/app-role.ts"])
    hash.update(readFileSync(join(ROOT, part)));
  return hash.digest("hex").slice(0, 12);
}

function connect(url: string): postgres.Sql {
  const parsed = new URL(url);
  const host = parsed.searchParams.get("host");
  const port = Number(parsed.searchParams.get("port") ?? 5432);
  parsed.search = "";
  return postgres(parsed.href, {
    ...(host === null ? {} : { host, port }),
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
  });
}

async function query(url: string, statement: string): Promise<readonly postgres.Row[]> {
  const sql = connect(url);
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

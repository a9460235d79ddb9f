import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type EmbeddedServer, startEmbedded } from "../../src/platform/db/embedded.ts";
import { migrateDatabase } from "../../src/platform/db/migrate.ts";

const TEMPLATE = "atelier_template";

/** A PostgreSQL for tests with a migrated template database. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

let shared: Promise<TestServer> | undefined;

/** The server that the test run started (`ATELIER_TEST_DATABASE_URL`), or one of this process's own. */
export function testServer(): Promise<TestServer> {
  const url = process.env.ATELIER_TEST_DATABASE_URL;
  shared ??= url === undefined ? startTestServer() : Promise.resolve({ url, stop: async () => {} });
  return shared;
}

/** Stops the server that {@link testServer} started in this process, if it did. */
export async function stopOwnServer(): Promise<void> {
  const server = shared;
  shared = undefined;
  await (await server)?.stop();
}

/** Starts an embedded PostgreSQL in a temporary folder and migrates the template. */
export async function startTestServer(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "atelier-test-"));
  const embedded: EmbeddedServer = await startEmbedded(folder);
  const stop = async () => {
    await embedded.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await prepareTemplate(embedded.url);
  return { url: embedded.url, stop };
}

/** Creates the template database on a server and migrates it. */
export async function prepareTemplate(url: string): Promise<void> {
  await run(url, `drop database if exists ${TEMPLATE}`);
  await run(url, `create database ${TEMPLATE}`);
  await migrateDatabase(withDatabase(url, TEMPLATE));
}

/** A database of one test file's own, cloned from the template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  const name = `t_${Bun.randomUUIDv7().replaceAll("-", "")}`;
  await run(server.url, `create database ${name} template ${TEMPLATE}`);
  return {
    url: withDatabase(server.url, name),
    drop: () => run(server.url, `drop database if exists ${name} with (force)`),
  };
}

/** The same server's other database. */
export function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

async function run(url: string, statement: string): Promise<void> {
  const parsed = new URL(url);
  const host = parsed.searchParams.get("host");
  const port = Number(parsed.searchParams.get("port") ?? 5432);
  parsed.search = "";
  const sql = postgres(parsed.href, {
    ...(host === null ? {} : { host, port }),
    max: 1,
    onnotice: () => {},
  });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

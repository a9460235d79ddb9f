import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { setupState } from "../../src/features/identity/schema.ts";
import { newSecretKey, secretKeys } from "../../src/platform/crypto/secret-keys.ts";
import { openDatabase } from "../../src/platform/db/client.ts";
import { embeddedUrl } from "../../src/platform/db/embedded.ts";
import type { Deps } from "../../src/platform/deps.ts";
import { uuidv7 } from "../../src/platform/ids.ts";
import { caller, type Person, type Send, signUp } from "../support/app.ts";
import { eventually } from "../support/eventually.ts";

const ROOT = join(import.meta.dir, "..", "..");
const SKEW_CLOCK = fileURLToPath(new URL("./skew-clock.ts", import.meta.url));
const START_MS = 60_000;
const SECRETS = newSecretKey("test");

/** A real Atelier in a process of its own, which a test may kill. */
export interface ServerProcess {
  readonly origin: string;
  readonly pid: number;
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** Everything it has printed so far. */
  readonly output: () => string;
  readonly exited: Promise<number>;
  readonly send: Send;
  signal(name: NodeJS.Signals): void;
  /** A new account on this server. */
  person(name: string): Promise<Person>;
  /** A person signed in before, on this server: another process of the same installation. */
  as(person: Person): Person;
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>;
}

export interface ServerOptions {
  env?: Record<string, string>;
  /** Default: an embedded PostgreSQL in the data folder. */
  databaseUrl?: string;
  /** The folder of an earlier process. */
  dataDir?: string;
  /** Prefix of the command, to run it as another user. */
  prefix?: string[];
  /** Clock skew of this process, in milliseconds. */
  clockSkewMs?: number;
  /** Called when the process exists, long before it serves, with a function that interrupts it. */
  onSpawn?: (interrupt: () => void) => void;
}

const started: Bun.Subprocess[] = [];
const folders = new Set<string>();

/** Starts `atelier serve` and waits until it prints its address. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? newFolder();
  const metricsPort = await freePort();
  const skewed = options.clockSkewMs === undefined ? [] : ["--preload", SKEW_CLOCK];
  const command = [process.execPath, ...skewed, "src/main.ts", "serve"];
  const child = Bun.spawn([...(options.prefix ?? []), ...command], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: tmpdir(),
      // The folder of the database's socket depends on it.
      TMPDIR: tmpdir(),
      BUN_CONFIG_MAX_HTTP_REQUESTS: "65000",
      PORT: "0",
      ATELIER_HOST: "127.0.0.1",
      ATELIER_METRICS_PORT: String(metricsPort),
      ATELIER_DATA_DIR: dataDir,
      ATELIER_SECRET_KEYS: SECRETS,
      ATELIER_SIGN_UP: "open",
      ATELIER_SIGN_UPS_PER_HOUR: "0",
      ATELIER_LOG_LEVEL: "warn",
      ATELIER_RATE_LIMIT: "0",
      ATELIER_PROVIDER_PRIVATE_HOSTS: "true",
      TEST_CLOCK_SKEW_MS: String(options.clockSkewMs ?? 0),
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      ...options.env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  started.push(child);
  options.onSpawn?.(() => child.kill("SIGINT"));
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) output += decoder.decode(bytes, { stream: true });
  };
  void collect(child.stdout);
  void collect(child.stderr);
  const origin = await waitForAddress(child, () => output);
  const send: Send = (path, init) => fetch(`${origin}${path}`, init);
  return {
    origin,
    pid: child.pid,
    dataDir,
    databaseUrl: options.databaseUrl ?? embeddedUrl(dataDir),
    output: () => output,
    exited: child.exited,
    send,
    signal: (name) => child.kill(name),
    person: async (name) => signUp(send, name, await setupTokenOf(send, () => output)),
    as: ({ me, cookie }) => ({ ...caller(send, { cookie }), me, cookie }),
    metric: async (name) => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1] ?? Number.NaN);
    },
  };
}

/** The token of the printed setup link, while there is no account. */
async function setupTokenOf(send: Send, output: () => string): Promise<string | null> {
  const { needed } = setupState.parse(await (await send("/api/v1/setup", {})).json());
  if (!needed) return null;
  return eventually("a printed setup link", () => /setup\?token=(\S+)/.exec(output())?.[1] ?? null);
}

async function waitForAddress(child: Bun.Subprocess, output: () => string): Promise<string> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const origin = /^Atelier is at (\S+)$/m.exec(output())?.[1];
    // As an IP address, so that no name look-up is involved.
    if (origin !== undefined) return origin.replace("localhost", "127.0.0.1");
    await Bun.sleep(10);
  }
  throw new Error(`Atelier did not start (exit ${child.exitCode}):\n${output()}`);
}

/** The database and secrets of a server, for what has no route. */
export async function withDepsOf<T>(
  server: ServerProcess,
  work: (deps: Pick<Deps, "database" | "ids" | "secrets">) => Promise<T>,
): Promise<T> {
  const database = openDatabase({ url: server.databaseUrl, poolMax: 1 });
  try {
    return await work({ database, ids: uuidv7, secrets: secretKeys([SECRETS]) });
  } finally {
    await database.close();
  }
}

/** The number of holds and ledger rows of an answer. */
export async function moneyOf(server: ServerProcess, generationId: string) {
  return withDepsOf(server, async ({ database: { sql } }) => {
    const count = z.array(z.object({ count: z.coerce.number() }));
    const [holds] = count.parse(await sql`select count(*) from holds where id = ${generationId}`);
    const [charges] = count.parse(
      await sql`select count(*) from ledger where generation_id = ${generationId}`,
    );
    return { holds: holds?.count, charges: charges?.count };
  });
}

/** Waits until this many processes listen on the database again. */
export async function listeningAgain(server: ServerProcess, processes: number): Promise<void> {
  await withDepsOf(server, ({ database: { sql } }) =>
    eventually("all listening connections", async () => {
      const rows = await sql`
        select 1 from pg_stat_activity
        where datname = current_database() and query ilike 'listen "atelier"'`;
      return rows.length >= processes;
    }),
  );
}

/** Process id of the embedded PostgreSQL of a data folder, if it runs. */
export function postgresPid(dataDir: string): number | undefined {
  const pid = Number(readText(join(dataDir, "postgres", "postmaster.pid")).split("\n")[0]);
  return pid > 0 && isAlive(pid) ? pid : undefined;
}

export function isAlive(pid: number): boolean {
  const stat = readText(`/proc/${pid}/stat`);
  return stat !== "" && !/^\d+ \(.*\) Z/.test(stat);
}

/** A file's text; empty when it is gone, also when it goes while it is read. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "atelier-faults-"));
  folders.add(folder);
  return folder;
}

export function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}

/** Stops everything started by {@link startServer}, including databases. For `afterAll` or `afterEach`. */
export async function endServers(): Promise<void> {
  for (const child of started.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
  for (const folder of folders) {
    const pid = postgresPid(folder);
    if (pid !== undefined) process.kill(pid, "SIGQUIT");
    for (let waited = 0; postgresPid(folder) !== undefined && waited < 500; waited++)
      await Bun.sleep(10);
    rmSync(folder, { recursive: true, force: true });
  }
  folders.clear();
}

import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import postgres from "postgres";
import { APP_ROLE } from "./app-role.ts";
import { type DataFolderLock, lockDataFolder } from "./data-folder-lock.ts";
import { asUnprivileged, type Unprivileged } from "./drop-privileges.ts";
import { assertMajor, findBinaries } from "./embedded-version.ts";
import { FAST_STOP_MS, stopOrphanPostgres } from "./stop-orphan-postgres.ts";
import { supervise, type Watched, type Watcher } from "./supervise.ts";

/** An embedded PostgreSQL in the data folder. */
export interface EmbeddedServer {
  /** Connection URL of the tables' owner, over a socket that only this user can reach. */
  readonly ownerUrl: string;
  /** The same for the application's role, which owns nothing. */
  readonly appUrl: string;
  /** Fast shutdown: open transactions roll back, a checkpoint is written; then the folder lock is released. */
  stop(): Promise<void>;
}

const USER = "atelier";
const DATABASE = "atelier";
const PORT = 5432;
const START_TIMEOUT_MS = 20_000;
const UNWATCHED: Watcher = { ended: () => {}, failed: () => {}, back: () => {} };

/** Sized for one team on one machine. fsync stays on. */
const SETTINGS: Record<string, string> = {
  listen_addresses: "''",
  max_connections: "60",
  shared_buffers: "'48MB'",
  dynamic_shared_memory_type: "posix",
  max_wal_size: "'256MB'",
  wal_level: "replica",
  max_wal_senders: "2",
  max_worker_processes: "4",
  max_parallel_workers: "2",
  jit: "off",
  log_min_messages: "warning",
  log_min_error_statement: "panic",
  log_timezone: "'UTC'",
  timezone: "'UTC'",
};

/**
 * Starts the embedded PostgreSQL of a data folder and creates it on first use. A server that exits is restarted
 * on the same folder; PostgreSQL recovers committed data.
 * @param dataDir Atelier's data folder; the cluster is in `postgres` below it.
 * @param watcher is told of exits and restarts.
 * @throws {FolderInUseError} when another running Atelier holds the folder.
 * @throws {OtherMajorError} when the folder's database is of another major version of PostgreSQL.
 */
export async function startEmbedded(
  dataDir: string,
  watcher: Watcher = UNWATCHED,
): Promise<EmbeddedServer> {
  const folder = resolve(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const claim = lockDataFolder(folder);
  try {
    return await start(folder, claim, watcher);
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** The owner's URL of the embedded server that a running Atelier has started on this folder. */
export function embeddedUrl(dataDir: string): string {
  return urlOf(resolve(dataDir), USER);
}

function urlOf(folder: string, role: string): string {
  const socket = socketFolder(folder);
  return `postgres://${role}@localhost/${DATABASE}?host=${encodeURIComponent(socket)}&port=${PORT}`;
}

async function start(
  folder: string,
  claim: DataFolderLock,
  watcher: Watcher,
): Promise<EmbeddedServer> {
  const { binaries, major } = await findBinaries();
  const cluster = join(folder, "postgres");
  assertMajor(cluster, major);
  const socket = socketFolder(folder);
  mkdirSync(socket, { recursive: true, mode: 0o700 });
  chmodSync(socket, 0o700);
  const as = await asUnprivileged();
  as.admit(folder);
  if (!existsSync(join(cluster, "PG_VERSION"))) await createCluster(binaries, cluster, as);
  as.own(cluster);
  as.own(socket);
  writeFileSync(join(cluster, "postgresql.auto.conf"), configuration(socket), { mode: 0o600 });
  as.own(join(cluster, "postgresql.auto.conf"));
  const ownerUrl = urlOf(folder, USER);
  const server = await supervise(async () => {
    await stopOrphanPostgres(cluster, socket);
    return launch(as, [join(binaries, "postgres"), "-D", cluster], ownerUrl, folder);
  }, watcher);
  return {
    ownerUrl,
    appUrl: urlOf(folder, APP_ROLE),
    stop: async () => {
      await server.stop();
      rmSync(socket, { recursive: true, force: true });
      claim.release();
    },
  };
}

/** Runs PostgreSQL and waits until it takes connections. */
async function launch(
  as: Unprivileged,
  command: string[],
  url: string,
  folder: string,
): Promise<Watched> {
  const logFile = openSync(join(folder, "postgres.log"), "a", 0o600);
  const child = Bun.spawn(as.command(command), {
    ...as.spawn,
    env: { LANG: "C.UTF-8", PATH: "/usr/bin:/bin", PGTZ: "UTC" },
    stdin: "ignore",
    stdout: logFile,
    stderr: logFile,
    // Its own process group: Ctrl-C in the terminal must reach only Atelier, which then stops it in order.
    detached: true,
  });
  child.unref();
  closeSync(logFile);
  const stop = async () => {
    child.kill("SIGINT");
    const slow = setTimeout(() => child.kill("SIGQUIT"), FAST_STOP_MS);
    await child.exited;
    clearTimeout(slow);
  };
  try {
    await waitUntilReady(url, child.exited, join(folder, "postgres.log"));
  } catch (error) {
    await stop();
    throw error;
  }
  return { exited: child.exited, stop, abandon: () => child.kill("SIGINT") };
}

async function createCluster(binaries: string, cluster: string, as: Unprivileged) {
  // A folder without PG_VERSION is left over from an interrupted initdb; nothing was ever stored in it.
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  as.own(cluster);
  const initdb = Bun.spawn(
    as.command([
      join(binaries, "initdb"),
      "-D",
      cluster,
      "-U",
      USER,
      "--auth=trust",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      "--data-checksums",
      "--no-instructions",
    ]),
    { ...as.spawn, env: { LANG: "C", PATH: "/usr/bin:/bin" }, stdout: "ignore", stderr: "pipe" },
  );
  const complaint = await new Response(initdb.stderr).text();
  if ((await initdb.exited) !== 0) {
    rmSync(join(cluster, "PG_VERSION"), { force: true });
    throw new Error(
      `The embedded PostgreSQL could not be created: ${complaint.trim().split("\n").at(-1)}`,
    );
  }
}

async function waitUntilReady(url: string, exited: Promise<number>, logPath: string) {
  const socket = new URL(url).searchParams.get("host") ?? "";
  const deadline = Date.now() + START_TIMEOUT_MS;
  let ended: number | undefined;
  exited.then((code) => {
    ended = code;
  });
  while (Date.now() < deadline) {
    if (ended !== undefined) break;
    const probe = postgres({
      host: socket,
      port: PORT,
      user: USER,
      database: "postgres",
      max: 1,
      connect_timeout: 2,
      onnotice: () => {},
    });
    try {
      const found = await probe`select 1 from pg_database where datname = ${DATABASE}`;
      if (found.length === 0) await probe`create database ${probe(DATABASE)}`;
      const role = await probe`select 1 from pg_roles where rolname = ${APP_ROLE}`;
      if (role.length === 0) await probe`create role ${probe(APP_ROLE)} login`;
      return;
    } catch {
      await Bun.sleep(15);
    } finally {
      await probe.end({ timeout: 1 });
    }
  }
  throw new Error(`The embedded PostgreSQL did not start; see ${logPath}`);
}

function configuration(socket: string): string {
  const lines = Object.entries({
    ...SETTINGS,
    port: String(PORT),
    unix_socket_directories: `'${socket}'`,
  });
  return `${lines.map(([name, value]) => `${name} = ${value}`).join("\n")}\n`;
}

/** A socket path is limited to 107 bytes, so it cannot live in the data folder. */
function socketFolder(folder: string): string {
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  return join(tmpdir(), `atelier-${process.getuid?.() ?? 0}-${name}`);
}

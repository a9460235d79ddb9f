import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";

/** A real PostgreSQL of the machine's own packages, whose client programs match it. */
export interface PostgresServer {
  readonly bin: string;
  readonly port: number;
  url(database: string, role?: string): string;
  stop(): Promise<void>;
}

/**
 * The folder of the newest PostgreSQL installed with server and client programs.
 * @throws Error when there is none.
 */
export async function findPostgres(): Promise<string> {
  const folders = await Array.fromAsync(
    new Bun.Glob("*/bin/pg_restore").scan({ cwd: "/usr/lib/postgresql", absolute: true }),
  ).catch(() => []);
  const complete: string[] = [];
  for (const path of folders.map((path) => path.replace(/\/pg_restore$/, ""))) {
    if (await Bun.file(join(path, "initdb")).exists()) complete.push(path);
  }
  const newest = complete
    .sort((a, b) => Number(/(\d+)\/bin$/.exec(a)?.[1]) - Number(/(\d+)\/bin$/.exec(b)?.[1]))
    .at(-1);
  if (newest === undefined)
    throw new Error(
      "These tests need a PostgreSQL server under /usr/lib/postgresql: scripts/test-tools installs it.",
    );
  return newest;
}

/** Does something over a connection of its own. */
export async function connected<T>(
  url: string,
  work: (sql: postgres.Sql) => Promise<T>,
  options: postgres.Options<Record<string, never>> = {},
): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, ...options });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}

const unprivileged = 65_534;

/**
 * Starts it on loopback in a folder of its own; as root it runs as an unprivileged user, which PostgreSQL
 * requires.
 */
export async function startPostgres(
  bin: string,
  prepare?: (folder: string, uid: number) => Promise<{ initdb: string[]; options: string }>,
): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "atelier-postgres-"));
  await chmod(folder, 0o700);
  const root = process.getuid?.() === 0;
  if (root) await chown(folder, unprivileged, unprivileged);
  const as = root
    ? ["setpriv", `--reuid=${unprivileged}`, `--regid=${unprivileged}`, "--clear-groups"]
    : [];
  const run = (command: string[]) => {
    const done = Bun.spawnSync([...as, ...command], {
      cwd: folder,
      stdout: "ignore",
      stderr: "pipe",
    });
    if (done.exitCode !== 0) throw new Error(`${command[0]}: ${done.stderr.toString()}`);
  };
  const port = await freePort();
  const own = await prepare?.(folder, root ? unprivileged : (process.getuid?.() ?? 0));
  run([
    join(bin, "initdb"),
    "--pgdata",
    `${folder}/data`,
    "--username=postgres",
    ...(own?.initdb ?? ["--auth=trust"]),
    "--encoding=UTF8",
    "--no-sync",
  ]);
  run([
    join(bin, "pg_ctl"),
    "start",
    "--wait",
    "--pgdata",
    `${folder}/data`,
    "--log",
    `${folder}/log`,
    "--options",
    `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off ${own?.options ?? ""}`,
  ]);
  return {
    bin,
    port,
    url: (database, role = "postgres") => `postgresql://${role}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      run([join(bin, "pg_ctl"), "stop", "--mode=immediate", "--pgdata", `${folder}/data`]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

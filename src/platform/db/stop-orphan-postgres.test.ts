import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopOrphanPostgres } from "./stop-orphan-postgres.ts";

let root: string;
let cluster: string;
let sockets: string;
const children: Bun.Subprocess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "atelier-orphan-"));
  cluster = join(root, "postgres");
  sockets = join(root, "sockets");
  for (const folder of [cluster, sockets]) mkdirSync(folder);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
  rmSync(root, { recursive: true });
});

/** A process that waits until a signal ends it, as PostgreSQL would. */
function start(args: string[], cwd = root): Bun.Subprocess {
  const child = Bun.spawn([process.execPath, "-e", "setInterval(() => {}, 1e6)", ...args], {
    cwd,
    stdio: ["ignore", "ignore", "ignore"],
  });
  children.push(child);
  return child;
}
const pidFile = () => join(cluster, "postmaster.pid");
const notePid = (pid: number) => writeFileSync(pidFile(), `${pid}\n${cluster}\n`);

test("a server of an earlier run is ended by a fast shutdown, without waiting longer than it takes", async () => {
  const server = start(["-D", cluster]);
  notePid(server.pid);
  await stopOrphanPostgres(cluster, sockets);
  await server.exited;
  expect(server.signalCode).toBe("SIGINT");
}, 12_000);

test("another program that has the number of an earlier server lives on, and the number is forgotten", async () => {
  const stranger = start([]);
  notePid(stranger.pid);
  await stopOrphanPostgres(cluster, sockets);
  expect(existsSync(pidFile())).toBe(false);
  expect(stranger.signalCode).toBeNull();
  expect(stranger.exitCode).toBeNull();
}, 12_000);

test("the number of a process that is gone is left for PostgreSQL to judge", async () => {
  const gone = start([]);
  gone.kill("SIGKILL");
  await gone.exited;
  notePid(gone.pid);
  await stopOrphanPostgres(cluster, sockets);
  expect(existsSync(pidFile())).toBe(true);
}, 12_000);

test("locks of sockets that nobody listens on are removed, and nothing else beside them", async () => {
  for (const name of [".s.PGSQL.5432", ".s.PGSQL.5432.lock", "notes.txt"])
    writeFileSync(join(sockets, name), "");
  await stopOrphanPostgres(cluster, sockets);
  const left = [".s.PGSQL.5432", ".s.PGSQL.5432.lock", "notes.txt"].map((name) =>
    existsSync(join(sockets, name)),
  );
  expect(left).toEqual([false, false, true]);
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
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

/** A process that ends by SIGINT with the code 7. @returns once it waits for it. */
async function start(args: string[]): Promise<Bun.Subprocess> {
  const wait = "trap 'exit 7' INT; echo waits; while :; do sleep 0.05; done";
  const child = Bun.spawn(["sh", "-c", wait, "postgres", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  await child.stdout.getReader().read();
  return child;
}
const pidFile = () => join(cluster, "postmaster.pid");
const notePid = (pid: number) => writeFileSync(pidFile(), `${pid}\n${cluster}\n`);

describe.each(["linux", "darwin"])("on %s", (platform) => {
  const own = Object.getOwnPropertyDescriptor(process, "platform");
  beforeAll(() => void Object.defineProperty(process, "platform", { ...own, value: platform }));
  afterAll(() => void Object.defineProperty(process, "platform", { ...own }));

  test("a server of an earlier run is ended by a fast shutdown, without waiting longer than it takes", async () => {
    const server = await start(["-D", cluster]);
    notePid(server.pid);
    await stopOrphanPostgres(cluster, sockets);
    expect(await server.exited).toBe(7);
  }, 12_000);

  test("another program that has the number of an earlier server lives on, and the number is forgotten", async () => {
    const stranger = await start([]);
    notePid(stranger.pid);
    await stopOrphanPostgres(cluster, sockets);
    expect(existsSync(pidFile())).toBe(false);
    expect(stranger.signalCode).toBeNull();
    expect(stranger.exitCode).toBeNull();
  }, 12_000);
});

test("the number of a process that is gone is left for PostgreSQL to judge", async () => {
  const gone = await start([]);
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

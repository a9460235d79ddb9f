import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../has-code.ts";

/** After this, an immediate shutdown without a checkpoint; the next start recovers. */
export const FAST_STOP_MS = 15_000;

/**
 * A killed Atelier leaves its PostgreSQL running, and a killed postmaster leaves its children for a moment. The
 * folder lock proves that nobody else uses them, so they are stopped before a new server starts. The pid file
 * is removed only when its pid belongs to another program or a zombie; otherwise PostgreSQL judges it better.
 * @throws Error when a server does not stop: two servers on one folder would corrupt it.
 */
export async function stopOrphanPostgres(cluster: string, socketFolder: string): Promise<void> {
  await endServer(join(cluster, "postmaster.pid"), cluster);
  // No server uses this cluster now. A killed server's socket lock would still look held while its parent
  // leaves it a zombie.
  for (const name of readdirSync(socketFolder))
    if (name.startsWith(".s.PGSQL.")) rmSync(join(socketFolder, name), { force: true });
}

async function endServer(path: string, cluster: string): Promise<void> {
  const pid = readPid(path);
  if (pid === undefined) return;
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    if (!isPostgresOf(pid, cluster)) break;
    process.kill(pid, signal);
    const deadline = Date.now() + FAST_STOP_MS;
    while (isPostgresOf(pid, cluster) && Date.now() < deadline) await Bun.sleep(20);
  }
  if (isPostgresOf(pid, cluster))
    throw new Error(`PostgreSQL (process ${pid}) of an earlier run does not stop.`);
  const deadline = Date.now() + FAST_STOP_MS;
  while (orphansOf(cluster).length > 0 && Date.now() < deadline) await Bun.sleep(20);
  for (const orphan of orphansOf(cluster)) process.kill(orphan, "SIGQUIT");
  if (isRunning(pid)) rmSync(path, { force: true });
}

/** The server's process id; undefined without its file, which a server that ends removes at any moment. */
function readPid(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8").split("\n")[0]);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Processes that work in a cluster's folder, left by a killed postmaster. Linux only; elsewhere PostgreSQL
 * waits itself.
 */
function orphansOf(cluster: string): number[] {
  if (process.platform !== "linux") return [];
  const folder = realpathSync(cluster);
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

function isPostgresOf(pid: number, cluster: string): boolean {
  try {
    const args =
      process.platform === "linux"
        ? readFileSync(`/proc/${pid}/cmdline`, "utf8")
        : execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
    return args.includes(cluster);
  } catch {
    return false;
  }
}

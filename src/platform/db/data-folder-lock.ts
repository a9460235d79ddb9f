import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../has-code.ts";

/** Held while a process uses a data folder. */
export interface DataFolderLock {
  release(): void;
}

/** The data folder is locked by another running process. */
export class FolderInUseError extends Error {
  override readonly name = "FolderInUseError";
  readonly pid: number;
  constructor(folder: string, pid: number) {
    super(
      `The data folder ${folder} is in use by process ${pid}. Stop that process, or set ATELIER_DATA_DIR.`,
    );
    this.pid = pid;
  }
}

/**
 * Locks a data folder for this process: `atelier.pid` holds its pid and start time, so that a reused pid is not
 * mistaken for the holder.
 * @throws {FolderInUseError} when a running process holds it.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  const path = join(folder, "atelier.pid");
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      createWhole(path, `${process.pid} ${startOf(process.pid) ?? ""}`);
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const holder = readHolder(path);
    if (holder !== null && startOf(holder.pid) === holder.startedAt)
      throw new FolderInUseError(folder, holder.pid);
    removeStale(path, holder);
  }
  throw new Error(`The data folder ${folder} cannot be locked.`);
}

/**
 * Creates a file atomically.
 * @throws Error with code EEXIST when it exists already.
 */
function createWhole(path: string, content: string): void {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes the lock of a dead process. Of two concurrent starts the slower one could remove the lock that the
 * faster one has just made, so the file is renamed first and put back when it is not the stale one.
 */
function removeStale(path: string, stale: Holder | null): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (!Object.is(moved?.pid, stale?.pid) || moved?.startedAt !== stale?.startedAt) {
    try {
      linkSync(aside, path);
    } catch {
      // A third process has taken the lock meanwhile; the next attempt finds it.
    }
  }
  rmSync(aside, { force: true });
}

interface Holder {
  pid: number;
  startedAt: string;
}

function readHolder(path: string): Holder | null {
  try {
    const content = readFileSync(path, "utf8");
    const space = content.indexOf(" ");
    return { pid: Number(content.slice(0, space)), startedAt: content.slice(space + 1) };
  } catch {
    return null;
  }
}

const QUIETLY: ExecFileSyncOptionsWithStringEncoding = {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
};

/** Start time of a process, in the system's notation; null when it does not exist. */
function startOf(pid: number): string | null {
  try {
    return process.platform === "linux"
      ? startInProc(pid)
      : execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], QUIETLY);
  } catch {
    return null;
  }
}

function startInProc(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; the start time is the 20th field after it (proc(5), field 22).
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has exited; its parent has not reaped it yet.
  return state === "Z" ? null : (rest[18] ?? null);
}

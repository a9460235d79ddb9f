import { readdirSync, readFileSync } from "node:fs";
import { postgresPid } from "./server-process.ts";

/**
 * Stops (SIGSTOP) every process of a data folder's embedded PostgreSQL. @returns a function that continues
 * them.
 */
export function freezeDatabase(dataDir: string): () => void {
  const postmaster = postgresPid(dataDir);
  if (postmaster === undefined) throw new Error("There is no embedded PostgreSQL");
  const frozen = [postmaster, ...childrenOf(postmaster)];
  for (const pid of frozen) send(pid, "SIGSTOP");
  return () => {
    for (const pid of frozen) send(pid, "SIGCONT");
  };
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in the second field may contain anything; the parent is the second word after it.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

import { readFile } from "node:fs/promises";

/**
 * Resident memory of a process and its children, 0 when it is gone. Linux from /proc, elsewhere from `ps`,
 * where no wrapper is between us and the child.
 */
export async function residentBytes(pid: number): Promise<number> {
  if (process.platform === "linux") {
    const statm = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
    const own = Number(statm.split(" ")[1] ?? 0) * PAGE_BYTES;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
    const theirs = children.split(" ").filter((id) => id !== "");
    const below = await Promise.all(theirs.map((id) => residentBytes(Number(id))));
    return below.reduce((sum, bytes) => sum + bytes, own);
  }
  const ps = Bun.spawn(["ps", "-o", "rss=", "-p", String(pid)], {
    stdout: "pipe",
    stderr: "ignore",
  });
  return Number(await new Response(ps.stdout).text()) * 1024;
}

/** True for 64-bit Linux on common hardware; with larger pages the result is only too low. */
const PAGE_BYTES = 4096;

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * A copy of the work tree, uncommitted files too, that changes may be made in: the tree itself is never
 * touched. What is installed (`node_modules`, `.tools`) is linked.
 */
export interface ScratchTree {
  readonly root: string;
  remove(): void;
}

/** @throws Error when git cannot list the tree's files. */
export function copyTree(root: string): ScratchTree {
  const listed = Bun.spawnSync(["git", "ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: root,
    stderr: "inherit",
  });
  if (listed.exitCode !== 0) throw new Error("git ls-files failed");
  const copy = mkdtempSync(join(tmpdir(), "atelier-mutate-"));
  for (const path of listed.stdout.toString().split("\0")) {
    if (path === "" || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  for (const installed of ["node_modules", ".tools"])
    if (existsSync(join(root, installed)))
      symlinkSync(join(root, installed), join(copy, installed));
  return { root: copy, remove: () => rmSync(copy, { recursive: true, force: true }) };
}

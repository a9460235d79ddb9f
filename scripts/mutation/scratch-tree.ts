import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { applyMutant, type Mutant } from "./find-mutants.ts";

/**
 * A copy of the work tree, including uncommitted files, for changes; the tree itself is never touched.
 * Installed packages (`node_modules`, `.tools`) are linked.
 */
export interface ScratchTree {
  readonly root: string;
  /** Applies the changes, each to a different file, while `work` runs. */
  changed<T>(mutants: readonly Mutant[], work: () => Promise<T>): Promise<T>;
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
  mkdirSync(join(root, ".tools"), { recursive: true });
  for (const installed of ["node_modules", ".tools"])
    symlinkSync(join(root, installed), join(copy, installed));
  return {
    root: copy,
    changed: (mutants, work) => withChanges(copy, mutants, work),
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}

async function withChanges<T>(
  root: string,
  mutants: readonly Mutant[],
  work: () => Promise<T>,
): Promise<T> {
  const before = mutants.map(({ path }) => readFileSync(join(root, path), "utf8"));
  mutants.forEach((mutant, index) => {
    writeFileSync(join(root, mutant.path), applyMutant(before[index] ?? "", mutant));
  });
  try {
    return await work();
  } finally {
    mutants.forEach(({ path }, index) => {
      writeFileSync(join(root, path), before[index] ?? "");
    });
  }
}

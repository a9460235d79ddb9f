import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./find-mutants.ts";
import { importsOf } from "./import-graph.ts";
import { runCommand } from "./run-command.ts";
import type { ScratchTree } from "./scratch-tree.ts";

const LIMIT_MS = 600_000;
const BATCH = 12;
/** `src/a.ts(12,3): error TS2322: …`, paths relative to the compiler's working directory. */
const COMPLAINT = /^(\S+?)\(\d+,\d+\): error TS/gm;

/**
 * The drawn changes that compile, in nearly the order in which they were drawn: they are checked in batches
 * with at most one change per file.
 * @param refused is called for each that does not compile.
 */
export async function* thoseThatCompile(
  tree: ScratchTree,
  drawn: Iterable<Mutant>,
  refused: () => void,
): AsyncGenerator<Mutant> {
  const rest = drawn[Symbol.iterator]();
  let postponed: Mutant[] = [];
  for (;;) {
    const batch: Mutant[] = [];
    const later: Mutant[] = [];
    while (batch.length < BATCH && later.length < BATCH) {
      const mutant = postponed.shift() ?? rest.next().value;
      if (mutant === undefined) break;
      const meets = batch.some(({ path }) => path === mutant.path);
      (meets ? later : batch).push(mutant);
    }
    if (batch.length === 0) return;
    postponed = [...later, ...postponed];
    const compiled = await compiling(tree, batch);
    for (const _ of batch.slice(compiled.length)) refused();
    yield* compiled;
  }
}

/**
 * Which of these changes, of different files, compile. They are checked together, since most of the compiler's
 * time goes into unchanged code. An error in a changed file is attributed to its change; one in another file to
 * every change of a file that it imports, so that occasionally a change that compiles is left out too. Unused
 * code left by a change is allowed.
 */
async function compiling(tree: ScratchTree, mutants: readonly Mutant[]): Promise<Mutant[]> {
  let left = [...mutants];
  while (left.length > 0) {
    const complained = await complaints(tree, left);
    if (complained.size === 0) return left;
    const blamed = new Set(
      [...complained].flatMap((path) => [
        path,
        ...importsOf(path, readFileSync(join(tree.root, path), "utf8"), true),
      ]),
    );
    const innocent = left.filter(({ path }) => !blamed.has(path));
    if (innocent.length === left.length) break;
    left = innocent;
  }
  return [];
}

/** The files with compiler errors under these changes. */
async function complaints(tree: ScratchTree, mutants: readonly Mutant[]): Promise<Set<string>> {
  const found = new Set<string>();
  await tree.changed(mutants, async () => {
    for (const project of projectsOf(mutants)) {
      // The compiler's cache of unchanged files outlives the copy of the tree.
      const name = `${project.replaceAll("/", "-")}.tsbuildinfo`;
      const [cache, kept] = [join(tree.root, name), join(tree.root, ".tools", `mutate-${name}`)];
      if (!existsSync(cache) && existsSync(kept)) copyFileSync(kept, cache);
      const { code, output } = await runCommand(
        [
          ...[process.execPath, "x", "tsc", "-p", project, "--noEmit", "--pretty", "false"],
          ...["--noUnusedLocals", "false", "--noUnusedParameters", "false"],
          ...["--incremental", "--tsBuildInfoFile"],
          cache,
        ],
        { cwd: tree.root, limitMs: LIMIT_MS },
      );
      for (const [, path = ""] of output.matchAll(COMPLAINT)) found.add(path);
      if (code !== 0 && found.size === 0) throw new Error(`tsc: ${output}`);
      copyFileSync(cache, kept);
    }
  });
  return found;
}

/** The front end is a project of its own, and reads the types of the server's schemas. */
function projectsOf(mutants: readonly Mutant[]): string[] {
  const isWeb = (path: string) => path.startsWith("web/");
  return [
    ...(mutants.some(({ path }) => !isWeb(path)) ? ["tsconfig.json"] : []),
    ...(mutants.some(({ path }) => isWeb(path) || path.endsWith("/schema.ts"))
      ? ["web/tsconfig.json"]
      : []),
  ];
}

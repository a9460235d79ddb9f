import { readFileSync } from "node:fs";
import { join } from "node:path";
import { prepareTemplate, startTestServer } from "../../test/support/database.ts";
import { farTests, nearTests, roomOf } from "./choose-tests.ts";
import { thoseThatCompile } from "./compile-check.ts";
import { readEquivalents } from "./equivalents.ts";
import { describeMutant, findMutants, type Mutant } from "./find-mutants.ts";
import { readImportGraph } from "./import-graph.ts";
import { Judge } from "./judge.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { Report } from "./report.ts";
import { sample } from "./sample.ts";
import { copyTree } from "./scratch-tree.ts";
import { TestRuns } from "./test-runs.ts";

/**
 * What is mutated. Excluded: tests and benchmarks, texts, table definitions (the database is made by
 * migrations), and components, which the browser tests cover.
 */
const MUTABLE = /^(src|web\/lib|web\/features)\/.*\.ts$/;
const LEFT_OUT = /\.(test|bench)\.ts$|\/tables\.ts$|^src\/migrations\//;

const root = join(import.meta.dir, "..", "..");
const options = readOptions(process.argv.slice(2));
if (options === "help") console.log(USAGE);
else {
  await mutate(options);
  // Running tests end with this process.
  process.exit();
}

async function mutate({ seed, count, all, ...where }: Options): Promise<void> {
  const tree = copyTree(root);
  const server = await startTestServer();
  const end = Promise.withResolvers<"stopped">();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => end.resolve("stopped"));
  try {
    await prepareTemplate(server.url);
    const graph = readImportGraph(tree.root);
    const paths = graph.paths.filter((path) => MUTABLE.test(path) && !LEFT_OUT.test(path));
    const textOf = (path: string) => readFileSync(join(tree.root, path), "utf8");
    const wanted = chosen(where);
    const mutants = paths.flatMap((path) =>
      findMutants(path, textOf(path)).filter((mutant) => wanted(mutant)),
    );
    const isEquivalent = readEquivalents(tree.root);
    const judge = new Judge(tree, new TestRuns(tree.root, server.url));
    const report = new Report(seed, count, all);
    report.start(mutants.length, new Set(mutants.map(({ path }) => path)).size);
    const breaking = function* () {
      for (const mutant of sample(mutants, seed)) {
        if (isEquivalent(mutant.path, describeMutant(textOf(mutant.path), mutant)))
          report.equivalent();
        else yield mutant;
      }
    };
    const work = async () => {
      const compiled = thoseThatCompile(tree, breaking(), () => report.refused());
      for await (const mutant of compiled) {
        const near = await judge.judge(mutant, nearTests(graph, mutant.path));
        const far =
          near.noticed || !all
            ? undefined
            : await judge.judge(mutant, farTests(graph, mutant.path));
        const change = describeMutant(textOf(mutant.path), mutant);
        report.add(roomOf(mutant.path), mutant, change, near, far);
        if (report.judged >= count) break;
      }
    };
    await Promise.race([work(), end.promise]);
    report.finish(judge.leftOut);
  } finally {
    await server.stop();
    tree.remove();
  }
}

/** Whether a change is within the paths of the options. */
function chosen(where: Pick<Options, "paths" | "changedSince">): (mutant: Mutant) => boolean {
  const changed =
    where.changedSince === undefined ? undefined : new Set(changedFiles(where.changedSince));
  return ({ path, line }) =>
    (changed === undefined || changed.has(path)) &&
    (where.paths.length === 0 ||
      where.paths.some(
        (one) =>
          path === one ||
          path.startsWith(`${one.replace(/\/$/, "")}/`) ||
          `${path}:${line}` === one,
      ));
}

/** @throws Error when there is no such commit. */
function changedFiles(reference: string): string[] {
  const { exitCode, stdout } = Bun.spawnSync(["git", "diff", "--name-only", reference, "--"], {
    cwd: root,
    stderr: "inherit",
  });
  if (exitCode !== 0) throw new Error(`git knows no ${reference}`);
  return stdout.toString().split("\n").filter(Boolean);
}

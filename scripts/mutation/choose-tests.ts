import { dirname } from "node:path";
import type { ImportGraph } from "./import-graph.ts";

/** Maximum import distance from a test to a file that it is near. */
const SHALLOW = 2;
/** The composition root and the tests' support import everything, so paths through them do not count. */
const HUB = /^(src\/[^/]+\.ts|test\/support\/.+)$/;

/** The suite that reads the API's document, those that walk every route, and the files that define its contract. */
const READS = /^test\/app\/api-docs\.test\.ts$/;
const WALKS = /^test\/app\/(every-route|hostile-input)\.test\.ts$/;
const WALKED =
  /^src\/(features\/.*\/(([a-z]+-)?routes|schema|policy)|platform\/http\/(api-docs|api-document|refusals|route))\.ts$/;

/** The part of the code that a score is reported for: a feature, a part of the platform, and so on. */
export function roomOf(path: string): string {
  const [top, second, third] = path.split("/");
  if (top === "src" && (second === "features" || second === "platform"))
    return second === "features" ? `${third}` : `platform/${third}`.replace(/\.ts$/, "");
  if (top === "src") return second?.endsWith(".ts") === true ? "process" : `${second}`;
  return second === "features" ? `web/${third}` : `${top}/${second}`;
}

/**
 * The tests near a file, in the order in which they are run: for a route's contract the one of its document, which
 * takes seconds, those that import the file (or nearly), the rest of its feature's, and for a contract the suites
 * that walk every route. Each test is listed once.
 */
export function nearTests(graph: ImportGraph, path: string): string[][] {
  const folder = roomFolder(path);
  const importing = testsWithin(graph, path, SHALLOW);
  const own = graph.paths.filter((other) => isTest(other) && isOwn(folder, other));
  const contract = (suites: RegExp) =>
    WALKED.test(path) ? graph.paths.filter((other) => suites.test(other)) : [];
  return withoutRepeats([contract(READS), importing, own, contract(WALKS)]);
}

/**
 * All other tests that reach a file: those that import it indirectly, then the suites that start the product as
 * a process.
 */
export function farTests(graph: ImportGraph, path: string): string[][] {
  const near = new Set(nearTests(graph, path).flat());
  const importing = testsWithin(graph, path, Number.POSITIVE_INFINITY);
  const started = (folder: string) =>
    graph.paths.filter((other) => isTest(other) && other.startsWith(folder));
  const server = path.startsWith("src/") ? started("test/faults/") : [];
  return withoutRepeats([importing, server, started("test/e2e/")]).map((tests) =>
    tests.filter((test) => !near.has(test)),
  );
}

function testsWithin(graph: ImportGraph, path: string, depth: number): string[] {
  const reached = new Set([path]);
  let edge = [path];
  for (let step = 0; step < depth && edge.length > 0; step++) {
    const next = edge.flatMap((file) => graph.importersOf(file));
    edge = [...new Set(next)].filter(
      (file) => !reached.has(file) && (depth !== SHALLOW || !HUB.test(file)),
    );
    for (const file of edge) reached.add(file);
  }
  const beside = path.replace(/\.tsx?$/, ".test.ts");
  const tests = [...reached].filter((file) => isTest(file) && !file.startsWith("test/e2e/"));
  const rank = (test: string) => (test === beside ? 0 : dirname(test) === dirname(path) ? 1 : 2);
  return tests.sort((a, b) => rank(a) - rank(b));
}

/**
 * The folders below `src` are rooms of their own; those below a room belong to it. The files that compose the
 * application have its whole suites.
 */
function isOwn(folder: string, test: string): boolean {
  if (folder !== "src") return test.startsWith(`${folder}/`);
  return dirname(test) === folder || dirname(test) === "test/app";
}

/** A feature's folder; elsewhere the folder of the file itself. */
function roomFolder(path: string): string {
  return /^(src|web)\/features\/[^/]+/.exec(path)?.[0] ?? dirname(path);
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

function withoutRepeats(groups: string[][]): string[][] {
  const seen = new Set<string>();
  return groups.map((tests) =>
    tests.filter((test) => {
      const fresh = !seen.has(test);
      seen.add(test);
      return fresh;
    }),
  );
}

import { dirname, join, normalize, relative } from "node:path";
import { Glob } from "bun";

/**
 * Holds the rooms to their rules: file vocabulary of features, directions of imports, no cycles,
 * file length. Prints one line for each breach and exits 1 when there is one.
 */
const root = join(import.meta.dir, "..");
const MAX_LINES = 400;
const MAX_TEST_LINES = 800;
/** Written by a script, so nobody reads it as a whole. */
const GENERATED = new Set(["web/lib/api-schema.ts"]);
const NOUNS = new Set([
  "routes",
  "schema",
  "service",
  "repo",
  "tables",
  "errors",
  "policy",
  "index",
]);
const FORBIDDEN = new Set([
  "utils",
  "util",
  "helpers",
  "helper",
  "types",
  "constants",
  "common",
  "misc",
]);
const IMPORT = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"(\.[^"]+)"/g;

interface Source {
  path: string;
  lines: number;
  imports: { target: string; typeOnly: boolean }[];
}

const sources = new Map<string, Source>();
for (const pattern of [
  "src/**/*.ts",
  "web/**/*.{ts,tsx}",
  "test/**/*.{ts,tsx}",
  "scripts/**/*.ts",
]) {
  for await (const path of new Glob(pattern).scan({ cwd: root })) {
    if (path.includes("node_modules")) continue;
    const text = await Bun.file(join(root, path)).text();
    const imports = [...text.matchAll(IMPORT)].map((match) => ({
      target: relative(root, normalize(join(root, dirname(path), match[2] ?? ""))),
      typeOnly: match[1] !== undefined,
    }));
    sources.set(path, { path, lines: text.split("\n").length, imports });
  }
}

const breaches: string[] = [];
const featureOf = (path: string) => /^src\/features\/([^/]+)\//.exec(path)?.[1];
const isTest = (path: string) => /\.(test|bench)\.tsx?$/.test(path) || path.startsWith("test/");

for (const { path, lines, imports } of sources.values()) {
  const limit = isTest(path) ? MAX_TEST_LINES : MAX_LINES;
  if (lines > limit && !GENERATED.has(path))
    breaches.push(`${path}: ${lines} lines, ${limit} at most`);
  const name =
    path
      .split("/")
      .at(-1)
      ?.replace(/\.(test\.)?tsx?$/, "") ?? "";
  if (FORBIDDEN.has(name)) breaches.push(`${path}: a file named "${name}" collects strangers`);
  const feature = featureOf(path);
  if (
    feature !== undefined &&
    path.split("/").length === 4 &&
    !isTest(path) &&
    !NOUNS.has(name) &&
    !/^[a-z]+(-[a-z0-9]+)*$/.test(name)
  ) {
    breaches.push(`${path}: not a word of the vocabulary and not named after what it does`);
  }
  if (isTest(path)) continue;
  for (const { target, typeOnly } of imports) {
    const other = featureOf(target);
    if (path.startsWith("src/platform/") && other !== undefined)
      breaches.push(`${path}: platform imports the feature ${other}`);
    if (
      path.startsWith("src/providers/") &&
      (other !== undefined || target.startsWith("src/platform/"))
    ) {
      breaches.push(`${path}: a provider imports ${target}`);
    }
    const publicFile = /\/(index|tables|schema)\.ts$/.test(target);
    if (feature !== undefined && other !== undefined && feature !== other && !publicFile) {
      breaches.push(`${path}: reaches into ${target}; go through its index.ts`);
    }
    if (
      feature !== undefined &&
      other !== undefined &&
      feature !== other &&
      target.endsWith("tables.ts") &&
      !/\/(tables|repo|find-[a-z-]+)\.ts$/.test(path)
    ) {
      breaches.push(`${path}: only tables and repos may read another feature's tables (${target})`);
    }
    if (path.startsWith("src/") && target.startsWith("web/"))
      breaches.push(`${path}: the server imports the front end`);
    if (
      path.startsWith("web/") &&
      target.startsWith("src/") &&
      !(path === "web/lib/api-types.ts" && typeOnly)
    ) {
      breaches.push(`${path}: only web/lib/api-types.ts reads the server, and only its types`);
    }
  }
}

/** Value imports must not go round in circles; a type costs nothing at run time. */
function findCycles(): void {
  const state = new Map<string, "open" | "done">();
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      breaches.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" → ")}`);
      return;
    }
    state.set(path, "open");
    for (const { target, typeOnly } of sources.get(path)?.imports ?? []) {
      if (!typeOnly && sources.has(target)) visit(target, [...trail, path]);
    }
    state.set(path, "done");
  };
  for (const path of sources.keys()) visit(path, []);
}
findCycles();

for (const breach of breaches) console.log(breach);
console.log(`structure: ${sources.size} files, ${breaches.length} breaches`);
process.exit(breaches.length === 0 ? 0 : 1);

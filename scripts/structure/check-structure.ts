import { dirname, normalize } from "node:path";
import { FORBIDDEN, NOUNS, ROLES, VERBS } from "./vocabulary.ts";

/** The text of each source file by its path from the repository's root. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  target: string;
  typeOnly: boolean;
  names: string;
}

interface File {
  path: string;
  lines: number;
  imports: Import[];
}

type Rule = (file: File, found: Import, other: string | undefined) => string | undefined;

const MAX_LINES = 400;
const MAX_TEST_LINES = 800;
/** Generated, so its length does not matter. */
const GENERATED = new Set(["web/lib/api-schema.ts"]);
const IMPORT = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:([^"';]*?)\sfrom\s+)?"(\.[^"]+)"/g;
/** The only files outside the features that may import them. */
const COMPOSITION = /^src\/(app|compose|serve|work|main|cli)\.ts$/;

const featureOf = (path: string) => /^(?:src|web)\/features\/([^/]+)\//.exec(path)?.[1];
const nameOf = (path: string) =>
  path.slice(path.lastIndexOf("/") + 1).replace(/(\.test|\.bench)?\.tsx?$/, "");
const isTest = (path: string) => /\.(test|bench)\.tsx?$/.test(path) || path.startsWith("test/");

/** Every import must pass all of these. Each returns the breach, or undefined. */
const RULES: readonly Rule[] = [
  function platformStandsAlone({ path }, { target, typeOnly }) {
    if (!path.startsWith("src/platform/") || target.startsWith("src/platform/")) return undefined;
    if (target === "src/config.ts" && typeOnly) return undefined;
    return `platform imports ${target}`;
  },
  function providersStandAlone({ path }, { target }) {
    if (!path.startsWith("src/providers/") || target.startsWith("src/providers/")) return undefined;
    // The catalogue reads the price package's version.
    if (target === "package.json") return undefined;
    return `a provider imports ${target}`;
  },
  function featuresHaveOneDoor({ path }, { target }, other) {
    const own = featureOf(path);
    if (path.slice(0, 4) !== target.slice(0, 4)) return undefined;
    if (other === undefined || own === other || /\/index\.ts$/.test(target)) return undefined;
    if (!path.startsWith("src/")) return `reaches into ${target}; go through its index.ts`;
    // Foreign keys and joins: all features share one database.
    const joins = /\/(tables|repo|find-[a-z-]+)\.ts$/.test(path);
    if (own !== undefined && joins && target.endsWith("/tables.ts")) return undefined;
    return `reaches into ${target}; go through its index.ts`;
  },
  function onlyTheCompositionKnowsFeatures({ path }, { target }, other) {
    if (!/^src\/[^/]+$/.test(path) || other === undefined) return undefined;
    return COMPOSITION.test(path) ? undefined : `${path} knows the feature ${target}`;
  },
  function featuresKnowNoComposition({ path }, { target }) {
    const known = featureOf(path) !== undefined && COMPOSITION.test(target);
    return known ? `a feature imports ${target}` : undefined;
  },
  function onlyPoliciesGrant({ path }, { names, target }) {
    if (!/\bgrant[A-Z]\w*Scope\b/.test(names)) return undefined;
    if (/\/(policy|index)\.ts$/.test(path) && featureOf(path) !== undefined) return undefined;
    return `only policies grant scopes (${names.trim()} of ${target})`;
  },
  function serverAndWebMeetInTheDocument({ path }, { target, typeOnly }) {
    if (path.startsWith("src/") && target.startsWith("web/"))
      return "the server imports the front end";
    // OpenAPI cannot describe the events of a stream.
    if (path === "web/lib/api-types.ts" && typeOnly) return undefined;
    if (path.startsWith("web/") && target.startsWith("src/"))
      return "the web knows the server by its OpenAPI document only (web/lib/api-schema.ts)";
    return undefined;
  },
  function webHasLayers({ path }, { target }) {
    if (path.startsWith("web/lib/") && /^web\/(ui|features)\//.test(target))
      return `web/lib imports ${target}`;
    if (path.startsWith("web/ui/") && /^web\/(features|messages)\//.test(target))
      return `web/ui imports ${target}`;
    return undefined;
  },
];

/**
 * Checks the rules of `docs/architecture.md`: vocabulary, feature boundaries, import directions, no cycles
 * (types included), file length.
 * @returns one line per breach, `path: what is wrong`.
 */
export function checkStructure(sources: Sources): string[] {
  const files = [...sources].map(([path, text]) => parse(path, text));
  return [
    ...files.flatMap(checkFile),
    ...files.filter(({ path }) => !isTest(path)).flatMap(checkImports),
    ...findCircles(files.filter(({ path }) => !isTest(path))),
  ];
}

function parse(path: string, text: string): File {
  const imports = [...text.matchAll(IMPORT)].map(([, type, names = "", target = ""]) => ({
    target: normalize(`${dirname(path)}/${target}`),
    typeOnly: type !== undefined,
    names,
  }));
  return { path, lines: text.split("\n").length, imports };
}

function checkFile({ path, lines }: File): string[] {
  const breaches: string[] = [];
  const limit = isTest(path) ? MAX_TEST_LINES : MAX_LINES;
  if (lines > limit && !GENERATED.has(path))
    breaches.push(`${path}: ${lines} lines, ${limit} at most`);
  const name = nameOf(path);
  if (FORBIDDEN.has(name)) breaches.push(`${path}: a file named "${name}" collects unrelated code`);
  const feature = featureOf(path);
  if (path.startsWith("src/") && feature !== undefined && !isTest(path) && !isKnown(feature, name))
    breaches.push(`${path}: "${name}" is not in scripts/structure/vocabulary.ts`);
  return breaches;
}

function isKnown(feature: string, name: string): boolean {
  const [first = ""] = name.split("-");
  return (
    ROLES.has(name) ||
    /^[a-z]+-(routes|repo)$/.test(name) ||
    VERBS.has(first) ||
    (NOUNS[feature] ?? []).includes(name)
  );
}

function checkImports(file: File): string[] {
  return file.imports.flatMap((found) =>
    RULES.flatMap((rule) => {
      const wrong = rule(file, found, featureOf(found.target));
      return wrong === undefined ? [] : [`${file.path}: ${wrong}`];
    }),
  );
}

/** Files that import each other, by values or types: none of them can be understood, moved or tested alone. */
function findCircles(files: File[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      circles.push(`${path}: circle ${[...trail.slice(trail.indexOf(path)), path].join(" → ")}`);
      return;
    }
    state.set(path, "open");
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (byPath.has(target)) visit(target, [...trail, path]);
    }
    state.set(path, "done");
  };
  for (const { path } of files) visit(path, []);
  return circles;
}

import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { Glob } from "bun";
import { parseSync } from "oxc-parser";

const SOURCES = ["src/**/*.ts", "web/**/*.{ts,tsx}", "test/**/*.ts", "scripts/**/*.ts"];

/** The import graph without types: a type cannot break a test that compiles. */
export interface ImportGraph {
  readonly paths: readonly string[];
  /** Files that import a file directly. */
  importersOf(path: string): readonly string[];
}

/** Reads the imports of every source file below a folder. */
export function readImportGraph(root: string): ImportGraph {
  const importers = new Map<string, string[]>();
  const paths = SOURCES.flatMap((pattern) => [...new Glob(pattern).scanSync({ cwd: root })])
    .filter((path) => !path.includes("node_modules"))
    .sort();
  for (const path of paths) {
    const text = readFileSync(join(root, path), "utf8");
    for (const target of importsOf(path, text)) {
      const list = importers.get(target) ?? [];
      importers.set(target, [...list, path]);
    }
  }
  return { paths, importersOf: (path) => importers.get(path) ?? [] };
}

/**
 * The files that a source imports by a relative path, as paths from the root.
 * @param types whether type-only imports count.
 */
export function importsOf(path: string, text: string, types = false): string[] {
  const { module } = parseSync(path, text);
  const imports = module.staticImports.filter(
    ({ entries }) => types || entries.length === 0 || entries.some((entry) => !entry.isType),
  );
  const specifiers = [
    ...imports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap((entry) =>
        (entry.isType && !types) || entry.moduleRequest === null ? [] : [entry.moduleRequest.value],
      ),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) =>
      text.slice(moduleRequest.start + 1, moduleRequest.end - 1),
    ),
  ];
  const relative = specifiers.filter((specifier) => specifier.startsWith("."));
  return [...new Set(relative.map((specifier) => normalize(join(dirname(path), specifier))))];
}

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { z } from "zod";
import { isSevere, readAdvisories } from "../../scripts/ops/advisories.ts";
import { repositoryRoot } from "../../scripts/ops/environments.ts";

const root = repositoryRoot();

/** Permissive licences, by SPDX identifier. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
]);

const named = z.record(z.string(), z.string()).default({});
const manifest = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().default("none"),
  dependencies: named,
  optionalDependencies: named,
});
interface Package extends z.output<typeof manifest> {
  folder: string;
}

async function read(folder: string): Promise<Package> {
  return { ...manifest.parse(await Bun.file(join(folder, "package.json")).json()), folder };
}

/** The folder that a package's import resolves to: the nearest `node_modules` upwards. */
async function find(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; folder.startsWith(root); folder = join(folder, "..")) {
    const there = join(folder, "node_modules", name);
    if (await Bun.file(join(there, "package.json")).exists()) return there;
  }
  return undefined;
}

/** Every package of an installation without development dependencies. */
async function productionTree(): Promise<Package[]> {
  const found = new Map<string, Package>();
  const waiting = [await read(root)];
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    for (const name of Object.keys({ ...from.dependencies, ...from.optionalDependencies })) {
      const folder = await find(name, from.folder);
      // Optional packages are installed for this platform only.
      if (folder === undefined && !(name in from.dependencies)) continue;
      if (folder === undefined) throw new Error(`${name} is not installed`);
      if (found.has(folder)) continue;
      const next = await read(folder);
      found.set(folder, next);
      waiting.push(next);
    }
  }
  return [...found.values()];
}

/** Whether an SPDX expression of AND and OR is satisfied by the allowed licences. */
function isAllowed(expression: string): boolean {
  return expression
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((licence) => ALLOWED.has(licence.trim())));
}

test("everything that is installed to run Atelier has a licence that asks for no more than to be named", async () => {
  const tree = await productionTree();
  expect(tree.length).toBeGreaterThan(50);
  const others = tree.filter(({ license }) => !isAllowed(license));
  expect(others.map(({ name, version, license }) => `${name}@${version}: ${license}`)).toEqual([]);
});

test("a licence is judged by every part of its expression", () => {
  expect(isAllowed("(MPL-2.0 OR Apache-2.0)")).toBe(true);
  expect(isAllowed("MIT AND ISC")).toBe(true);
  for (const licence of ["MIT AND GPL-3.0-only", "FSL-1.1-Apache-2.0", "none", "SEE LICENSE IN x"])
    expect(isAllowed(licence)).toBe(false);
});

test("nothing that only builds or publishes is installed to run Atelier", async () => {
  const names = (await productionTree()).map(({ name }) => name ?? "");
  expect(
    names.filter((name) => /bundler-plugin|^sentry$|esbuild|webpack|vite|rollup|oxc/.test(name)),
  ).toEqual([]);
});

describe("advisories", () => {
  const printed = JSON.stringify({
    one: [{ id: 1, severity: "high", title: "Reads any file", url: "https://example.com/1" }],
    two: [{ id: 2, severity: "low", title: "Slow", url: "https://example.com/2" }],
  });

  test("are read with their packages, and the severe ones told apart", () => {
    const found = readAdvisories(printed) ?? [];
    expect(found.map((one) => [one.package, one.title, isSevere(one)])).toEqual([
      ["one", "Reads any file", true],
      ["two", "Slow", false],
    ]);
    expect(readAdvisories("{}")).toEqual([]);
  });

  test("a database that did not answer is no report of nothing", () => {
    for (const said of ["", "error: POST 405", "[]", '{"one": "high"}'])
      expect(readAdvisories(said)).toBeUndefined();
  });
});

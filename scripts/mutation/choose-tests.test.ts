import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { farTests, nearTests, roomOf } from "./choose-tests.ts";
import { type ImportGraph, importsOf, readImportGraph } from "./import-graph.ts";

/** A tree of files with their imports. */
function graphOf(files: Record<string, string[]>): ImportGraph {
  const importing = Object.entries(files);
  return {
    paths: Object.keys(files),
    importersOf: (path) => importing.filter(([, to]) => to.includes(path)).map(([from]) => from),
  };
}

const graph = graphOf({
  "src/features/audit/repo.ts": [],
  "src/features/audit/seal.ts": ["src/features/audit/repo.ts"],
  "src/features/audit/seal.test.ts": ["src/features/audit/seal.ts"],
  "src/features/audit/routes.test.ts": ["test/support/app.ts"],
  "src/features/other/other.test.ts": ["test/support/app.ts"],
  "src/app.ts": ["src/features/audit/seal.ts"],
  "test/support/app.ts": ["src/app.ts"],
  "test/app/api-docs.test.ts": ["test/support/app.ts"],
  "test/app/every-route.test.ts": ["test/support/app.ts"],
  "test/faults/cut.test.ts": [],
  "test/e2e/pages.test.ts": ["test/support/app.ts"],
});

describe("the tests near a file", () => {
  test("are those that import it, then its feature's", () => {
    expect(nearTests(graph, "src/features/audit/repo.ts")).toEqual([
      [],
      ["src/features/audit/seal.test.ts"],
      ["src/features/audit/routes.test.ts"],
      [],
    ]);
  });

  test("of a file that defines a route's contract begin with its document, and end with all routes", () => {
    const near = nearTests(graph, "src/features/audit/schema.ts");
    expect(near[0]).toEqual(["test/app/api-docs.test.ts"]);
    expect(near.at(-1)).toEqual(["test/app/every-route.test.ts"]);
  });

  test("of a file of the process are those of the whole application, not of every folder below", () => {
    expect(nearTests(graph, "src/app.ts").flat()).toEqual([
      "test/app/api-docs.test.ts",
      "test/app/every-route.test.ts",
    ]);
  });

  test("far ones are all others that reach it", () => {
    expect(farTests(graph, "src/features/audit/repo.ts")).toEqual([
      [
        "src/features/other/other.test.ts",
        "test/app/api-docs.test.ts",
        "test/app/every-route.test.ts",
      ],
      ["test/faults/cut.test.ts"],
      ["test/e2e/pages.test.ts"],
    ]);
  });

  test("are found in this repository, in any folder", () => {
    const tree = readImportGraph(join(import.meta.dir, "..", ".."));
    const near = nearTests(tree, "src/features/audit/record.ts").flat();
    expect(near).toContain("src/features/audit/routes.test.ts");
  });
});

test("types do not count as imports, re-exports and dynamic imports do", () => {
  const text = `
    import type { A } from "./a.ts";
    import { type B } from "../b.ts";
    import { c, type C } from "../c.ts";
    import "./d.ts";
    export { e } from "./e.ts";
    const f = await import("./f.ts");
    import { z } from "zod";
  `;
  expect(importsOf("src/x/y.ts", text).sort()).toEqual([
    "src/c.ts",
    "src/x/d.ts",
    "src/x/e.ts",
    "src/x/f.ts",
  ]);
});

test("a room is a feature, a part of the platform, or a folder", () => {
  expect(
    [
      "src/features/audit/repo.ts",
      "src/platform/db/client.ts",
      "src/platform/clock.ts",
      "src/providers/openai.ts",
      "src/app.ts",
      "web/lib/api.ts",
      "web/features/shell/theme.ts",
    ].map(roomOf),
  ).toEqual([
    "audit",
    "platform/db",
    "platform/clock",
    "providers",
    "process",
    "web/lib",
    "web/shell",
  ]);
});

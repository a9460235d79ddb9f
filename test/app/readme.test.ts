import { expect, test } from "bun:test";
import { join } from "node:path";
import { withSettings } from "../../scripts/write-docs.ts";

test("the README lists every setting as the code has it", async () => {
  const readme = await Bun.file(join(import.meta.dir, "..", "..", "README.md")).text();
  expect(withSettings(readme)).toBe(readme);
});

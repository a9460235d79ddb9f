import { expect, test } from "bun:test";
import { join } from "node:path";
import { withSettings } from "../../scripts/write-docs.ts";

test("the README lists every setting as the code has it", async () => {
  const readme = await Bun.file(join(import.meta.dir, "..", "..", "README.md")).text();
  // The formatter pads the columns of tables.
  const unpadded = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-+/g, "-");
  expect(unpadded(withSettings(readme))).toBe(unpadded(readme));
});

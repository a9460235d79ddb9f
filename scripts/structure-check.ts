import { join } from "node:path";
import { Glob } from "bun";
import { checkStructure } from "./structure/check-structure.ts";

/** Prints one line for each breach of the structure and exits 1 when there is one. */
const root = join(import.meta.dir, "..");
const sources = new Map<string, string>();
for (const pattern of [
  "src/**/*.ts",
  "web/**/*.{ts,tsx}",
  "test/**/*.{ts,tsx}",
  "scripts/**/*.ts",
]) {
  for await (const path of new Glob(pattern).scan({ cwd: root })) {
    if (!path.includes("node_modules")) sources.set(path, await Bun.file(join(root, path)).text());
  }
}
const breaches = checkStructure(sources);
for (const breach of breaches) console.log(breach);
console.log(`structure: ${sources.size} files, ${breaches.length} breaches`);
process.exit(breaches.length === 0 ? 0 : 1);

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Changes that break no promise, each with the reason; a reviewer reads this list. */
export const EQUIVALENTS = "test/equivalent-mutants.json";

const entries = z.array(
  z.strictObject({
    path: z.string(),
    before: z.string(),
    after: z.string(),
    reason: z.string().min(20),
  }),
);

/** Whether a change is on the list. An entry survives moves of its line, but not edits. */
export function readEquivalents(
  root: string,
): (path: string, change: { before: string; after: string }) => boolean {
  const listed = entries.parse(JSON.parse(readFileSync(join(root, EQUIVALENTS), "utf8")));
  const key = (path: string, before: string, after: string) => `${path}\n${before}\n${after}`;
  const known = new Set(listed.map((entry) => key(entry.path, entry.before, entry.after)));
  return (path, { before, after }) => known.has(key(path, before, after));
}

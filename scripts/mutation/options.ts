import { parseArgs } from "node:util";

export const USAGE = `scripts/mutate: makes single changes to the code and tells which of them no test notices.

  --seed N             the sample (default: a new one, which is printed)
  --count N            changes that compile (default 100)
  --paths A,B          only files or folders, or lines as src/a.ts:12 (default: src, web/lib, web/features)
  --changed-since REF  only files that differ from a commit
  --near               ask the tests near the code (default)
  --all                ask every other test about what the near ones did not notice

The work tree is copied; it is not touched. See docs/testing.md.`;

export interface Options {
  readonly seed: number;
  readonly count: number;
  /** Files, folders or lines; empty means everything. */
  readonly paths: readonly string[];
  readonly changedSince: string | undefined;
  readonly all: boolean;
}

/** @throws Error when an option is unknown or not a number. */
export function readOptions(args: string[]): Options | "help" {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string" },
      count: { type: "string", default: "100" },
      paths: { type: "string", default: "" },
      "changed-since": { type: "string" },
      near: { type: "boolean" },
      all: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  return {
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : whole(values.seed),
    count: whole(values.count),
    paths: values.paths.split(",").filter((path) => path !== ""),
    changedSince: values["changed-since"],
    all: values.all,
  };
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a whole number`);
  return Number(text);
}

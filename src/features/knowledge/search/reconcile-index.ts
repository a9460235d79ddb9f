import { and, eq, isNull, lt, or } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../../platform/context.ts";
import type { Database } from "../../../platform/db/client.ts";
import { files, fileVersions } from "../tables.ts";
import { INDEX_FORM, indexPassages, unindexPassages } from "./index-passages.ts";
import { prepareStems } from "./stems.ts";

/** The queue of files whose index entries may be outdated. */
export const INDEX_QUEUE = "knowledge-index";

/**
 * Makes the search index match the current version of a file, and empties it for a deleted file; an entry
 * in an older form is made again. Idempotent.
 * Call it in a transaction; it locks the file's row to the end.
 */
export async function settleIndex(db: Database, projectId: string, fileId: string): Promise<void> {
  await db.select({ id: files.id }).from(files).where(eq(files.id, fileId)).for("update");
  const rows = await db
    .select({ file: files, version: fileVersions })
    .from(files)
    .innerJoin(fileVersions, eq(fileVersions.fileId, files.id))
    .where(
      and(
        eq(files.id, fileId),
        or(
          eq(fileVersions.indexed, true),
          and(eq(fileVersions.id, files.currentVersionId), isNull(files.deletedAt)),
        ),
      ),
    );
  const due = rows.map(({ file, version }) => ({
    wanted: file.deletedAt === null && file.currentVersionId === version.id,
    indexed: version.indexed,
    outdated: version.indexForm < INDEX_FORM,
    entry: {
      ...{ id: version.id, projectId, fileName: file.name },
      language: version.language ?? "simple",
    },
  }));
  // Additions first: they take long before they need the counts, which removals lock from their start.
  for (const { wanted, indexed, entry } of due) {
    if (wanted && !indexed) await indexPassages(db, entry);
  }
  for (const { wanted, indexed, outdated, entry } of due) {
    if (indexed && !(wanted && !outdated)) await unindexPassages(db, entry);
    if (indexed && wanted && outdated) await indexPassages(db, entry);
  }
}

/** {@link settleIndex} in a transaction of its own. */
export async function settleFile(ctx: Ctx, projectId: string, fileId: string): Promise<void> {
  const rows = await ctx.db
    .selectDistinct({ language: fileVersions.language })
    .from(fileVersions)
    .where(eq(fileVersions.fileId, fileId));
  for (const { language } of rows) if (language !== null) await prepareStems(language);
  await inTransaction(ctx, ({ db }) => settleIndex(db, projectId, fileId));
}

/** Files whose current version is indexed in an older form. */
export function listOutdated(
  db: Database,
  limit: number,
): Promise<{ projectId: string; fileId: string }[]> {
  return db
    .select({ projectId: files.projectId, fileId: files.id })
    .from(fileVersions)
    .innerJoin(files, eq(files.id, fileVersions.fileId))
    .where(and(eq(fileVersions.indexed, true), lt(fileVersions.indexForm, INDEX_FORM)))
    .limit(limit);
}

/** Makes the newest readable version the current one, unless a newer one is current already. */
export async function adoptVersion(
  db: Database,
  fileId: string,
  version: { id: string; version: number },
): Promise<void> {
  const [file] = await db.select().from(files).where(eq(files.id, fileId)).for("update");
  if (!file) return;
  const [current] = file.currentVersionId
    ? await db
        .select({ version: fileVersions.version })
        .from(fileVersions)
        .where(eq(fileVersions.id, file.currentVersionId))
    : [];
  if (current && current.version > version.version) return;
  await db.update(files).set({ currentVersionId: version.id }).where(eq(files.id, fileId));
}

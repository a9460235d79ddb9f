import { and, asc, desc, eq, gt, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { PgInsertValue } from "drizzle-orm/pg-core";
import type { Database } from "../../platform/db/client.ts";
import { isAfter } from "../../platform/db/keyset.ts";
import type { Position } from "../../platform/http/pagination.ts";
import type { ProjectScope } from "../projects/index.ts";
import { chunks, files, fileVersions } from "./tables.ts";

export type FileRow = typeof files.$inferSelect;
export type VersionRow = typeof fileVersions.$inferSelect;
export interface FileWithNewest {
  file: FileRow;
  newest: VersionRow;
}
export interface VersionOfFile {
  file: FileRow;
  version: VersionRow;
}

/** Joins each file to its newest version: one row by its key, so that a page of files is read in their order. */
const isNewest = sql`${fileVersions.id} = (
  select newer.id from ${fileVersions} as newer where newer.file_id = ${files.id}
  order by newer.version desc limit 1)`;

/** A project's files, newest first: those in use, or those deleted after an instant. */
export function listFiles(
  db: Database,
  scope: ProjectScope,
  options: { deletedSince: Date | null; after: Position | null; limit: number },
): Promise<FileWithNewest[]> {
  const { after, deletedSince, limit } = options;
  return db
    .select({ file: files, newest: fileVersions })
    .from(files)
    .innerJoin(fileVersions, isNewest)
    .where(
      and(
        eq(files.projectId, scope.projectId),
        deletedSince === null ? isNull(files.deletedAt) : gt(files.deletedAt, deletedSince),
        isAfter({ at: files.createdAt, id: files.id }, after),
      ),
    )
    .orderBy(desc(files.createdAt), desc(files.id))
    .limit(limit + 1);
}

export async function findFile(
  db: Database,
  scope: ProjectScope,
  fileId: string,
  options: { deletedSince?: Date } = {},
): Promise<FileWithNewest | undefined> {
  const { deletedSince } = options;
  const [row] = await db
    .select({ file: files, newest: fileVersions })
    .from(files)
    .innerJoin(fileVersions, isNewest)
    .where(
      and(
        eq(files.id, fileId),
        eq(files.projectId, scope.projectId),
        deletedSince === undefined ? isNull(files.deletedAt) : gt(files.deletedAt, deletedSince),
      ),
    )
    .limit(1);
  return row;
}

/** The file with a name, locked to the end of the transaction; created if missing. */
export async function takeFile(
  db: Database,
  scope: ProjectScope<"editor">,
  fresh: { id: string; name: string; now: Date },
): Promise<{ file: FileRow; created: boolean }> {
  const { projectId } = scope;
  const [created] = await db
    .insert(files)
    .values({
      ...{ id: fresh.id, projectId, name: fresh.name },
      ...{ createdBy: scope.userId, createdAt: fresh.now },
    })
    .onConflictDoNothing({
      target: [files.projectId, files.name],
      where: isNull(files.deletedAt),
    })
    .returning();
  if (created) return { file: created, created: true };
  const [known] = await db
    .select()
    .from(files)
    .where(and(eq(files.projectId, projectId), eq(files.name, fresh.name), isNull(files.deletedAt)))
    .for("update");
  // Deleted between the two statements, so the name is free again.
  return known ? { file: known, created: false } : takeFile(db, scope, fresh);
}

export async function findNewestVersion(
  db: Database,
  fileId: string,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .select()
    .from(fileVersions)
    .where(eq(fileVersions.fileId, fileId))
    .orderBy(desc(fileVersions.version))
    .limit(1);
  return row;
}

export async function insertVersion(
  db: Database,
  row: PgInsertValue<typeof fileVersions>,
): Promise<VersionRow> {
  const [version] = await db.insert(fileVersions).values(row).returning();
  if (!version) throw new Error("The version was not stored");
  return version;
}

/** The file of a version, for jobs, which have no project scope. */
export async function findFileOf(db: Database, versionId: string): Promise<string | undefined> {
  const [row] = await db
    .select({ fileId: fileVersions.fileId })
    .from(fileVersions)
    .where(eq(fileVersions.id, versionId));
  return row?.fileId;
}

/** Versions of a file, newest first. */
export function listVersions(db: Database, fileId: string): Promise<VersionRow[]> {
  return db
    .select()
    .from(fileVersions)
    .where(eq(fileVersions.fileId, fileId))
    .orderBy(desc(fileVersions.version))
    .limit(200);
}

/** A version, current or not, of a file in use. */
export async function findVersion(
  db: Database,
  scope: ProjectScope,
  versionId: string,
): Promise<VersionOfFile | undefined> {
  const [row] = await db
    .select({ file: files, version: fileVersions })
    .from(fileVersions)
    .innerJoin(files, eq(files.id, fileVersions.fileId))
    .where(
      and(
        eq(fileVersions.id, versionId),
        eq(files.projectId, scope.projectId),
        isNull(files.deletedAt),
      ),
    )
    .limit(1);
  return row;
}

/** The passages of a version that overlap a span, in order. */
export function listChunks(
  db: Database,
  versionId: string,
  span: { start: number; end: number },
): Promise<{ start: number; end: number; text: string }[]> {
  return db
    .select({ start: chunks.start, end: chunks.end, text: chunks.text })
    .from(chunks)
    .where(
      and(
        eq(chunks.fileVersionId, versionId),
        lt(chunks.start, span.end),
        gt(chunks.end, span.start),
      ),
    )
    .orderBy(asc(chunks.ordinal));
}

/** @returns false when the name is in use again. */
export async function setDeleted(
  db: Database,
  scope: ProjectScope<"editor">,
  fileId: string,
  deletedAt: Date | null,
): Promise<boolean> {
  const rows = await db
    .update(files)
    .set({ deletedAt })
    .where(
      and(
        eq(files.id, fileId),
        eq(files.projectId, scope.projectId),
        deletedAt === null ? isNotNull(files.deletedAt) : isNull(files.deletedAt),
        deletedAt === null
          ? sql`not exists (select 1 from ${files} as other where other.project_id = ${files.projectId}
              and other.name = ${files.name} and other.deleted_at is null)`
          : undefined,
      ),
    )
    .returning({ id: files.id });
  return rows.length > 0;
}

/** Ready versions, with the data for choosing a context, oldest file first. */
export function listReadyVersions(db: Database, scope: ProjectScope): Promise<VersionOfFile[]> {
  return db
    .select({ file: files, version: fileVersions })
    .from(files)
    .innerJoin(fileVersions, eq(fileVersions.id, files.currentVersionId))
    .where(
      and(
        eq(files.projectId, scope.projectId),
        isNull(files.deletedAt),
        eq(fileVersions.status, "ready"),
      ),
    )
    .orderBy(asc(files.createdAt), asc(files.id));
}

/** The first passages of the newest files, for questions that match no word. */
export async function listOpenings(db: Database, scope: ProjectScope, limit: number) {
  const rows = await db
    .select({ file: files, version: fileVersions, chunk: chunks })
    .from(files)
    .innerJoin(fileVersions, eq(fileVersions.id, files.currentVersionId))
    .innerJoin(chunks, and(eq(chunks.fileVersionId, fileVersions.id), lt(chunks.ordinal, 8)))
    .where(and(eq(files.projectId, scope.projectId), isNull(files.deletedAt)))
    .orderBy(asc(chunks.ordinal), desc(files.createdAt), desc(files.id))
    .limit(limit);
  return rows.map(({ file, version, chunk }) => ({
    fileId: file.id,
    fileVersionId: version.id,
    fileName: file.name,
    start: chunk.start,
    end: chunk.end,
    text: chunk.text,
    tokenCount: chunk.tokenCount,
    pageStarts: version.pageStarts,
    score: 0,
  }));
}

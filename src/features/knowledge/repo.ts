import { and, asc, count, desc, eq, gt, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type { PgInsertValue } from "drizzle-orm/pg-core";
import type { Database } from "../../platform/db/client.ts";
import { isAfter, isAnyOf } from "../../platform/db/keyset.ts";
import { prepared } from "../../platform/db/prepared.ts";
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

const readyVersions = prepared((db) =>
  db
    .select({
      fileId: files.id,
      fileVersionId: fileVersions.id,
      name: files.name,
      tokenCount: fileVersions.tokenCount,
      createdAt: files.createdAt,
    })
    .from(files)
    .innerJoin(fileVersions, eq(fileVersions.id, files.currentVersionId))
    .where(
      and(
        eq(files.projectId, sql.placeholder("projectId")),
        isNull(files.deletedAt),
        eq(fileVersions.status, "ready"),
        sql`(${files.createdAt}, ${files.id}) > (${sql.placeholder("at")}::timestamptz, ${sql.placeholder("id")}::uuid)`,
      ),
    )
    .orderBy(asc(files.createdAt), asc(files.id))
    .limit(sql.placeholder("limit"))
    .prepare("ready_versions"),
);

/** A position before every file. */
const FIRST = { at: "-infinity", id: "00000000-0000-0000-0000-000000000000" };

/** Files with a ready current version after a position, oldest file first. */
export function listReadyVersions(
  db: Database,
  { projectId }: ProjectScope,
  after: Position | null,
  limit: number,
) {
  const from = after === null ? FIRST : { at: after.at.toISOString(), id: after.id };
  return readyVersions(db).execute({ projectId, ...from, limit });
}

/** Number of files with a current version. */
export async function countCurrentVersions(db: Database, scope: ProjectScope): Promise<number> {
  const [row] = await db
    .select({ files: count() })
    .from(files)
    .where(
      and(
        eq(files.projectId, scope.projectId),
        isNull(files.deletedAt),
        isNotNull(files.currentVersionId),
      ),
    );
  return row?.files ?? 0;
}

/** The passages of ready versions of files in use, in order; one without text for a version that has none. */
export function listTexts(db: Database, scope: ProjectScope, versionIds: string[]) {
  return db
    .select({
      versionId: fileVersions.id,
      start: chunks.start,
      end: chunks.end,
      text: chunks.text,
    })
    .from(fileVersions)
    .innerJoin(files, eq(files.id, fileVersions.fileId))
    .leftJoin(chunks, eq(chunks.fileVersionId, fileVersions.id))
    .where(
      and(
        sql`${fileVersions.id} = any (${sql.param(versionIds)}::uuid[])`,
        eq(files.projectId, scope.projectId),
        isNull(files.deletedAt),
      ),
    )
    .orderBy(asc(fileVersions.id), asc(chunks.ordinal));
}

/** The first passages of the newest files, for questions that match no word. */
export async function listOpenings(db: Database, scope: ProjectScope, limit: number) {
  // Whatever the project has: only files that can be among the first are looked at.
  const newest = sql`(
    select ${files.id} from ${files}
    where ${files.projectId} = ${scope.projectId}::uuid and ${files.deletedAt} is null
      and exists (
        select from ${chunks} as opening
        where opening.file_version_id = ${files.currentVersionId} and opening.ordinal = 0
      )
    order by ${files.createdAt} desc, ${files.id} desc
    limit ${limit}::integer
  )`;
  const rows = await db
    .select({ file: files, version: fileVersions, chunk: chunks })
    .from(files)
    .innerJoin(fileVersions, eq(fileVersions.id, files.currentVersionId))
    .innerJoin(chunks, and(eq(chunks.fileVersionId, fileVersions.id), lt(chunks.ordinal, 8)))
    .where(isAnyOf(files.id, newest))
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

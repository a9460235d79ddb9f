import { z } from "@hono/zod-openapi";
import { flag, orNull, page, timestamp } from "../../platform/http/json.ts";
import { pageQuery } from "../../platform/http/pagination.ts";
import { VERSION_STATUSES } from "./tables.ts";

export const versionStatus = z.enum(VERSION_STATUSES);

export const fileVersion = z
  .object({
    id: z.uuid(),
    fileId: z.uuid(),
    fileName: z.string(),
    version: z.number().int(),
    sha256: z.string(),
    sizeBytes: z.number().int(),
    /** By content, not by name. */
    mediaType: z.string(),
    status: versionStatus,
    /** Why it could not be read; null unless `status` is `failed`. */
    failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
    /** `read_as_latin1` or `invalid_bytes_replaced` when the text was odd; else null. */
    note: z.string().nullable(),
    /** UTF-16 code units of its text; null until that is known. */
    textLength: z.number().int().nullable(),
    tokenCount: z.number().int().nullable(),
    /** Null where there are no pages. */
    pageCount: z.number().int().nullable(),
    language: z.string().nullable(),
    createdBy: z.uuid().nullable(),
    createdAt: timestamp,
  })
  .openapi("FileVersion");
export type FileVersion = z.infer<typeof fileVersion>;

export const file = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    /** The version that answers and search use; null until one could be read. */
    currentVersionId: z.uuid().nullable(),
    /** The newest version, whatever its state. */
    newest: fileVersion,
    createdAt: timestamp,
    deletedAt: timestamp.nullable(),
  })
  .openapi("File");
export type File = z.infer<typeof file>;

export const filePage = page(file).openapi("FilePage");
export const versionPage = page(fileVersion).openapi("FileVersionPage");

/** What an upload did: `unchanged` when the newest version has the same bytes already. */
export const uploadOutcome = z.enum(["created", "updated", "unchanged"]);
export type UploadOutcome = z.infer<typeof uploadOutcome>;

export const uploadedFile = file.extend({ outcome: uploadOutcome }).openapi("UploadedFile");
export type UploadedFile = z.infer<typeof uploadedFile>;

/** One file of a form: stored, or refused with the reason; the others are not affected. */
export const uploadResult = z
  .object({
    name: z.string(),
    file: orNull(uploadedFile),
    problem: z
      .object({ status: z.number().int(), code: z.string(), detail: z.string() })
      .nullable(),
  })
  .openapi("UploadResult");
export const uploadResults = z.object({ items: z.array(uploadResult) }).openapi("UploadResults");

/** UTF-16 code units that one answer may hold. */
export const MAX_TEXT_UNITS = 200_000;

export const fileText = z
  .object({
    fileId: z.uuid(),
    fileVersionId: z.uuid(),
    fileName: z.string(),
    /** Offsets in UTF-16 code units of the whole text; `text` is what lies between. */
    start: z.number().int(),
    end: z.number().int(),
    textLength: z.number().int(),
    text: z.string(),
    /** Where each page begins; empty where there are no pages. */
    pageStarts: z.array(z.number().int()),
  })
  .openapi("FileText");

const span = z.object({ start: z.number().int(), end: z.number().int() });

export const searchHit = z
  .object({
    fileId: z.uuid(),
    fileVersionId: z.uuid(),
    fileName: z.string(),
    start: z.number().int(),
    end: z.number().int(),
    /** The page the passage begins on, from 1; null where there are no pages. */
    page: z.number().int().nullable(),
    text: z.string(),
    /** Where words of the query stand, as offsets in `text`. */
    highlights: z.array(span),
    score: z.number(),
  })
  .openapi("SearchHit");
export type SearchHit = z.infer<typeof searchHit>;
export const searchHits = z.object({ items: z.array(searchHit) }).openapi("SearchHits");

const amount = z.object({
  used: z.number().int(),
  /** Null: without limit; 0: nothing more may be stored. */
  limit: z.number().int().nullable(),
});
export const storageUsage = z
  .object({ bytes: amount, files: amount, versions: amount })
  .openapi("StorageUsage");
export type StorageUsage = z.infer<typeof storageUsage>;

export const projectStorage = z
  .object({
    project: storageUsage,
    /** What the caller has uploaded, in all projects. */
    user: storageUsage,
    /** What of the project is deleted: it can be restored, and counts until it is purged. */
    deleted: z.object({ bytes: z.number().int(), files: z.number().int() }),
    purgedAfterDays: z.number().int(),
    /** Versions kept of each file, beside those that answers cite; null keeps all. */
    versionsKept: z.number().int().nullable(),
  })
  .openapi("ProjectStorage");
export type ProjectStorage = z.infer<typeof projectStorage>;

const ids = { projectId: z.uuid() };
export const projectOnly = z.object(ids);
export const fileParams = z.object({ ...ids, fileId: z.uuid() });
export const versionParams = z.object({ ...ids, versionId: z.uuid() });
export const nameParams = z.object({ ...ids, name: z.string().max(2_000) });
export const listQuery = pageQuery.extend({
  /** Those that were deleted and can still be restored, instead of those in use. */
  deleted: flag(),
});
export const textQuery = z.object({
  start: z.coerce.number().int().min(0).default(0),
  end: z.coerce.number().int().min(0).optional(),
});
export const searchQuery = z.object({
  q: z.string().min(1).max(1_000),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});

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
    /** Detected from the content. */
    mediaType: z.string(),
    status: versionStatus,
    /** Why it could not be read; null unless `status` is `failed`. */
    failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
    /**
     * What was unusual about the text: `read_as_` and the encoding that was guessed, `invalid_bytes_replaced`,
     * `cut_at_end` or, for PDFs, `characters_missing` and `pages_without_text`; else null.
     */
    note: z.string().nullable(),
    /** UTF-16 code units of its text; null until it was read. */
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
    /** The version that answers and search use; null until one was read. */
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

/** The result for one file of a form: stored, or refused with the reason. */
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

/** UTF-16 code units per response. */
export const MAX_TEXT_UNITS = 200_000;

export const fileText = z
  .object({
    fileId: z.uuid(),
    fileVersionId: z.uuid(),
    fileName: z.string(),
    /** Offsets of `text` in UTF-16 code units of the whole text. */
    start: z.number().int(),
    end: z.number().int(),
    textLength: z.number().int(),
    text: z.string(),
    /** Start offset of each page; empty without pages. */
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
    /** The page on which the passage starts, from 1; null without pages. */
    page: z.number().int().nullable(),
    text: z.string(),
    /** Matched words, as offsets in `text`. */
    highlights: z.array(span),
    score: z.number(),
  })
  .openapi("SearchHit");
export type SearchHit = z.infer<typeof searchHit>;
export const searchHits = z.object({ items: z.array(searchHit) }).openapi("SearchHits");

const amount = z.object({
  used: z.number().int(),
  /** Null: unlimited; 0: storing is blocked. */
  limit: z.number().int().nullable(),
});
export const storageUsage = z
  .object({ bytes: amount, files: amount, versions: amount })
  .openapi("StorageUsage");
export type StorageUsage = z.infer<typeof storageUsage>;

export const projectStorage = z
  .object({
    project: storageUsage,
    /** The caller's uploads in all projects. */
    user: storageUsage,
    /** Deleted files that can still be restored; they count until they are purged. */
    deleted: z.object({ bytes: z.number().int(), files: z.number().int() }),
    purgedAfterDays: z.number().int(),
    /** Versions kept of each file, in addition to cited ones; null keeps all. */
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
  /** Deleted files that can still be restored, instead of files in use. */
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

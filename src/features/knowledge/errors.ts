import { Problem } from "../../platform/http/problem.ts";
import type { ReadingFault } from "./ingest/extract-text.ts";
import type { SniffFault } from "./ingest/sniff-file.ts";
import type { StorageScope } from "./tables.ts";

/** Why a version could not be read; `lost` and `given_up` come from this process, the others from the reader. */
export type FailureCode = ReadingFault | "lost" | "given_up";

const FAILURES: Record<FailureCode, string> = {
  archive: "Archives cannot be read; add the files inside it one by one.",
  office: "Office documents cannot be read yet; export it as PDF, Markdown or plain text.",
  image: "Images cannot be read as knowledge.",
  media: "Audio and video cannot be read as knowledge.",
  program: "Programs cannot be read as knowledge.",
  binary: "The file is neither text nor PDF.",
  empty: "The file contains no text.",
  encrypted: "The PDF is password-protected. Add a copy without a password.",
  damaged: "The file is damaged or incomplete and cannot be opened.",
  no_text: "The PDF contains only images of pages. Run text recognition (OCR) on it first.",
  unknown_characters:
    "The PDF does not say which characters it shows. Export it again, or run text recognition (OCR) on it.",
  too_long: "The file contains more text than can be read.",
  too_slow: "Reading the file took too long. It may be damaged or malicious.",
  too_much_memory: "Reading the file took too much memory. It may be damaged or malicious.",
  lost: "The stored bytes of the file are missing. Upload it again.",
  given_up: "Reading the file failed three times without a result. It may be damaged.",
};

/** One sentence for the uploader. */
export function failureSentence(code: string): string {
  return new Map<string, string>(Object.entries(FAILURES)).get(code) ?? "The file cannot be read.";
}

export const fileNotFound = () =>
  new Problem(404, "file_not_found", "This file does not exist, or you may not see it.");
export const fileNameRefused = (fault: string, sentence: string) =>
  new Problem(422, "file_name_refused", sentence, { extra: { reason: fault } });
export const fileTooLarge = (limit: number) =>
  new Problem(413, "file_too_large", `The file is larger than ${limit} bytes.`, {
    extra: { limit },
  });
/** Subject of a quota in sentences. */
const QUOTA_OF: Record<StorageScope, string> = {
  workspace: "This workspace",
  project: "This project",
  user: "Each person",
};

/** @param used usage without the refused upload. */
export const quotaExceeded = (
  scope: StorageScope,
  kind: "bytes" | "files" | "versions",
  limit: number,
  used: number,
) => {
  const left = Math.max(0, limit - used);
  const of = kind === "bytes" ? "bytes of files" : kind === "files" ? "files" : "versions of files";
  return new Problem(
    // A full workspace is the server's limit (RFC 4918, section 11.5); the other limits are the sender's.
    scope === "workspace" ? 507 : 413,
    `${scope}_${kind}_quota_exceeded`,
    `${QUOTA_OF[scope]} may store ${limit} ${of}; ${left} are left. Deleted files count until they are purged.`,
    { extra: { limit, used, left } },
  );
};

export const diskReserveReached = () =>
  new Problem(
    507,
    "disk_reserve_reached",
    "The server's disk is nearly full; the rest is reserved for the database.",
  );

export const fileTypeRefused = (fault: SniffFault) =>
  new Problem(415, "file_type_refused", FAILURES[fault], { extra: { reason: fault } });
export const fileEmpty = () => new Problem(422, "file_empty", "The file is empty.");
export const fileNameTaken = () =>
  new Problem(
    409,
    "file_name_taken",
    "A file with this name has been added since. Delete it first.",
  );
export const fileNotFailed = () =>
  new Problem(409, "file_not_failed", "Only a file that could not be read can be tried again.");
export const uploadMalformed = () =>
  new Problem(400, "malformed_body", "The body is not a multipart form with files.");
export const tooManyFiles = (limit: number) =>
  new Problem(413, "too_many_files", `At most ${limit} files can be uploaded at once.`);

import { failureSentence } from "./errors.ts";
import type { StoredFile } from "./ingest/store-file.ts";
import type { FileRow, FileWithNewest, VersionRow } from "./repo.ts";
import type { File, FileVersion, UploadedFile } from "./schema.ts";

/** A version in the API's format. */
export function presentVersion(file: FileRow, version: VersionRow): FileVersion {
  const { failure } = version;
  return {
    id: version.id,
    fileId: file.id,
    fileName: file.name,
    version: version.version,
    sha256: version.sha256,
    sizeBytes: version.sizeBytes,
    mediaType: version.mediaType,
    status: version.status,
    failure: failure === null ? null : { code: failure, detail: failureSentence(failure) },
    note: version.note,
    textLength: version.textLength,
    tokenCount: version.tokenCount,
    pageCount: version.pageStarts?.length ?? null,
    language: version.language,
    createdBy: version.createdBy,
    createdAt: version.createdAt.toISOString(),
  };
}

/** A file in the API's format. */
export function presentFile({ file, newest }: FileWithNewest): File {
  return {
    id: file.id,
    projectId: file.projectId,
    name: file.name,
    currentVersionId: file.currentVersionId,
    newest: presentVersion(file, newest),
    createdAt: file.createdAt.toISOString(),
    deletedAt: file.deletedAt?.toISOString() ?? null,
  };
}

export function presentUpload(stored: StoredFile): UploadedFile {
  return { ...presentFile(stored), outcome: stored.outcome };
}

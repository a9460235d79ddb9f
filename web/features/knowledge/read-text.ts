import { api, read } from "../../lib/api.ts";
import type { FileText } from "../../lib/api-types.ts";

/** A part of the text that was read from one version of a file; offsets in UTF-16 units. */
export function readText(
  projectId: string,
  versionId: string,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<FileText> {
  return read(
    api.GET("/projects/{projectId}/file-versions/{versionId}/text", {
      params: { path: { projectId, versionId }, query: { start, end } },
      signal,
    }),
  );
}

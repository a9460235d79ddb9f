import { api, read } from "../../lib/api.ts";
import type { FileText } from "../../lib/api-types.ts";

/** Reads a part of a file version's text; offsets in UTF-16 units. */
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

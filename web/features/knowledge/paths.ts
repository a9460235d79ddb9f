import { type ApiPath, path, withQuery } from "../../lib/api.ts";

/** A part of the text that was read from one version of a file; offsets in UTF-16 units. */
export function textPath(
  projectId: string,
  versionId: string,
  start: number,
  end: number,
): ApiPath {
  return withQuery(path`/projects/${projectId}/file-versions/${versionId}/text`, { start, end });
}

/** The bytes of one version, as they were uploaded. */
export function contentPath(projectId: string, versionId: string): ApiPath {
  return path`/projects/${projectId}/file-versions/${versionId}/content`;
}

import { type ApiPath, path } from "../../lib/api-path.ts";

/** The bytes of one version of a file, as they were uploaded. */
export function contentPath(projectId: string, versionId: string): ApiPath {
  return path`/projects/${projectId}/file-versions/${versionId}/content`;
}

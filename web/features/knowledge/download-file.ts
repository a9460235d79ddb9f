import { api, at } from "../../lib/api.ts";
import { path } from "../../lib/api-path.ts";

/**
 * Starts the browser's download of a file version. The page does not see a refusal of a browser download, so
 * the file's metadata is requested first. Throws ApiError.
 */
export async function downloadFile(
  file: { id: string; name: string; projectId: string },
  versionId: string,
): Promise<void> {
  const { projectId } = file;
  await api.GET("/projects/{projectId}/files/{fileId}", at({ projectId, fileId: file.id }));
  const link = document.createElement("a");
  link.href = path`/projects/${projectId}/file-versions/${versionId}/content`;
  link.download = file.name;
  link.click();
}

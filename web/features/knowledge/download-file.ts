import { api, at } from "../../lib/api.ts";
import { path } from "../../lib/api-path.ts";

/**
 * Lets the browser download a version of a file. What the browser fetches by itself tells the page of
 * no refusal, so the file is asked for first. Throws ApiError.
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

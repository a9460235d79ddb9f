import { api } from "../../lib/api.ts";
import { ApiError } from "../../lib/api-error.ts";
import { path } from "../../lib/api-path.ts";
import { t } from "../../lib/i18n.ts";
import { refused } from "../../lib/refused.ts";

/**
 * Uploads one file as the newest version of its name. Uses XMLHttpRequest, since `fetch` has no upload
 * progress. Throws ApiError.
 */
export function uploadFile(
  projectId: string,
  file: File,
  signal: AbortSignal,
  onProgress: (part: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path`/projects/${projectId}/files/${file.name}`);
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(refused(request.status, request.responseText));
    });
    request.addEventListener("error", () => {
      reject(new ApiError(0, "offline", t("error.offline")));
      // A server that refuses a file before it was sent completely looks the same. Another call finds out, and
      // reports, whether the session has ended.
      api.GET("/me").catch(() => undefined);
    });
    request.addEventListener("abort", () =>
      reject(new ApiError(0, "aborted", t("error.unexpected"))),
    );
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

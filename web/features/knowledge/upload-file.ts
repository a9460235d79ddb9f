import { ApiError, path } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";

function problemOf(request: XMLHttpRequest): ApiError {
  let body: unknown;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    body = undefined;
  }
  const text = (name: string): string | undefined => {
    const value: unknown =
      typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === "string" ? value : undefined;
  };
  return new ApiError(
    request.status,
    text("code") ?? "unreadable",
    text("detail") ?? t("error.unreadable", { status: request.status }),
    { requestId: text("requestId") },
  );
}

/**
 * Sends one file as the newest version of its name. `fetch` cannot tell how much of a body has been
 * sent, so this is the older interface. Throws ApiError.
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
      else reject(problemOf(request));
    });
    request.addEventListener("error", () => reject(new ApiError(0, "offline", t("error.offline"))));
    request.addEventListener("abort", () =>
      reject(new ApiError(0, "aborted", t("error.unexpected"))),
    );
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

import type { Ctx } from "../../platform/context.ts";
import type { ProjectScope } from "../projects/index.ts";
import { fileNotFound } from "./errors.ts";
import { blobKey } from "./ingest/store-file.ts";
import { getVersion } from "./service.ts";

/**
 * The bytes of a version as a download that browsers never render, whatever they contain.
 * @throws {Problem} 404.
 */
export async function downloadVersion(
  ctx: Ctx,
  scope: ProjectScope,
  versionId: string,
): Promise<Response> {
  const { file, version } = await getVersion(ctx, scope, versionId);
  const blob = await ctx.deps.blobs.get(blobKey(file.projectId, version.id));
  if (!blob) throw fileNotFound();
  return new Response(blob.stream(), {
    headers: {
      "content-type": version.mediaType,
      "content-length": String(version.sizeBytes),
      "content-disposition": contentDisposition(file.name),
      "content-security-policy": "sandbox; default-src 'none'",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "private, no-store",
      etag: `"${version.sha256}"`,
    },
  });
}

/** RFC 6266: an ASCII name for old clients, the full one in UTF-8 (RFC 8187) for all others. */
export function contentDisposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

import { eq, inArray } from "drizzle-orm";
import type { Ctx } from "../../platform/context.ts";
import { restorableSince } from "../projects/index.ts";
import { blobKey } from "./ingest/store-file.ts";
import { files, fileVersions } from "./tables.ts";

const BATCH = 500;
/** A version's key, or a temporary file left by a writer that died. */
const KEY = /^files\/[\w-]+\/([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})(_|$)/;

/**
 * Removes bytes without a file version, left when a process died between storing them and the commit. Only
 * those older than the restore window, so that a restored older database still finds its bytes. A failure to
 * delete is logged and retried by the next run.
 */
export async function purgeOrphans(ctx: Ctx): Promise<void> {
  const before = restorableSince(ctx).getTime();
  const old = new Map<string, string>();
  for await (const key of ctx.deps.blobs.list("files")) {
    const versionId = KEY.exec(key)?.[1];
    if (versionId === undefined || madeAt(versionId) >= before) continue;
    old.set(key, versionId);
    if (old.size < BATCH) continue;
    await removeUnnamed(ctx, old);
    old.clear();
  }
  await removeUnnamed(ctx, old);
}

async function removeUnnamed(ctx: Ctx, versionIds: ReadonlyMap<string, string>): Promise<void> {
  if (versionIds.size === 0) return;
  const rows = await ctx.db
    .select({ id: fileVersions.id, projectId: files.projectId })
    .from(fileVersions)
    .innerJoin(files, eq(files.id, fileVersions.fileId))
    .where(inArray(fileVersions.id, [...versionIds.values()]));
  const named = new Set(rows.map(({ projectId, id }) => blobKey(projectId, id)));
  for (const key of versionIds.keys()) {
    if (named.has(key)) continue;
    await ctx.deps.blobs.delete(key).catch((error) => {
      ctx.deps.logger.warn({ err: error, key }, "bytes without a file version not deleted");
    });
  }
}

/** Creation time of a UUIDv7 in milliseconds (RFC 9562, section 5.7). */
function madeAt(id: string): number {
  return Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
}

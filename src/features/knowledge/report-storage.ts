import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { Ctx } from "../../platform/context.ts";
import type { ProjectScope } from "../projects/index.ts";
import { type Amounts, quotasOf, type StorageKind, usageFor } from "./check-quota.ts";
import type { ProjectStorage, StorageUsage } from "./schema.ts";
import { files } from "./tables.ts";

/** Storage used by the project and by the caller in all projects, with the limits. */
export async function reportStorage(ctx: Ctx, scope: ProjectScope): Promise<ProjectStorage> {
  const { config } = ctx.deps;
  const quotas = quotasOf(config);
  const [usage, deleted] = await Promise.all([
    usageFor(ctx.db, scope),
    ctx.db
      .select({
        bytes: sql<string>`coalesce(sum(${files.storedBytes}), 0)`,
        files: sql<string>`count(*)`,
      })
      .from(files)
      .where(and(eq(files.projectId, scope.projectId), isNotNull(files.deletedAt))),
  ]);
  return {
    project: present(usage.project, quotas.project),
    user: present(usage.user, quotas.user),
    deleted: { bytes: Number(deleted[0]?.bytes ?? 0), files: Number(deleted[0]?.files ?? 0) },
    purgedAfterDays: config.restoreDays,
    versionsKept: config.fileVersionsKept,
  };
}

function present(used: Amounts, limits: Record<StorageKind, number | null>): StorageUsage {
  const of = (kind: StorageKind) => ({ used: used[kind], limit: limits[kind] });
  return { bytes: of("bytes"), files: of("files"), versions: of("versions") };
}

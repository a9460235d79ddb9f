import { and, eq, isNull, or, sql } from "drizzle-orm";
import type { Config } from "../../config.ts";
import type { Database } from "../../platform/db/client.ts";
import type { Problem } from "../../platform/http/problem.ts";
import type { ProjectScope } from "../projects/index.ts";
import { quotaExceeded } from "./errors.ts";
import { files, fileVersions, STORAGE_SCOPES, type StorageScope, storageUsage } from "./tables.ts";

/** What is limited, in each scope. */
export const STORAGE_KINDS = ["bytes", "files", "versions"] as const;
export type StorageKind = (typeof STORAGE_KINDS)[number];

/** Amounts of each kind. */
export type Amounts = Record<StorageKind, number>;

/** The scope id of the workspace's usage row. */
const WORKSPACE = "00000000-0000-0000-0000-000000000000";
const NOTHING: Amounts = { bytes: 0, files: 0, versions: 0 };

/** The configured quotas: null is unlimited, 0 blocks storing. */
export function quotasOf(config: Config): Record<StorageScope, Record<StorageKind, number | null>> {
  return {
    workspace: {
      bytes: config.quotaWorkspaceBytes,
      files: config.quotaWorkspaceFiles,
      versions: config.quotaWorkspaceVersions,
    },
    project: {
      bytes: config.quotaProjectBytes,
      files: config.quotaProjectFiles,
      versions: config.quotaProjectVersions,
    },
    user: {
      bytes: config.quotaUserBytes,
      files: config.quotaUserFiles,
      versions: config.quotaUserVersions,
    },
  };
}

/** Usage of the workspace, of a project, and of its scope's user in all projects. */
export async function usageFor(
  db: Database,
  { projectId, userId }: ProjectScope,
): Promise<Record<StorageScope, Amounts>> {
  const ids: Record<StorageScope, string> = {
    workspace: WORKSPACE,
    project: projectId,
    user: userId,
  };
  const rows = await db
    .select()
    .from(storageUsage)
    .where(
      or(
        ...STORAGE_SCOPES.map((scope) =>
          and(eq(storageUsage.scope, scope), eq(storageUsage.scopeId, ids[scope])),
        ),
      ),
    );
  const of = (wanted: StorageScope): Amounts =>
    rows.find(({ scope }) => scope === wanted) ?? NOTHING;
  return { workspace: of("workspace"), project: of("project"), user: of("user") };
}

/**
 * Refuses what this transaction has just stored when it exceeds a quota. Storing has locked the usage rows
 * until the end of the transaction, so concurrent uploads cannot exceed a limit together.
 * @throws {Problem} 413 or 507 `<scope>_<kind>_quota_exceeded`.
 */
export async function checkQuota(
  db: Database,
  config: Config,
  scope: ProjectScope,
  added: Amounts,
): Promise<void> {
  const usage = await usageFor(db, scope);
  const quotas = quotasOf(config);
  for (const of of STORAGE_SCOPES) {
    for (const kind of STORAGE_KINDS) {
      const limit = quotas[of][kind];
      if (limit === null || added[kind] === 0 || usage[of][kind] <= limit) continue;
      throw quotaExceeded(of, kind, limit, usage[of][kind] - added[kind]);
    }
  }
}

/** Maximum bytes of an upload, and the error beyond them. */
export interface Room {
  bytes: number;
  refusal: () => Problem;
}

/**
 * Maximum size of an upload under a name, so that one that cannot be stored is not read completely: the rest of
 * the tightest quota, or the size of the newest version, whose bytes it may repeat.
 * @returns null without byte quotas
 */
export async function roomFor(
  db: Database,
  config: Config,
  scope: ProjectScope,
  name: string,
): Promise<Room | null> {
  const quotas = quotasOf(config);
  if (STORAGE_SCOPES.every((of) => quotas[of].bytes === null)) return null;
  const [usage, repeated] = await Promise.all([
    usageFor(db, scope),
    newestSize(db, scope.projectId, name),
  ]);
  let room: Room | null = null;
  for (const of of STORAGE_SCOPES) {
    const limit = quotas[of].bytes;
    if (limit === null) continue;
    const used = usage[of].bytes;
    const bytes = Math.max(limit - used, repeated);
    if (room !== null && bytes >= room.bytes) continue;
    room = { bytes, refusal: () => quotaExceeded(of, "bytes", limit, used) };
  }
  return room;
}

async function newestSize(db: Database, projectId: string, name: string): Promise<number> {
  const [row] = await db
    .select({ size: fileVersions.sizeBytes })
    .from(files)
    .innerJoin(fileVersions, eq(fileVersions.fileId, files.id))
    .where(and(eq(files.projectId, projectId), eq(files.name, name), isNull(files.deletedAt)))
    .orderBy(sql`${fileVersions.version} desc`)
    .limit(1);
  return row?.size ?? 0;
}

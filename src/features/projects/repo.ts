import { and, desc, eq, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import type { Position } from "../../platform/http/pagination.ts";
import type { ProjectScope } from "./policy.ts";
import { projectMembers, projects } from "./tables.ts";

export type ProjectRow = typeof projects.$inferSelect;

export async function findMembership(
  db: Database,
  projectId: string,
  userId: string,
  deleted: boolean,
) {
  const [row] = await db
    .select({ role: projectMembers.role, archivedAt: projects.archivedAt })
    .from(projectMembers)
    .innerJoin(projects, eq(projects.id, projectMembers.projectId))
    .where(
      and(
        eq(projectMembers.projectId, projectId),
        eq(projectMembers.principalId, userId),
        deleted ? undefined : isNull(projects.deletedAt),
      ),
    )
    .limit(1);
  return row;
}

export async function insertProject(
  db: Database,
  row: typeof projects.$inferInsert,
  ownerId: string,
): Promise<ProjectRow> {
  const [project] = await db.insert(projects).values(row).returning();
  if (!project) throw new Error("The project was not stored");
  await db
    .insert(projectMembers)
    .values({ projectId: project.id, principalId: ownerId, role: "owner" });
  return project;
}

export async function findProject(
  db: Database,
  scope: ProjectScope,
): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.id, scope.projectId)).limit(1);
  return row;
}

/** The user's projects with their role, most recently changed first. */
export function listProjects(
  db: Database,
  userId: string,
  options: { archived: boolean; after: Position | null; limit: number },
) {
  const { after } = options;
  return db
    .select({ project: projects, role: projectMembers.role })
    .from(projectMembers)
    .innerJoin(projects, eq(projects.id, projectMembers.projectId))
    .where(
      and(
        eq(projectMembers.principalId, userId),
        isNull(projects.deletedAt),
        options.archived ? isNotNull(projects.archivedAt) : isNull(projects.archivedAt),
        after === null
          ? undefined
          : or(
              lt(projects.updatedAt, after.at),
              and(eq(projects.updatedAt, after.at), lt(projects.id, after.id)),
            ),
      ),
    )
    .orderBy(desc(projects.updatedAt), desc(projects.id))
    .limit(options.limit + 1);
}

export async function findPersonalProjectId(db: Database, userId: string): Promise<string | null> {
  const [row] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(eq(projects.personalOf, userId))
    .limit(1);
  return row?.id ?? null;
}

/** Changes a project when it still has the expected version (null: whatever it has). @returns undefined when it has not. */
export async function updateProject(
  db: Database,
  scope: ProjectScope,
  change: Partial<
    Pick<ProjectRow, "name" | "description" | "instructions" | "archivedAt" | "deletedAt">
  >,
  expected: number | null,
  now: Date,
): Promise<ProjectRow | undefined> {
  const [row] = await db
    .update(projects)
    .set({ ...change, version: sql`${projects.version} + 1`, updatedAt: now })
    .where(
      and(
        eq(projects.id, scope.projectId),
        expected === null ? undefined : eq(projects.version, expected),
      ),
    )
    .returning();
  return row;
}

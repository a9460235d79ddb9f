import { and, asc, count, desc, eq, gt, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import type { Changes } from "../../platform/db/columns.ts";
import { isAfter, isAnyOf } from "../../platform/db/keyset.ts";
import { prepared } from "../../platform/db/prepared.ts";
import type { Position } from "../../platform/http/pagination.ts";
import { users } from "../identity/tables.ts";
import { inFew, inMany, isOwnProject, ownMemberships } from "./find-own-projects.ts";
import type { MembershipScope, ProjectScope } from "./policy.ts";
import type { ProjectChange } from "./schema.ts";
import { type ProjectRole, type ProjectRow, projectMembers, projects } from "./tables.ts";

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

const projectById = prepared((db) =>
  db
    .select()
    .from(projects)
    .where(eq(projects.id, sql.placeholder("id")))
    .limit(1)
    .prepare("find_project"),
);

export async function findProject(
  db: Database,
  scope: ProjectScope,
): Promise<ProjectRow | undefined> {
  const [row] = await projectById(db).execute({ id: scope.projectId });
  return row;
}

/** Which projects a list shows; deleted ones only to their owners, and only those deleted after an instant. */
export type ProjectState = "active" | "archived" | { deletedSince: Date };

/** The user's projects with their role, most recently changed first. */
export function listProjects(
  db: Database,
  userId: string,
  options: { state: ProjectState; after: Position | null; limit: number },
) {
  const { state } = options;
  const limit = options.limit + 1;
  const after = isAfter({ at: projects.updatedAt, id: projects.id }, options.after);
  // A subquery for each row of the page; a join might read every membership of the user.
  const role = sql<ProjectRole>`(
    select role from ${projectMembers} as member
    where member.project_id = ${projects}.id and member.principal_id = ${userId}::uuid
  )`;
  const shown =
    typeof state === "object"
      ? and(gt(projects.deletedAt, state.deletedSince), sql`${role} = 'owner'`, after)
      : isAnyOf(projects.id, newest(userId, and(inUse(state), after), limit));
  return db
    .select({ project: projects, role })
    .from(projects)
    .where(shown)
    .orderBy(desc(projects.updatedAt), desc(projects.id))
    .limit(limit);
}

function inUse(state: "active" | "archived") {
  return and(
    isNull(projects.deletedAt),
    state === "archived" ? isNotNull(projects.archivedAt) : isNull(projects.archivedAt),
  );
}

/** Ids of the user's most recently changed projects. */
function newest(userId: string, conditions: SQL | undefined, limit: number): SQL {
  const order = sql`order by updated_at desc, id desc limit ${limit}::integer`;
  return sql`(
    with ${ownMemberships(userId)}
    select id from (
      select ${projects.id}, ${projects.updatedAt} from ${projects}
      where ${and(isAnyOf(projects.id, sql`(select project_id from mine where ${inFew})`), conditions)}
      union all
      (
        select ${projects.id}, ${projects.updatedAt} from ${projects}
        where ${and(inMany, isOwnProject(userId, projects.id), conditions)}
        ${order}
      )
    ) as found ${order}
  )`;
}

/**
 * Locks the project's row to the end of the transaction, to serialise changes that depend on its members or
 * state.
 */
export async function lockProject(
  db: Database,
  scope: ProjectScope,
): Promise<ProjectRow | undefined> {
  return lockProjectById(db, scope.projectId);
}

/** The same for the purge, which has no scope. */
export async function lockProjectById(
  db: Database,
  projectId: string,
): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.id, projectId)).for("update");
  return row;
}

/** Ids of projects deleted before an instant, oldest first. */
export async function listPurgeable(db: Database, before: Date): Promise<string[]> {
  const rows = await db
    .select({ id: projects.id })
    .from(projects)
    .where(lt(projects.deletedAt, before))
    .orderBy(projects.deletedAt);
  return rows.map(({ id }) => id);
}

/** Deletes a project's row and, by cascade, everything that belongs to it. */
export async function removeProject(db: Database, projectId: string): Promise<void> {
  await db.delete(projects).where(eq(projects.id, projectId));
}

export async function findPersonalProjectId(db: Database, userId: string): Promise<string | null> {
  const [row] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(eq(projects.personalOf, userId))
    .limit(1);
  return row?.id ?? null;
}

/** Changes a project if it has the expected version (null: any). @returns undefined when it has not. */
export async function updateProject(
  db: Database,
  scope: ProjectScope<"editor">,
  change: ProjectChange & Changes<Pick<ProjectRow, "archivedAt" | "deletedAt">>,
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

/** Members with their names, in the order they joined. */
export function listMembers(db: Database, scope: ProjectScope) {
  return db
    .select({
      principalId: projectMembers.principalId,
      name: users.name,
      email: users.email,
      role: projectMembers.role,
      createdAt: projectMembers.createdAt,
    })
    .from(projectMembers)
    .innerJoin(users, eq(users.id, projectMembers.principalId))
    .where(eq(projectMembers.projectId, scope.projectId))
    .orderBy(asc(projectMembers.createdAt), asc(projectMembers.principalId));
}
export type MemberRow = Awaited<ReturnType<typeof listMembers>>[number];

/** @returns false when the principal is already a member. */
export async function insertMember(
  db: Database,
  scope: ProjectScope<"owner">,
  principalId: string,
  role: ProjectRole,
): Promise<boolean> {
  const rows = await db
    .insert(projectMembers)
    .values({ projectId: scope.projectId, principalId, role })
    .onConflictDoNothing()
    .returning({ principalId: projectMembers.principalId });
  return rows.length > 0;
}

const one = (scope: ProjectScope, principalId: string) =>
  and(eq(projectMembers.projectId, scope.projectId), eq(projectMembers.principalId, principalId));

/** @returns undefined when there is no such member. */
export async function findMemberRole(
  db: Database,
  scope: ProjectScope,
  principalId: string,
): Promise<ProjectRole | undefined> {
  const [row] = await db
    .select({ role: projectMembers.role })
    .from(projectMembers)
    .where(one(scope, principalId))
    .limit(1);
  return row?.role;
}

export async function updateMember(
  db: Database,
  scope: ProjectScope<"owner">,
  principalId: string,
  role: ProjectRole,
): Promise<void> {
  await db.update(projectMembers).set({ role }).where(one(scope, principalId));
}

export async function deleteMember(db: Database, scope: MembershipScope): Promise<void> {
  await db.delete(projectMembers).where(one(scope.project, scope.principalId));
}

export async function countOwners(db: Database, scope: ProjectScope): Promise<number> {
  const [row] = await db
    .select({ owners: count() })
    .from(projectMembers)
    .where(and(eq(projectMembers.projectId, scope.projectId), eq(projectMembers.role, "owner")));
  return row?.owners ?? 0;
}

import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { prepared } from "../../platform/db/prepared.ts";
import { projectMembers, projects } from "./tables.ts";

const membership = prepared((db) =>
  db
    .select({ role: projectMembers.role, project: projects })
    .from(projectMembers)
    .innerJoin(projects, eq(projects.id, projectMembers.projectId))
    .where(
      and(
        eq(projectMembers.projectId, sql.placeholder("projectId")),
        eq(projectMembers.principalId, sql.placeholder("userId")),
      ),
    )
    .limit(1)
    .prepare("find_membership"),
);

/** The user's role in a project, and the project. @param deleted whether to include deleted projects. */
export async function findMembership(
  db: Database,
  projectId: string,
  userId: string,
  deleted: boolean,
) {
  const [row] = await membership(db).execute({ projectId, userId });
  return row === undefined || (row.project.deletedAt !== null && !deleted) ? undefined : row;
}

import { type AnyColumn, type SQL, sql } from "drizzle-orm";
import { projectMembers, projects } from "./tables.ts";

/**
 * Up to this many memberships a list begins at the user's projects; above it, at the newest rows of the
 * workspace, of which somebody in so many projects may see many.
 */
const FEW = sql.raw("500");

/**
 * The user's memberships for a `with` clause, under the name `mine`. {@link inFew} and {@link inMany} choose one
 * of two queries beside it; the other one reads nothing.
 */
export function ownMemberships(userId: string): SQL {
  return sql`mine as materialized (
    select ${projectMembers.projectId} from ${projectMembers}
    where ${projectMembers.principalId} = ${userId}::uuid
    limit ${FEW} + 1
  ), reach as materialized (
    select count(*) > ${FEW} as many from mine
  )`;
}

export const inFew = sql`not (select many from reach)`;
export const inMany = sql`(select many from reach)`;

/**
 * Whether the user is a member of a project that is not deleted. A subquery for each row, which the planner
 * cannot turn into a join: rows are read in the order of an index until there are enough.
 */
export function isOwnProject(userId: string, projectId: AnyColumn | SQL): SQL {
  return sql`(
    select true from ${projectMembers} as member
    join ${projects} as alive on alive.id = member.project_id and alive.deleted_at is null
    where member.project_id = ${projectId} and member.principal_id = ${userId}::uuid
  )`;
}

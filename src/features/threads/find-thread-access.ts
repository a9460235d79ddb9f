import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { prepared } from "../../platform/db/prepared.ts";
import { projectMembers, projects } from "../projects/tables.ts";
import { messages, threads } from "./tables.ts";

const threadAccess = prepared((db) =>
  db
    .select({
      projectId: threads.projectId,
      ownerId: threads.ownerId,
      visibility: threads.visibility,
      deletedAt: threads.deletedAt,
      agentId: threads.agentId,
      modelId: threads.modelId,
      effort: threads.effort,
      role: projectMembers.role,
      archivedAt: projects.archivedAt,
    })
    .from(threads)
    .innerJoin(projects, and(eq(projects.id, threads.projectId), isNull(projects.deletedAt)))
    .innerJoin(
      projectMembers,
      and(
        eq(projectMembers.projectId, threads.projectId),
        eq(projectMembers.principalId, sql.placeholder("userId")),
      ),
    )
    .where(eq(threads.id, sql.placeholder("threadId")))
    .limit(1)
    .prepare("thread_access"),
);

/** The facts that decide about access to a thread, for a member of its project; undefined for others. */
export async function findThreadAccess(db: Database, threadId: string, userId: string) {
  const [row] = await threadAccess(db).execute({ threadId, userId });
  return row;
}

/** The thread of a message, for policies. */
export async function findThreadOfMessage(
  db: Database,
  messageId: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ threadId: messages.threadId })
    .from(messages)
    .where(eq(messages.id, messageId))
    .limit(1);
  return row?.threadId;
}

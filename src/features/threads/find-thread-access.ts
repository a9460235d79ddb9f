import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { projectMembers, projects } from "../projects/tables.ts";
import { messages, threads } from "./tables.ts";

/** The facts that decide about access to a thread, for a member of its project; undefined for others. */
export async function findThreadAccess(db: Database, threadId: string, userId: string) {
  const [row] = await db
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
      and(eq(projectMembers.projectId, threads.projectId), eq(projectMembers.principalId, userId)),
    )
    .where(eq(threads.id, threadId))
    .limit(1);
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

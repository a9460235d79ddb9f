import { and, asc, desc, eq, isNotNull, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { isAfter, isAnyOf } from "../../platform/db/keyset.ts";
import { placeholderFor, prepared, preparedInsert } from "../../platform/db/prepared.ts";
import type { Position } from "../../platform/http/pagination.ts";
import { users } from "../identity/tables.ts";
import {
  inFew,
  inMany,
  isOwnProject,
  ownMemberships,
  type ProjectRole,
  type ProjectScope,
} from "../projects/index.ts";
import { projectMembers, projects } from "../projects/tables.ts";
import type { ThreadScope } from "./policy.ts";
import { messages, threads } from "./tables.ts";

export type ThreadRow = typeof threads.$inferSelect;
export type MessageRow = typeof messages.$inferSelect;

export interface ListedThread {
  thread: ThreadRow;
  projectName: string;
  ownerName: string;
  role: ProjectRole;
  archivedAt: Date | null;
}

function selectListed(db: Database, userId: string, where: (SQL | undefined)[]) {
  // Subqueries for each row found; a join might read every membership of the user.
  const role = sql<ProjectRole>`(
    select role from ${projectMembers} as member
    where member.project_id = ${threads.projectId} and member.principal_id = ${userId}::uuid
  )`;
  return db
    .select({
      thread: threads,
      projectName: projects.name,
      ownerName: users.name,
      role,
      archivedAt: projects.archivedAt,
    })
    .from(threads)
    .innerJoin(projects, eq(projects.id, threads.projectId))
    .innerJoin(users, eq(users.id, threads.ownerId))
    .where(
      and(
        or(eq(threads.ownerId, userId), eq(threads.visibility, "project")),
        isOwnProject(userId, threads.projectId),
        ...where,
      ),
    );
}

/** Threads the user may read, in one project or in all, most recent first. */
export function listThreads(
  db: Database,
  userId: string,
  options: { projectId?: string; deleted: boolean; after: Position | null; limit: number },
): Promise<ListedThread[]> {
  const { projectId, deleted, after } = options;
  const limit = options.limit + 1;
  const where = deleted
    ? [
        projectId === undefined ? undefined : eq(threads.projectId, projectId),
        isNotNull(threads.deletedAt),
        isAfter(place, after),
      ]
    : [
        isAnyOf(
          threads.id,
          projectId === undefined
            ? newestOfAll(userId, after, limit)
            : newestOfProject(projectId, userId, after, limit),
        ),
      ];
  return selectListed(db, userId, where)
    .orderBy(desc(threads.lastMessageAt), desc(threads.id))
    .limit(limit);
}

const place = { at: threads.lastMessageAt, id: threads.id };
const newestFirst = sql`order by last_message_at desc, id desc`;

/** The newest threads after a position; each condition is answered by an index. */
function newest(after: Position | null, limit: number, ...where: SQL[]): SQL {
  return sql`(
    select ${threads.id}, ${threads.lastMessageAt} from ${threads}
    where ${and(...where, isNull(threads.deletedAt), isAfter(place, after))}
    ${newestFirst} limit ${limit}::integer
  )`;
}

const shared = sql`${threads.visibility} = 'project'`;

/** Ids of the newest threads that the user may read in a project: their own, and the shared ones. */
function newestOfProject(
  projectId: string,
  userId: string,
  after: Position | null,
  limit: number,
): SQL {
  const inProject = eq(threads.projectId, projectId);
  return sql`(
    select id from (
      ${newest(after, limit, inProject, eq(threads.ownerId, userId))}
      union
      ${newest(after, limit, inProject, shared)}
    ) as found ${newestFirst} limit ${limit}::integer
  )`;
}

/**
 * The same in all projects of the user. The newest shared threads are in the projects whose newest is the
 * newest; of somebody in many projects they are looked for among the newest of the workspace.
 */
function newestOfAll(userId: string, after: Position | null, limit: number): SQL {
  const visible = isOwnProject(userId, threads.projectId);
  const ofMine = sql`${threads.projectId} = mine.project_id`;
  return sql`(
    with ${ownMemberships(userId)}
    select id from (
      ${newest(after, limit, eq(threads.ownerId, userId), visible)}
      union
      select few.id, few.last_message_at from (
        select mine.project_id from mine
        cross join lateral ${newest(after, 1, ofMine, shared)} as newest
        where ${and(inFew, isOwnProject(userId, sql`mine.project_id`))}
        ${newestFirst} limit ${limit}::integer
      ) as mine
      cross join lateral ${newest(after, limit, ofMine, shared)} as few
      union
      ${newest(after, limit, inMany, shared, visible)}
    ) as found ${newestFirst} limit ${limit}::integer
  )`;
}

export async function findListedThread(
  db: Database,
  scope: ThreadScope,
): Promise<ListedThread | undefined> {
  const [row] = await selectListed(db, scope.project.userId, [
    eq(threads.id, scope.threadId),
  ]).limit(1);
  return row;
}

export async function insertThread(
  db: Database,
  scope: ProjectScope,
  row: Omit<typeof threads.$inferInsert, "projectId" | "ownerId">,
): Promise<ThreadRow> {
  const [thread] = await db
    .insert(threads)
    .values({ ...row, projectId: scope.projectId, ownerId: scope.userId })
    .returning();
  if (!thread) throw new Error("The thread was not stored");
  return thread;
}

type ThreadFields = Partial<
  Pick<
    ThreadRow,
    | "title"
    | "visibility"
    | "agentId"
    | "modelId"
    | "effort"
    | "leafId"
    | "deletedAt"
    | "lastMessageAt"
  >
>;

/** Changes a thread if it has the expected version (null: any). */
export async function updateThread(
  db: Database,
  scope: ThreadScope<"write">,
  change: ThreadFields,
  expected: number | null,
  now: Date,
): Promise<ThreadRow | undefined> {
  const [row] = await db
    .update(threads)
    .set({ ...change, version: sql`${threads.version} + 1`, updatedAt: now })
    .where(
      and(
        eq(threads.id, scope.threadId),
        expected === null ? undefined : eq(threads.version, expected),
      ),
    )
    .returning();
  return row;
}

const touch = prepared((db) =>
  db
    .update(threads)
    .set({
      leafId: placeholderFor(threads.leafId, "leafId"),
      lastMessageAt: placeholderFor(threads.lastMessageAt, "now"),
      title: sql`coalesce(${sql.placeholder("title")}, ${threads.title})`,
    })
    .where(eq(threads.id, sql.placeholder("threadId")))
    .prepare("touch_thread"),
);

/** Updates the thread after a new message. No conflict with other edits, so the version stays. */
export async function touchThread(
  db: Database,
  { threadId }: ThreadScope<"write">,
  leafId: string,
  now: Date,
  title?: string,
): Promise<void> {
  await touch(db).execute({ threadId, leafId, now, title: title ?? null });
}

const messagesOfThread = prepared((db) =>
  db
    .select({ message: messages, authorName: users.name })
    .from(messages)
    .leftJoin(users, eq(users.id, messages.authorId))
    .where(eq(messages.threadId, sql.placeholder("threadId")))
    .orderBy(asc(messages.id))
    .prepare("messages_of_thread"),
);

/** Every message of a thread with its author's name, in order of creation. */
export function listMessages(db: Database, { threadId }: ThreadScope) {
  return messagesOfThread(db).execute({ threadId });
}

export async function findMessage(
  db: Database,
  scope: ThreadScope,
  messageId: string,
): Promise<MessageRow | undefined> {
  const [row] = await db
    .select()
    .from(messages)
    .where(and(eq(messages.id, messageId), eq(messages.threadId, scope.threadId)))
    .limit(1);
  return row;
}

const insertMessage = preparedInsert(messages);

/** Stores messages, in this order. */
export async function insertMessages(
  db: Database,
  { threadId }: ThreadScope<"write">,
  rows: Omit<typeof messages.$inferInsert, "threadId">[],
): Promise<MessageRow[]> {
  return Promise.all(rows.map((row) => insertMessage(db, { ...row, threadId })));
}

const endRunning = prepared((db) =>
  db
    .update(messages)
    .set({
      parts: placeholderFor(messages.parts),
      status: placeholderFor(messages.status),
      error: placeholderFor(messages.error),
    })
    .where(and(eq(messages.id, sql.placeholder("messageId")), eq(messages.status, "running")))
    .prepare("end_message"),
);

/** Stores how an answer ended. Only a running message changes, so it ends once. */
export async function endMessage(
  db: Database,
  messageId: string,
  end: Pick<MessageRow, "parts" | "status" | "error">,
): Promise<void> {
  await endRunning(db).execute({ messageId, ...end });
}

/** Deletes threads that were deleted before an instant, with their messages and answers. */
export async function removeThreads(db: Database, before: Date): Promise<void> {
  await db.delete(threads).where(lt(threads.deletedAt, before));
}

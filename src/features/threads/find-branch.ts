import { and, asc, eq, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { users } from "../identity/tables.ts";
import type { ThreadScope } from "./policy.ts";
import type { MessageRow } from "./repo.ts";
import { messages, threads } from "./tables.ts";

/** A message's place in its thread's tree. */
interface Place extends Record<string, unknown> {
  id: string;
  parentId: string | null;
}

/** A message of a branch. */
export interface BranchMessage {
  message: MessageRow;
  authorName: string | null;
  /** The messages with the same parent, itself included, oldest first. */
  versionIds: string[];
}

/** Where a page of a branch begins, counted from the branch's end. */
export type BranchStart =
  /** The end of the branch through this message; for null the branch that the thread shows. */
  | { through: string | null }
  /** The message before this one. */
  | { after: string };

/** The newest of some messages of a thread. */
const newest = (threadId: string, where: SQL) => sql`(
  select id from ${messages} where thread_id = ${threadId} and ${where}
  order by created_at desc, id desc limit 1
)`;

/** The message that a branch ends with: from `start`, the newest follower at each fork. */
const endOf = (threadId: string, start: SQL) => sql`(
  with recursive down as (
    select id, 0 as depth from ${messages} where thread_id = ${threadId} and id = ${start}
    union all
    select next.id, depth + 1 from down
    cross join lateral ${newest(threadId, sql`parent_id = down.id`)} as next
  )
  select id from down order by depth desc limit 1
)`;

/** The chosen branch; without a choice the newest. */
const shownIn = (threadId: string) => sql`coalesce(
  (select leaf_id from ${threads} where id = ${threadId}),
  ${newest(threadId, sql`parent_id is null`)}
)`;

/** The last message of the branch through a message; undefined when it is not in the thread. */
export async function findLeaf(
  db: Database,
  { threadId }: ThreadScope,
  messageId: string,
): Promise<string | undefined> {
  const [row] = await db.execute<{ id: string | null }>(
    sql`select ${endOf(threadId, sql`${messageId}`)} as id`,
  );
  return row?.id ?? undefined;
}

/**
 * The messages of a branch from a start on, newest first: each is the parent of the one before, so what is added
 * to the thread meanwhile changes no page. Empty when the start is not in the thread.
 */
export async function findBranch(
  db: Database,
  { threadId }: ThreadScope,
  start: BranchStart,
  limit: number,
): Promise<BranchMessage[]> {
  const places = await db.execute<Place>(sql`
    with recursive up as (
      select id, parent_id, 1 as place from ${messages} where id = ${firstOf(threadId, start)}
      union all
      select parent.id, parent.parent_id, place + 1 from up
      join ${messages} as parent on parent.id = up.parent_id
      where place < ${limit}
    )
    select id, parent_id as "parentId" from up order by place`);
  if (places.length === 0) return [];
  const [rows, versions] = await Promise.all([
    db
      .select({ message: messages, authorName: users.name })
      .from(messages)
      .leftJoin(users, eq(users.id, messages.authorId))
      .where(
        inArray(
          messages.id,
          places.map(({ id }) => id),
        ),
      ),
    findVersions(db, threadId, places),
  ]);
  const byId = new Map(rows.map((row) => [row.message.id, row]));
  return places.flatMap(({ id, parentId }) => {
    const row = byId.get(id);
    return row === undefined ? [] : { ...row, versionIds: versions.get(parentId) ?? [] };
  });
}

function firstOf(threadId: string, start: BranchStart): SQL {
  if ("after" in start)
    return sql`(select parent_id from ${messages} where thread_id = ${threadId} and id = ${start.after})`;
  return endOf(threadId, start.through === null ? shownIn(threadId) : sql`${start.through}`);
}

/** The ids of the messages with the same parents, by parent, oldest first. */
async function findVersions(
  db: Database,
  threadId: string,
  places: Place[],
): Promise<Map<string | null, string[]>> {
  const parentIds = places.flatMap(({ parentId }) => parentId ?? []);
  const roots = parentIds.length < places.length ? isNull(messages.parentId) : undefined;
  const rows = await db
    .select({ id: messages.id, parentId: messages.parentId })
    .from(messages)
    .where(and(eq(messages.threadId, threadId), or(inArray(messages.parentId, parentIds), roots)))
    .orderBy(asc(messages.createdAt), asc(messages.id));
  return new Map(
    [...Map.groupBy(rows, ({ parentId }) => parentId)].map(([parentId, versions]) => [
      parentId,
      versions.map(({ id }) => id),
    ]),
  );
}

import { z } from "@hono/zod-openapi";
import { type Ctx, userOf } from "../../platform/context.ts";
import { answerWithEffect } from "../../platform/http/answer-with-effect.ts";
import { expectedVersion, versionTag } from "../../platform/http/etag.ts";
import { flag, jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { DEFAULT_PAGE, decodeCursor, pageQuery, toPage } from "../../platform/http/pagination.ts";
import { readAfterCommit } from "../../platform/http/read-after-commit.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { signedIn } from "../identity/index.ts";
import { inProject, type ProjectScope } from "../projects/index.ts";
import { allowed, onThread, type ThreadScope, threadScope } from "./policy.ts";
import { type MessageExtras, presentMessage } from "./present-message.ts";
import { type ListedThread, listThreads, type MessageRow } from "./repo.ts";
import {
  type BranchQuery,
  branchQuery,
  leafChoice,
  messagePage,
  newThread,
  type Thread,
  type ThreadDetail,
  thread,
  threadChange,
  threadDetail,
  threadPage,
  threadParams,
} from "./schema.ts";
import {
  changeThread,
  createThread,
  getThread,
  readBranch,
  selectLeaf,
  setDeleted,
} from "./service.ts";

/** Data about messages that other features provide, for many at once: model names, usage and cost. */
export interface ThreadHooks {
  describe(
    ctx: Ctx,
    rows: MessageRow[],
  ): Promise<(row: MessageRow) => Omit<MessageExtras, "authorName">>;
}

const nothing = { 204: { description: "Done" } };
const one = (description: string) => ({ 200: jsonAnswer(thread, description) });
const listQuery = pageQuery.extend({ deleted: flag() });

export function threadRoutes(hooks: ThreadHooks) {
  const listed = async (ctx: Ctx, query: z.infer<typeof listQuery>, project?: ProjectScope) => {
    const { userId } = userOf(ctx);
    const rows = await listThreads(ctx.db, userId, {
      ...(project === undefined ? {} : { projectId: project.projectId }),
      deleted: query.deleted,
      after: decodeCursor(query.cursor),
      limit: query.limit,
    });
    const { items, nextCursor } = toPage(rows, query.limit, (row) => ({
      at: row.thread.lastMessageAt,
      id: row.thread.id,
    }));
    return { items: items.map((row) => present(row, userId)), nextCursor };
  };
  const current = async (ctx: Ctx, scope: ThreadScope) => {
    const row = await getThread(ctx, scope);
    return {
      body: present(row, scope.project.userId),
      tag: { etag: versionTag(row.thread.version) },
    };
  };

  const branch = async (ctx: Ctx, scope: ThreadScope, query: BranchQuery) => {
    const rows = await readBranch(ctx, scope, query);
    const { items, nextCursor } = toPage(rows, query.limit, ({ message }) => ({
      at: message.createdAt,
      id: message.id,
    }));
    const describe = await hooks.describe(
      ctx,
      items.map(({ message }) => message),
    );
    return {
      items: items.map(({ message, authorName, versionIds }) => ({
        ...presentMessage(message, { authorName, ...describe(message) }),
        versionIds,
      })),
      nextCursor,
    };
  };

  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/threads",
        ...guard(signedIn, null),
        tags: ["threads"],
        summary: "Recent threads of all my projects",
        request: { query: listQuery },
        responses: { 200: jsonAnswer(threadPage, "A page of threads") },
      }),
      async (c) => c.json(await listed(c.get("ctx"), c.req.valid("query")), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/threads",
        ...guard(inProject("viewer"), null),
        tags: ["threads"],
        summary: "Threads of a project",
        request: { params: z.object({ projectId: z.uuid() }), query: listQuery },
        responses: { 200: jsonAnswer(threadPage, "A page of threads") },
      }),
      async (c) => c.json(await listed(c.get("ctx"), c.req.valid("query"), c.get("project")), 200),
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/projects/{projectId}/threads",
        ...guard(inProject("viewer"), "thread.created"),
        tags: ["threads"],
        summary: "Create a thread",
        request: { params: z.object({ projectId: z.uuid() }), body: jsonBody(newThread) },
        responses: { 201: jsonAnswer(thread, "The thread") },
      }),
      (c) =>
        answerWithEffect(c.get("ctx"), async (ctx) => {
          const row = await createThread(ctx, c.get("project"), c.req.valid("json"));
          const scope = await threadScope(ctx, row.id, "read", c.req.method);
          const { body, tag } = await current(ctx, scope);
          return c.json(body, 201, tag);
        }),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/threads/{threadId}",
        ...guard(onThread("read"), null),
        tags: ["threads"],
        summary: "A thread with the newest messages of its shown branch",
        request: { params: threadParams },
        responses: { 200: jsonAnswer(threadDetail, "The thread") },
      }),
      async (c) => {
        const ctx = c.get("ctx");
        const scope = c.get("thread");
        const [{ body, tag }, { items, nextCursor }] = await Promise.all([
          current(ctx, scope),
          branch(ctx, scope, { limit: DEFAULT_PAGE }),
        ]);
        const detail: ThreadDetail = { ...body, messages: items.reverse(), nextCursor };
        return c.json(detail, 200, tag);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/threads/{threadId}/messages",
        ...guard(onThread("read"), null),
        tags: ["threads"],
        summary: "Messages of a thread's branch, newest first",
        description:
          "Follow `nextCursor` until it is null for the whole branch. Other branches are read `through` one of the `versionIds` of a message.",
        request: { params: threadParams, query: branchQuery },
        responses: { 200: jsonAnswer(messagePage, "A page of messages") },
      }),
      async (c) => c.json(await branch(c.get("ctx"), c.get("thread"), c.req.valid("query")), 200),
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/threads/{threadId}",
        ...guard(onThread("manage"), "thread.updated"),
        tags: ["threads"],
        summary: "Rename, share, or choose agent and model",
        request: { params: threadParams, body: jsonBody(threadChange) },
        responses: one("The thread"),
      }),
      async (c) => {
        const ctx = c.get("ctx");
        await changeThread(ctx, c.get("thread"), c.req.valid("json"), expectedVersion(c));
        const { body, tag } = await readAfterCommit(() => current(ctx, c.get("thread")));
        return c.json(body, 200, tag);
      },
    )
    .openapi(
      createRoute({
        method: "put",
        path: "/threads/{threadId}/leaf",
        ...guard(onThread("write"), "thread.leaf_selected"),
        tags: ["threads"],
        summary: "Show the branch through this message",
        request: { params: threadParams, body: jsonBody(leafChoice) },
        responses: nothing,
      }),
      async (c) => {
        await selectLeaf(c.get("ctx"), c.get("thread"), c.req.valid("json").messageId);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/threads/{threadId}",
        ...guard(onThread("manage"), "thread.deleted"),
        tags: ["threads"],
        summary: "Delete a thread; it can be restored within the restore window",
        request: { params: threadParams },
        responses: nothing,
      }),
      async (c) => {
        await setDeleted(c.get("ctx"), c.get("thread"), true);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/threads/{threadId}/restore",
        ...guard(onThread("manage", { deleted: true }), "thread.restored"),
        tags: ["threads"],
        summary: "Restore a deleted thread",
        request: { params: threadParams },
        responses: one("The thread"),
      }),
      (c) =>
        answerWithEffect(c.get("ctx"), async (ctx) => {
          await setDeleted(ctx, c.get("thread"), false);
          const { body, tag } = await current(ctx, c.get("thread"));
          return c.json(body, 200, tag);
        }),
    );
}

function present(row: ListedThread, userId: string): Thread {
  const { thread } = row;
  const may = allowed({
    isOwner: thread.ownerId === userId,
    visibility: thread.visibility,
    role: row.role,
  });
  return {
    id: thread.id,
    projectId: thread.projectId,
    projectName: row.projectName,
    title: thread.title,
    visibility: thread.visibility,
    ownerId: thread.ownerId,
    ownerName: row.ownerName,
    leafId: thread.leafId,
    agentId: thread.agentId,
    modelId: thread.modelId,
    effort: thread.effort,
    mayWrite: may.write && row.archivedAt === null,
    mayManage: may.manage,
    version: thread.version,
    lastMessageAt: thread.lastMessageAt.toISOString(),
    createdAt: thread.createdAt.toISOString(),
    updatedAt: thread.updatedAt.toISOString(),
    deletedAt: thread.deletedAt?.toISOString() ?? null,
  };
}

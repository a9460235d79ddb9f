import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Person, TestApp } from "../../../test/support/app.ts";
import type { TestClock } from "../../../test/support/clock.ts";
import { codeOf, readId } from "../../../test/support/read.ts";
import { contextOf } from "../../../test/support/scopes.ts";
import { createSharedProject } from "../../../test/support/two-people.ts";
import { systemContext } from "../../platform/context.ts";
import { findCitedVersions } from "./find-cited-versions.ts";
import { type ThreadScope, threadScope } from "./policy.ts";
import { endMessage, findMessage, insertMessages, listMessages, touchThread } from "./repo.ts";
import type { MessagePart } from "./schema.ts";
import { purgeDeletedThreads } from "./service.ts";
import { threads } from "./tables.ts";

const DAY_MS = 86_400_000;
let app: TestApp;
let ada: Person;
let clock: TestClock;
let projectId: string;
beforeAll(async () => {
  ({ app, ada, clock, projectId } = await createSharedProject("editor"));
});
afterAll(() => app.close());

const start = async (title = "Plans", project = projectId) =>
  readId(await ada.post(`/projects/${project}/threads`, { title }));
const scopeOf = (threadId: string): Promise<ThreadScope<"write">> =>
  threadScope(contextOf(app, ada), threadId, "write", "POST");
const db = () => app.deps.database.db;
const text = (said: string): MessagePart[] => [{ type: "text", text: said }];

/** Stores a message of Ada's, or a running answer. */
async function say(threadId: string, role: "user" | "assistant", parts: MessagePart[]) {
  const [stored] = await insertMessages(db(), await scopeOf(threadId), [
    {
      id: app.deps.ids.next(),
      parentId: null,
      role,
      parts,
      status: role === "user" ? "complete" : "running",
      authorId: role === "user" ? ada.me.id : null,
    },
  ]);
  if (stored === undefined) throw new Error("It was not stored");
  return stored;
}

test("messages are stored in their thread, and listed in order with their authors", async () => {
  const [threadId, other] = [await start(), await start("Other")];
  const question = await say(threadId, "user", text("Why?"));
  const answer = await say(threadId, "assistant", text("So."));
  await say(other, "user", text("Elsewhere"));
  expect(question).toMatchObject({ threadId, role: "user", authorId: ada.me.id });
  const listed = await listMessages(db(), await scopeOf(threadId));
  expect(listed.map(({ message, authorName }) => [message.id, authorName])).toEqual([
    [question.id, "Ada"],
    [answer.id, null],
  ]);
  expect((await findMessage(db(), await scopeOf(threadId), answer.id))?.parts).toEqual(text("So."));
  expect(await findMessage(db(), await scopeOf(other), answer.id)).toBeUndefined();
});

test("a new message moves the thread's end and time, and its title when it has one, but not its version", async () => {
  const [threadId, other] = [await start(), await start("Other")];
  const row = async (id: string) => {
    const { title, version, leafId, lastMessageAt } = threads;
    const columns = { title, version, leafId, lastMessageAt };
    return (await db().select(columns).from(threads).where(eq(threads.id, id)))[0];
  };
  const untouched = await row(other);
  const leaf = Bun.randomUUIDv7();
  const at = new Date(clock.now().getTime() + 5000);
  await touchThread(db(), await scopeOf(threadId), leaf, at);
  const touched = { title: "Plans", version: 1, leafId: leaf, lastMessageAt: at };
  expect(await row(threadId)).toEqual(touched);
  await touchThread(db(), await scopeOf(threadId), leaf, at, "Rent");
  expect(await row(threadId)).toEqual({ ...touched, title: "Rent" });
  expect(await row(other)).toEqual(untouched);
});

test("a message ends once", async () => {
  const threadId = await start();
  const [first, second] = [
    await say(threadId, "assistant", []),
    await say(threadId, "assistant", []),
  ];
  const error = { code: "length", detail: "Too long." };
  await endMessage(db(), first.id, { parts: text("Half"), status: "stopped", error });
  await endMessage(db(), first.id, { parts: [], status: "failed", error: null });
  const scope = await scopeOf(threadId);
  expect(await findMessage(db(), scope, first.id)).toMatchObject({
    parts: text("Half"),
    status: "stopped",
    error,
  });
  expect((await findMessage(db(), scope, second.id))?.status).toBe("running");
});

const uuids = z.array(z.uuid());
const citation = (fileVersionId: string): MessagePart => ({
  type: "citation",
  marker: "S1",
  fileId: Bun.randomUUIDv7(),
  fileVersionId,
  fileName: "lease.txt",
  quote: "rent",
  start: 0,
  end: 4,
  verified: false,
});

test("versions that answers cite are found in their project, in deleted threads too", async () => {
  const [cited, other, unnamed] = [Bun.randomUUIDv7(), Bun.randomUUIDv7(), Bun.randomUUIDv7()];
  const threadId = await start();
  await say(threadId, "assistant", [...text(unnamed), citation(cited), citation(cited)]);
  await say(threadId, "assistant", [citation(other)]);
  const of = async (project: string, versions: string[]) =>
    uuids.parse(await findCitedVersions(db(), project, versions)).toSorted();
  expect(await of(projectId, [cited, unnamed])).toEqual([cited]);
  expect(await of(projectId, [cited, other])).toEqual([cited, other].toSorted());
  expect(await of(ada.me.personalProjectId ?? "", [cited])).toEqual([]);
  await ada.delete(`/threads/${threadId}`);
  expect(await of(projectId, [cited])).toEqual([cited]);
});

test("a deleted thread is purged with its messages after the restore window, and no other", async () => {
  const [gone, late, stays] = [await start(), await start(), await start()];
  await say(gone, "user", text("Why?"));
  await ada.delete(`/threads/${gone}`);
  clock.advance(DAY_MS);
  await ada.delete(`/threads/${late}`);
  clock.advance(2 * DAY_MS + 1);
  await purgeDeletedThreads(systemContext(app.deps, "purge"));
  const { sql } = app.deps.database;
  const left = await sql`select id from threads where id in (${gone}, ${late}, ${stays})`;
  expect(left.map(({ id }) => String(id)).toSorted()).toEqual([late, stays].toSorted());
  expect(await sql`select id from messages where thread_id = ${gone}`).toHaveLength(0);
  expect(await codeOf(await ada.post(`/threads/${gone}/restore`))).toBe("404 thread_not_found");
  expect((await ada.post(`/threads/${late}/restore`)).status).toBe(200);
});

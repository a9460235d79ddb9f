import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Person, TestApp } from "../../../test/support/app.ts";
import type { TestClock } from "../../../test/support/clock.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { read, readId, readProblem } from "../../../test/support/read.ts";
import { createSharedProject } from "../../../test/support/two-people.ts";
import { onAccessChange } from "../projects/index.ts";
import { findThreadOfMessage } from "./index.ts";
import { thread, threadDetail, threadPage } from "./schema.ts";

const DAY_MS = 86_400_000;
let clock: TestClock;
let app: TestApp;
let ada: Person;
let bob: Person;
let projectId: string;
let modelId: string;
let agentId: string;
beforeAll(async () => {
  ({ app, ada, bob, clock, projectId, modelId } = await createSharedProject("editor"));
  agentId = await readId(await ada.post(`/projects/${projectId}/agents`, { name: "Brief" }));
});
afterAll(() => app.close());

const start = async (body: object = {}, by = ada) =>
  readId(await by.post(`/projects/${projectId}/threads`, body));
const show = async (id: string, by = ada) => read(await by.get(`/threads/${id}`), threadDetail);
const codeOf = async (response: Response) => {
  const { status, code } = await readProblem(response);
  return `${status} ${code}`;
};
const audited = async (action: string, id: string) =>
  (
    await app.deps.database.sql`
      select detail, project_id from audit_log where action = ${action} and target_id = ${id} order by id`
  ).map((row) => ({ detail: row.detail, projectId: row.project_id }));

describe("a thread", () => {
  test("is shown with all its fields, and an ETag of its version", async () => {
    const body = { title: " Spring ", visibility: "project", agentId, modelId, effort: "low" };
    const created = await ada.post(`/projects/${projectId}/threads`, body);
    expect(created.status).toBe(201);
    expect(created.headers.get("etag")).toBe('"v1"');
    const shown = await read(created, thread);
    expect(shown).toEqual({
      id: expect.any(String),
      projectId,
      projectName: "Plans",
      title: "Spring",
      visibility: "project",
      ownerId: ada.me.id,
      ownerName: "Ada",
      leafId: null,
      agentId,
      modelId,
      effort: "low",
      mayWrite: true,
      mayManage: true,
      version: 1,
      lastMessageAt: clock.now().toISOString(),
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      deletedAt: null,
    });
    const again = await bob.get(`/threads/${shown.id}`);
    expect(again.headers.get("etag")).toBe('"v1"');
    const seen = { ...shown, mayManage: false, messages: [], nextCursor: null };
    expect(await read(again, threadDetail)).toEqual(seen);
    const { items } = await read(await bob.get("/threads?limit=200"), threadPage);
    expect(items.find(({ id }) => id === shown.id)).toEqual({ ...shown, mayManage: false });
  });

  test("is private, untitled and without agent and model by default", async () => {
    expect(await show(await start())).toMatchObject({
      title: "New thread",
      visibility: "private",
      agentId: null,
      modelId: null,
      effort: null,
    });
  });

  test("changes only in the sent fields, with a new time and version", async () => {
    const id = await start({ title: "Spring", agentId, modelId });
    const before = await show(id);
    clock.advance(60_000);
    const changed = await ada.patch(`/threads/${id}`, { agentId: null, visibility: "project" });
    expect(changed.headers.get("etag")).toBe('"v2"');
    const { messages: _, nextCursor: __, ...rest } = before;
    expect(await read(changed, thread)).toEqual({
      ...rest,
      agentId: null,
      visibility: "project",
      version: 2,
      updatedAt: clock.now().toISOString(),
    });
    await ada.patch(`/threads/${id}`, { title: "Summer", modelId: null });
    expect(await show(id)).toMatchObject({ title: "Summer", modelId: null, version: 3 });
    await ada.patch(`/threads/${id}`, { agentId, modelId });
    expect(await show(id)).toMatchObject({ agentId, modelId });
    expect(await audited("thread.updated", id)).toEqual([
      { detail: { changed: ["visibility", "agentId"], visibility: "project" }, projectId },
      { detail: { changed: ["title", "modelId"] }, projectId },
      { detail: { changed: ["agentId", "modelId"] }, projectId },
    ]);
  });

  test("accepts a title of 200 characters and refuses unknown fields", async () => {
    const id = await start();
    expect((await ada.patch(`/threads/${id}`, { title: "x".repeat(200) })).status).toBe(200);
    for (const body of [{ title: "x".repeat(201) }, { title: " " }]) {
      const problem = await readProblem(await ada.patch(`/threads/${id}`, body));
      expect(problem.errors?.map(({ path }) => path)).toEqual(["title"]);
    }
    for (const asked of [
      () => ada.patch(`/threads/${id}`, { ownerId: bob.me.id }),
      () => ada.post(`/projects/${projectId}/threads`, { ownerId: bob.me.id }),
      () => ada.put(`/threads/${id}/leaf`, { messageId: id, more: 1 }),
    ])
      expect(await codeOf(await asked())).toBe("422 validation_failed");
  });

  test("refuses an agent or a model that is not available", async () => {
    const id = await start();
    const other = await readId(await ada.post("/projects", { name: "Other" }));
    const foreign = await readId(await ada.post(`/projects/${other}/agents`, { name: "Foreign" }));
    const unknown = Bun.randomUUIDv7();
    for (const [body, code, field] of [
      [{ agentId: foreign }, "agent_unknown", "agentId"],
      [{ modelId: unknown }, "model_not_available", undefined],
    ] as const)
      for (const asked of [
        () => ada.patch(`/threads/${id}`, body),
        () => ada.post(`/projects/${projectId}/threads`, body),
      ]) {
        const problem = await readProblem(await asked());
        expect(problem).toMatchObject({ status: 422, code });
        if (field !== undefined) expect(problem.errors?.map(({ path }) => path)).toEqual([field]);
      }
    expect((await show(id)).version).toBe(1);
  });

  test("reports a code when it cannot be read or changed", async () => {
    const shared = await start({ visibility: "project" });
    const own = await start();
    expect(await codeOf(await ada.get(`/threads/${Bun.randomUUIDv7()}`))).toBe(
      "404 thread_not_found",
    );
    expect(await codeOf(await bob.get(`/threads/${own}`))).toBe("404 thread_not_found");
    expect(await codeOf(await bob.patch(`/threads/${own}`, { title: "x" }))).toBe(
      "404 thread_not_found",
    );
    expect(await codeOf(await bob.patch(`/threads/${shared}`, { title: "x" }))).toBe(
      "403 thread_not_yours",
    );
    expect(await codeOf(await app.anonymous.get(`/threads/${own}`))).toBe("401 not_signed_in");
    const messageId = Bun.randomUUIDv7();
    expect(await codeOf(await ada.put(`/threads/${own}/leaf`, { messageId }))).toBe(
      "404 message_not_found",
    );
    await ada.patch(`/projects/${projectId}/members/${bob.me.id}`, { role: "viewer" });
    expect(await codeOf(await bob.put(`/threads/${shared}/leaf`, { messageId }))).toBe(
      "403 thread_read_only",
    );
    await ada.patch(`/projects/${projectId}/members/${bob.me.id}`, { role: "editor" });
  });

  test("of an archived project can be read, but not changed, written in or created", async () => {
    const other = await readId(await ada.post("/projects", { name: "Done" }));
    const id = await readId(await ada.post(`/projects/${other}/threads`, {}));
    await ada.put(`/projects/${other}/archive`);
    expect(await show(id)).toMatchObject({ mayWrite: false, mayManage: true });
    const { items } = await read(await ada.get(`/projects/${other}/threads`), threadPage);
    expect(items[0]).toMatchObject({ mayWrite: false, mayManage: true });
    for (const asked of [
      () => ada.patch(`/threads/${id}`, { title: "Late" }),
      () => ada.delete(`/threads/${id}`),
      () => ada.put(`/threads/${id}/leaf`, { messageId: id }),
      () => ada.post(`/projects/${other}/threads`, {}),
    ])
      expect(await codeOf(await asked())).toBe("409 project_archived");
  });
});

describe("the branch shown in a thread", () => {
  test("is chosen by a message of it, which must be in the thread", async () => {
    const id = await start();
    const message = async (threadId: string) => {
      const messageId = app.deps.ids.next();
      await app.deps.database.sql`
        insert into messages (id, thread_id, role, parts, status)
        values (${messageId}, ${threadId}, 'user', '[]', 'complete')`;
      return messageId;
    };
    const [first, second] = [await message(id), await message(id)];
    for (const messageId of [second, first]) {
      clock.advance(1_000);
      expect((await ada.put(`/threads/${id}/leaf`, { messageId })).status).toBe(204);
      const shown = await show(id);
      expect(shown.leafId).toBe(messageId);
      expect(shown.updatedAt).toBe(clock.now().toISOString());
      expect(shown.messages.map((one) => one.id)).toEqual([messageId]);
    }
    expect(await findThreadOfMessage(app.deps.database.db, first)).toBe(id);
    expect(await findThreadOfMessage(app.deps.database.db, id)).toBeUndefined();
    const elsewhere = await message(await start());
    const refused = await ada.put(`/threads/${id}/leaf`, { messageId: elsewhere });
    expect(await codeOf(refused)).toBe("404 message_not_found");
    expect((await show(id)).leafId).toBe(first);
    expect(await audited("thread.leaf_selected", id)).toHaveLength(2);
  });
});

describe("the list of threads", () => {
  test("has the latest message first, and for equal times the newer thread", async () => {
    const mine = await readId(await ada.post("/projects", { name: "Ordered" }));
    const ids: string[] = [];
    for (let n = 0; n < 4; n++)
      ids.push(await readId(await ada.post(`/projects/${mine}/threads`, {})));
    const later = new Date(clock.now().getTime() + 1_000).toISOString();
    await app.deps.database
      .sql`update threads set last_message_at = ${later} where id = ${ids[1] ?? ""}`;
    const pages = [];
    let cursor = "";
    do {
      const query = `limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page = await read(await ada.get(`/projects/${mine}/threads?${query}`), threadPage);
      pages.push(page.items.map((one) => ids.indexOf(one.id)));
      cursor = page.nextCursor ?? "";
    } while (cursor !== "");
    expect(pages).toEqual([
      [1, 3],
      [2, 0],
    ]);
  });

  test("of one project has no threads of others", async () => {
    const mine = await readId(await ada.post("/projects", { name: "Apart" }));
    await start();
    const { items } = await read(await ada.get(`/projects/${mine}/threads`), threadPage);
    expect(items).toEqual([]);
  });
});

describe("a deleted thread", () => {
  test("is listed with its deletion time, and can be restored within the window", async () => {
    const id = await start();
    clock.advance(60_000);
    expect((await ada.delete(`/threads/${id}`)).status).toBe(204);
    const bin = async () =>
      (await read(await ada.get("/threads?deleted=true&limit=200"), threadPage)).items;
    expect((await bin()).find((one) => one.id === id)?.deletedAt).toBe(clock.now().toISOString());
    expect(await codeOf(await ada.delete(`/threads/${id}`))).toBe("404 thread_not_found");
    clock.advance(3 * DAY_MS - 1);
    const restored = await ada.post(`/threads/${id}/restore`);
    expect(restored.headers.get("etag")).toBe('"v3"');
    expect((await read(restored, thread)).deletedAt).toBeNull();
    expect((await bin()).map((one) => one.id)).not.toContain(id);
    expect(await codeOf(await ada.post(`/threads/${id}/restore`))).toBe("404 thread_not_found");
    await ada.delete(`/threads/${id}`);
    clock.advance(3 * DAY_MS);
    expect(await codeOf(await ada.post(`/threads/${id}/restore`))).toBe("404 thread_not_found");
    expect((await audited("thread.deleted", id)).length).toBe(2);
    expect((await audited("thread.restored", id)).length).toBe(1);
  });
});

describe("readers of a thread are told", () => {
  const heard = async (act: () => Promise<Response>) => {
    let told = 0;
    const stop = onAccessChange(app.deps, projectId, () => told++);
    expect((await act()).status).toBeLessThan(300);
    // Messages arrive in order: anything after this marker was not sent by the act itself.
    let marked = false;
    const stopMark = onAccessChange(app.deps, "mark", () => {
      marked = true;
    });
    await app.deps.bus.publish("project.access", "mark");
    await eventually("the mark", () => marked);
    stop();
    stopMark();
    return told;
  };

  test("when a thread becomes private or is deleted, and not when it is shared or renamed", async () => {
    const id = await start();
    expect(await heard(() => ada.patch(`/threads/${id}`, { visibility: "project" }))).toBe(0);
    expect(await heard(() => ada.patch(`/threads/${id}`, { title: "Renamed" }))).toBe(0);
    expect(await heard(() => ada.patch(`/threads/${id}`, { visibility: "private" }))).toBe(1);
    expect(await heard(() => ada.delete(`/threads/${id}`))).toBe(1);
    expect(await heard(() => ada.post(`/threads/${id}/restore`))).toBe(0);
  });
});

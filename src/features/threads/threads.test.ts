import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { codeOf, read, readId, readProblem } from "../../../test/support/read.ts";
import { thread, threadDetail, threadPage } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
let eve: Person;
let projectId: string;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  bob = await app.person("Bob");
  eve = await app.person("Eve");
  projectId = await readId(await ada.post("/projects", { name: "Plans" }));
  for (const [person, role] of [
    [bob, "editor"],
    [eve, "viewer"],
  ] as const)
    await ada.post(`/projects/${projectId}/members`, { email: person.me.email, role });
});
afterAll(() => app.close());

const start = async (by: Person, body: object) =>
  readId(await by.post(`/projects/${projectId}/threads`, body));
const listed = async (by: Person, path: string) =>
  (await read(await by.get(path), threadPage)).items.map(({ id }) => id);

test("a private thread is only in its owner's lists; a shared one in every member's", async () => {
  const own = await start(bob, { title: "Mine" });
  const shared = await start(bob, { title: "Ours", visibility: "project" });
  for (const path of ["/threads", `/projects/${projectId}/threads`]) {
    expect(await listed(bob, path)).toEqual(expect.arrayContaining([own, shared]));
    for (const other of [ada, eve]) {
      const ids = await listed(other, path);
      expect(ids).toContain(shared);
      expect(ids).not.toContain(own);
    }
  }
});

test("viewers may ask in their own threads, and only read those of others", async () => {
  const own = await start(eve, {});
  expect((await read(await eve.get(`/threads/${own}`), threadDetail)).mayWrite).toBe(true);
  const shared = await start(bob, { visibility: "project" });
  const seen = await read(await eve.get(`/threads/${shared}`), threadDetail);
  expect(seen).toMatchObject({ mayWrite: false, mayManage: false, ownerName: "Bob" });
  expect(await codeOf(await eve.post(`/threads/${shared}/messages`, { text: "Hello" }))).toBe(
    "403 thread_read_only",
  );
});

test("a shared thread is renamed and deleted only by its owner and the project's", async () => {
  const shared = await start(eve, { visibility: "project" });
  expect(await codeOf(await bob.patch(`/threads/${shared}`, { title: "Taken" }))).toBe(
    "403 thread_not_yours",
  );
  expect(await codeOf(await bob.delete(`/threads/${shared}`))).toBe("403 thread_not_yours");
  expect((await ada.patch(`/threads/${shared}`, { title: "Tidied" })).status).toBe(200);
  expect((await eve.patch(`/threads/${shared}`, { title: "Mine" })).status).toBe(200);
});

test("a thread made private again disappears for the others", async () => {
  const id = await start(bob, { visibility: "project" });
  expect((await eve.get(`/threads/${id}`)).status).toBe(200);
  await bob.patch(`/threads/${id}`, { visibility: "private" });
  expect(await codeOf(await eve.get(`/threads/${id}`))).toBe("404 thread_not_found");
  expect(await codeOf(await ada.get(`/threads/${id}`))).toBe("404 thread_not_found");
});

test("a member who leaves a project finds their private threads again after coming back", async () => {
  const gone = await app.person("Gone");
  const join = () =>
    ada.post(`/projects/${projectId}/members`, { email: gone.me.email, role: "editor" });
  await join();
  const id = await start(gone, { title: "Notes" });
  await gone.delete(`/projects/${projectId}/members/${gone.me.id}`);
  expect(await codeOf(await gone.get(`/threads/${id}`))).toBe("404 thread_not_found");
  expect(await listed(gone, "/threads")).not.toContain(id);
  expect(await codeOf(await ada.get(`/threads/${id}`))).toBe("404 thread_not_found");
  await join();
  expect((await gone.get(`/threads/${id}`)).status).toBe(200);
});

test("a deleted thread is listed only for those who may restore it", async () => {
  const id = await start(bob, { visibility: "project" });
  await bob.delete(`/threads/${id}`);
  expect(await codeOf(await bob.get(`/threads/${id}`))).toBe("404 thread_not_found");
  expect(await listed(bob, `/projects/${projectId}/threads`)).not.toContain(id);
  expect(await codeOf(await eve.post(`/threads/${id}/restore`))).toBe("403 thread_not_yours");
  expect((await bob.post(`/threads/${id}/restore`)).status).toBeLessThan(300);
  expect(await listed(bob, `/projects/${projectId}/threads`)).toContain(id);
});

test("a deleted project removes its threads from every list", async () => {
  const other = await readId(await ada.post("/projects", { name: "Short" }));
  const id = await readId(await ada.post(`/projects/${other}/threads`, {}));
  expect(await listed(ada, "/threads")).toContain(id);
  await ada.delete(`/projects/${other}`);
  expect(await listed(ada, "/threads")).not.toContain(id);
  expect(await codeOf(await ada.get(`/threads/${id}`))).toBe("404 thread_not_found");
  await ada.post(`/projects/${other}/restore`);
  expect(await listed(ada, "/threads")).toContain(id);
});

test("a rename based on an outdated version is refused", async () => {
  const id = await start(bob, { title: "First" });
  const tag = (await bob.get(`/threads/${id}`)).headers.get("etag") ?? "";
  const changed = await bob.patch(`/threads/${id}`, { title: "Second" }, { "if-match": tag });
  expect((await read(changed, thread)).title).toBe("Second");
  const late = await bob.patch(`/threads/${id}`, { title: "Third" }, { "if-match": tag });
  expect((await readProblem(late)).code).toBe("changed_meanwhile");
});

test("lists are paged without repeating or missing a thread", async () => {
  const mine = await readId(await eve.post("/projects", { name: "Paged" }));
  const made = [];
  for (let n = 0; n < 7; n++)
    made.push(await readId(await eve.post(`/projects/${mine}/threads`, {})));
  const seen: string[] = [];
  let cursor = "";
  do {
    const query = `limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const page = await read(await eve.get(`/projects/${mine}/threads?${query}`), threadPage);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? "";
  } while (cursor !== "");
  expect(seen).toEqual(made.reverse());
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { auditRowOf } from "../../../test/support/audit-rows.ts";
import { readId } from "../../../test/support/read.ts";

let app: TestApp;
let ada: Person;
let projectId: string;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  projectId = await readId(await ada.post("/projects", { name: "Shared" }));
});
afterAll(() => app.close());

const rowOf = (answer: Response | Promise<Response>) => auditRowOf(app, answer);

test("a thread that is created, changed, deleted and restored", async () => {
  const made = await ada.post(`/projects/${projectId}/threads`, {});
  const id = await readId(made);
  const row = (action: string, detail: Record<string, unknown> = {}) => ({
    action,
    target: "thread",
    targetId: id,
    projectId,
    detail,
  });
  expect(await rowOf(made)).toEqual(row("thread.created"));
  expect(await rowOf(ada.patch(`/threads/${id}`, { title: "Notice periods" }))).toEqual(
    row("thread.updated", { changed: ["title"] }),
  );
  expect(await rowOf(ada.patch(`/threads/${id}`, { visibility: "project" }))).toEqual(
    row("thread.updated", { changed: ["visibility"], visibility: "project" }),
  );
  expect(await rowOf(ada.delete(`/threads/${id}`))).toEqual(row("thread.deleted"));
  expect(await rowOf(ada.post(`/threads/${id}/restore`, {}))).toEqual(row("thread.restored"));
});

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

test("a file that is uploaded, in two versions, deleted and restored", async () => {
  const path = `/projects/${projectId}/files`;
  const put = (text: string) => ada.request("PUT", `${path}/notes.txt`, new Blob([text]));
  const first = await put("One.");
  const id = await readId(first);
  const row = (action: string, detail: Record<string, unknown> = {}) => ({
    action,
    target: "file",
    targetId: id,
    projectId,
    detail,
  });
  expect(await rowOf(first)).toEqual(row("file.uploaded", { version: 1, sizeBytes: 4 }));
  expect(await rowOf(put("Two two."))).toEqual(row("file.uploaded", { version: 2, sizeBytes: 8 }));
  expect(await rowOf(ada.delete(`${path}/${id}`))).toEqual(row("file.deleted"));
  expect(await rowOf(ada.post(`${path}/${id}/restore`, {}))).toEqual(row("file.restored"));
});

test("a failed file that is read again", async () => {
  const path = `/projects/${projectId}/files`;
  const id = await readId(await ada.request("PUT", `${path}/broken.txt`, new Blob(["Broken."])));
  await app.deps.database.sql`
    update file_versions set status = 'failed', failure = 'damaged' where file_id = ${id}`;
  expect(await rowOf(ada.post(`${path}/${id}/retry`, {}))).toEqual({
    action: "file.retried",
    target: "file",
    targetId: id,
    projectId,
    detail: {},
  });
});

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

test("an agent of a project that is created, changed, deleted and restored", async () => {
  const made = await ada.post(`/projects/${projectId}/agents`, { name: "Lawyer" });
  const id = await readId(made);
  const row = (action: string, detail: Record<string, unknown> = {}) => ({
    action,
    target: "agent",
    targetId: id,
    projectId,
    detail,
  });
  expect(await rowOf(made)).toEqual(row("agent.created"));
  expect(await rowOf(ada.patch(`/agents/${id}`, { instructions: "Quote the law." }))).toEqual(
    row("agent.updated", { changed: ["instructions"] }),
  );
  expect(await rowOf(ada.delete(`/agents/${id}`))).toEqual(row("agent.deleted"));
  expect(await rowOf(ada.post(`/agents/${id}/restore`, {}))).toEqual(row("agent.restored"));
});

test("an agent of the workspace names no project", async () => {
  const made = await ada.post("/agents", { name: "Everybody's" });
  expect(await rowOf(made)).toMatchObject({ action: "agent.created", projectId: null, detail: {} });
});

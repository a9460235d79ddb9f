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

test("a project that is created, changed, archived, deleted and restored", async () => {
  const made = await ada.post("/projects", { name: "Short" });
  const id = await readId(made);
  const row = (action: string, detail: Record<string, unknown> = {}) => ({
    action,
    target: "project",
    targetId: id,
    projectId: id,
    detail,
  });
  expect(await rowOf(made)).toEqual(row("project.created"));
  const change = { name: "Long", instructions: "Be brief." };
  expect(await rowOf(ada.patch(`/projects/${id}`, change))).toEqual(
    row("project.updated", { changed: ["name", "instructions"] }),
  );
  expect(await rowOf(ada.put(`/projects/${id}/archive`))).toEqual(row("project.archived"));
  expect(await rowOf(ada.delete(`/projects/${id}/archive`))).toEqual(row("project.unarchived"));
  expect(await rowOf(ada.delete(`/projects/${id}`))).toEqual(row("project.deleted"));
  expect(await rowOf(ada.post(`/projects/${id}/restore`, {}))).toEqual(row("project.restored"));
});

test("a member who is added, gets another role and is removed", async () => {
  const bob = await app.person("Bob");
  const row = (action: string, detail: Record<string, unknown>) => ({
    action,
    target: "principal",
    targetId: bob.me.id,
    projectId,
    detail,
  });
  const members = `/projects/${projectId}/members`;
  const added = ada.post(members, { email: bob.me.email, role: "viewer" });
  expect(await rowOf(added)).toEqual(row("member.added", { role: "viewer" }));
  expect(await rowOf(ada.patch(`${members}/${bob.me.id}`, { role: "editor" }))).toEqual(
    row("member.role_changed", { from: "viewer", to: "editor" }),
  );
  expect(await rowOf(bob.delete(`${members}/${bob.me.id}`))).toEqual(
    row("member.removed", { role: "editor" }),
  );
});

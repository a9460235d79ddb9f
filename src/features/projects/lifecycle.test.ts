import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { codeOf, read, readId, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { purgeProjects } from "./index.ts";
import { project, projectPage } from "./schema.ts";

const DAY_MS = 86_400_000;
const clock = new TestClock();
let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await createTestApp({ deps: { clock }, env: { ATELIER_RESTORE_DAYS: "7" } });
  ada = await app.person("Ada");
  bob = await app.person("Bob");
});
afterAll(() => app.close());

async function shared(role: "viewer" | "editor" = "editor"): Promise<string> {
  const id = await readId(await ada.post("/projects", { name: "Plans" }));
  const added = await ada.post(`/projects/${id}/members`, { email: bob.me.email, role });
  expect(added.status).toBe(201);
  return id;
}

const names = async (person: Person, query: string) =>
  (await read(await person.get(`/projects${query}`), projectPage)).items.map(({ id }) => id);

test("an archived project can be read but not changed until it is unarchived", async () => {
  const id = await shared();
  expect((await ada.put(`/projects/${id}/archive`)).status).toBe(200);
  expect((await ada.put(`/projects/${id}/archive`)).status).toBe(200);
  expect(await names(bob, "")).not.toContain(id);
  expect(await names(bob, "?archived=true")).toContain(id);
  expect((await bob.get(`/projects/${id}`)).status).toBe(200);
  const refused = await bob.patch(`/projects/${id}`, { name: "Renamed" });
  expect(await readProblem(refused)).toMatchObject({ status: 409, code: "project_archived" });
  const agent = await bob.post(`/projects/${id}/agents`, { name: "New" });
  expect((await readProblem(agent)).code).toBe("project_archived");
  expect((await ada.delete(`/projects/${id}/archive`)).status).toBe(200);
  expect((await bob.patch(`/projects/${id}`, { name: "Renamed" })).status).toBe(200);
});

test("deleting a project hides it from everyone and returns until when it can be restored", async () => {
  const id = await shared();
  const deleted = await read(await ada.delete(`/projects/${id}`), project);
  const until = new Date(clock.now().getTime() + 7 * DAY_MS);
  expect(deleted.restorableUntil).toBe(until.toISOString());
  expect(await codeOf(await bob.get(`/projects/${id}`))).toBe("404 project_not_found");
  expect(await codeOf(await ada.get(`/projects/${id}`))).toBe("404 project_not_found");
  expect(await names(ada, "?deleted=true")).toContain(id);
  expect(await names(bob, "?deleted=true")).not.toContain(id);
});

test("an owner restores a deleted project; an editor may not", async () => {
  const id = await shared();
  await ada.delete(`/projects/${id}`);
  expect(await codeOf(await bob.post(`/projects/${id}/restore`))).toBe("403 project_role_needed");
  expect((await ada.post(`/projects/${id}/restore`)).status).toBe(200);
  expect((await bob.get(`/projects/${id}`)).status).toBe(200);
  expect((await readProblem(await ada.post(`/projects/${id}/restore`))).code).toBe(
    "project_not_deleted",
  );
});

test("past the window a project cannot be restored, and the purge removes it with its bytes", async () => {
  const kept = await shared();
  const id = await shared();
  await ada.post(`/projects/${id}/agents`, { name: "Goes too" });
  await ada.delete(`/projects/${id}`);
  const ctx = systemContext(app.deps, "purge");
  const removed: string[] = [];
  const beforePurge = async (_: unknown, projectId: string) => {
    removed.push(projectId);
  };
  clock.advance(6 * DAY_MS);
  const young = await shared();
  await ada.delete(`/projects/${young}`);
  await purgeProjects(ctx, [beforePurge]);
  expect(removed).not.toContain(id);
  clock.advance(1 * DAY_MS + 1);
  expect(await names(ada, "?deleted=true")).not.toContain(id);
  expect(await codeOf(await ada.post(`/projects/${id}/restore`))).toBe("404 project_not_found");
  await purgeProjects(ctx, [beforePurge]);
  expect(removed).toContain(id);
  const left = await app.deps.database.sql`select id from projects`;
  const ids = left.map((row) => row.id);
  expect(ids).not.toContain(id);
  expect(ids).toContain(kept);
  expect(ids).toContain(young);
  const audit = await app.deps.database
    .sql`select actor_kind from audit_log where action = 'project.purged' and target_id = ${id}`;
  expect(audit.map((row) => row.actor_kind)).toEqual(["system:purge"]);
});

test("a project whose bytes cannot be removed waits for the next purge and does not block others", async () => {
  const stuck = await shared();
  const free = await shared();
  await ada.delete(`/projects/${stuck}`);
  await ada.delete(`/projects/${free}`);
  clock.advance(8 * DAY_MS);
  const ctx = systemContext(app.deps, "purge");
  const fail = async (_: unknown, projectId: string) => {
    if (projectId === stuck) throw new Error("the disk is gone");
  };
  await purgeProjects(ctx, [fail]);
  const left = await app.deps.database.sql`select id from projects where id in (${stuck}, ${free})`;
  expect(left.map((row) => row.id)).toEqual([stuck]);
  await purgeProjects(ctx, []);
  expect(await app.deps.database.sql`select id from projects where id = ${stuck}`).toHaveLength(0);
});

test("a personal project is neither deleted, archived nor shared", async () => {
  const id = ada.me.personalProjectId ?? "";
  const answers = [
    await ada.delete(`/projects/${id}`),
    await ada.put(`/projects/${id}/archive`),
    await ada.post(`/projects/${id}/members`, { email: bob.me.email, role: "viewer" }),
    await ada.delete(`/projects/${id}/members/${ada.me.id}`),
  ];
  for (const answer of answers)
    expect(await readProblem(answer)).toMatchObject({ status: 409, code: "personal_project" });
});

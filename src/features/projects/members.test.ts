import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { codeOf, read, readId, readProblem } from "../../../test/support/read.ts";
import { memberList } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
let eve: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  bob = await app.person("Bob");
  eve = await app.person("Eve");
});
afterAll(() => app.close());

const start = async () => readId(await ada.post("/projects", { name: "Plans" }));
const add = (id: string, person: Person, role: string) =>
  ada.post(`/projects/${id}/members`, { email: person.me.email.toUpperCase(), role });
const roles = async (id: string) =>
  Object.fromEntries(
    (await read(await ada.get(`/projects/${id}/members`), memberList)).items.map((member) => [
      member.name,
      member.role,
    ]),
  );

test("a member added by e-mail address sees the project with the given role", async () => {
  const id = await start();
  expect(await codeOf(await bob.get(`/projects/${id}`))).toBe("404 project_not_found");
  expect((await add(id, bob, "viewer")).status).toBe(201);
  expect((await bob.get(`/projects/${id}`)).status).toBe(200);
  expect(await codeOf(await bob.patch(`/projects/${id}`, { name: "Mine" }))).toBe(
    "403 project_role_needed",
  );
  expect(await roles(id)).toEqual({ Ada: "owner", Bob: "viewer" });
});

test("an unknown and a disabled address get the same field error", async () => {
  const id = await start();
  const gone = await app.person("Gone");
  await app.deps.database.sql`update users set disabled_at = now() where id = ${gone.me.id}`;
  const unknown = await ada.post(`/projects/${id}/members`, {
    email: "nobody@example.com",
    role: "viewer",
  });
  const disabled = await add(id, gone, "viewer");
  const first = await readProblem(unknown);
  expect(first).toMatchObject({ status: 422, code: "no_such_account" });
  expect(first.errors?.[0]?.path).toBe("email");
  const { requestId: _, ...second } = await readProblem(disabled);
  expect(first).toMatchObject(second);
});

test("adding a user twice is refused", async () => {
  const id = await start();
  await add(id, bob, "viewer");
  expect((await readProblem(await add(id, bob, "editor"))).code).toBe("already_member");
});

test("only owners add, change and remove members", async () => {
  const id = await start();
  await add(id, bob, "editor");
  await add(id, eve, "viewer");
  const email = "someone@example.com";
  expect(await codeOf(await bob.post(`/projects/${id}/members`, { email, role: "viewer" }))).toBe(
    "403 project_role_needed",
  );
  expect((await bob.patch(`/projects/${id}/members/${eve.me.id}`, { role: "owner" })).status).toBe(
    403,
  );
  expect(await codeOf(await bob.delete(`/projects/${id}/members/${eve.me.id}`))).toBe(
    "403 project_role_needed",
  );
  expect((await ada.patch(`/projects/${id}/members/${bob.me.id}`, { role: "owner" })).status).toBe(
    200,
  );
  expect((await bob.delete(`/projects/${id}/members/${eve.me.id}`)).status).toBe(204);
});

test("a removed member has no access from the next request on", async () => {
  const id = await start();
  await add(id, bob, "editor");
  expect((await bob.get(`/projects/${id}`)).status).toBe(200);
  await ada.delete(`/projects/${id}/members/${bob.me.id}`);
  expect(await codeOf(await bob.get(`/projects/${id}`))).toBe("404 project_not_found");
});

test("any member may leave, also an archived project, but the last owner may not", async () => {
  const id = await start();
  await add(id, bob, "viewer");
  await ada.put(`/projects/${id}/archive`);
  expect((await bob.delete(`/projects/${id}/members/${bob.me.id}`)).status).toBe(204);
  const refused = await ada.delete(`/projects/${id}/members/${ada.me.id}`);
  expect(await readProblem(refused)).toMatchObject({ status: 409, code: "last_owner" });
  await ada.delete(`/projects/${id}/archive`);
  const demoted = await ada.patch(`/projects/${id}/members/${ada.me.id}`, { role: "editor" });
  expect((await readProblem(demoted)).code).toBe("last_owner");
});

test("when two owners remove each other at the same moment, one remains", async () => {
  for (let round = 0; round < 8; round++) {
    const id = await start();
    await add(id, bob, "owner");
    const answers = await Promise.all([
      ada.delete(`/projects/${id}/members/${bob.me.id}`),
      bob.delete(`/projects/${id}/members/${ada.me.id}`),
    ]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(204);
    const owners = await app.deps.database
      .sql`select 1 from project_members where project_id = ${id} and role = 'owner'`;
    expect(owners).toHaveLength(1);
  }
});

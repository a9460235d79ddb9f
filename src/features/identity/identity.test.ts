import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { projectPage } from "../projects/schema.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

test("the first account is an admin and has a personal project", async () => {
  const ada = await app.person("Ada");
  expect(ada.me.role).toBe("admin");
  const projects = await read(await ada.get("/projects"), projectPage);
  expect(projects.items).toHaveLength(1);
  expect(projects.items[0]).toMatchObject({
    id: ada.me.personalProjectId,
    personal: true,
    role: "owner",
  });
});

test("a user is told how long deleted items can be restored", async () => {
  const other = await createTestApp({ env: { ATELIER_RESTORE_DAYS: "3" } });
  try {
    expect((await other.person("Ada")).me.restoreDays).toBe(3);
  } finally {
    await other.close();
  }
});

test("an account and each change of it are in the audit log", async () => {
  const nina = await app.person("Nina");
  expect((await nina.patch("/me", { name: "Nina Simone" })).status).toBe(200);
  const { sql } = app.deps.database;
  const rows =
    await sql`select action, actor_id, target_kind, target_id, detail->'changed' as changed
    from audit_log where target_id = ${nina.me.id} and action in ('user.signed_up', 'user.updated')
    order by id`;
  const own = { actor_id: nina.me.id, target_kind: "user", target_id: nina.me.id };
  expect([...rows]).toMatchObject([
    { ...own, action: "user.signed_up" },
    { ...own, action: "user.updated", changed: ["name"] },
  ]);
});

test("later accounts are members", async () => {
  const bob = await app.person("Bob");
  expect(bob.me.role).toBe("member");
});

test("a second account with the same e-mail address is refused, ignoring case", async () => {
  const response = await app.anonymous.post("/auth/sign-up", {
    name: "Another Bob",
    email: "BOB@example.com",
    password: "a long enough password",
  });
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ code: "email_taken", status: 409 });
});

test("a wrong password and an unknown address get the same answer", async () => {
  const wrong = await app.anonymous.post("/auth/sign-in", {
    email: "bob@example.com",
    password: "not his password",
  });
  const unknown = await app.anonymous.post("/auth/sign-in", {
    email: "nobody@example.com",
    password: "not his password",
  });
  expect([wrong.status, unknown.status]).toEqual([401, 401]);
  expect((await readProblem(wrong)).code).toBe("wrong_credentials");
  expect((await readProblem(unknown)).code).toBe("wrong_credentials");
});

test("signing out ends the session on the next request", async () => {
  const eve = await app.person("Eve");
  expect((await eve.get("/me")).status).toBe(200);
  expect((await eve.post("/auth/sign-out")).status).toBe(204);
  expect((await eve.get("/me")).status).toBe(401);
});

test("setting up twice is refused", async () => {
  const again = await app.anonymous.post("/setup", {
    name: "Mallory",
    email: "m@example.com",
    password: "a long enough password",
  });
  expect(await again.json()).toMatchObject({ code: "setup_done", status: 409 });
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { codeOf, read, readProblem } from "../../../test/support/read.ts";
import { accessOfUser, createdApiKey } from "../identity/schema.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const accessOf = async (person: Person) =>
  read(await ada.get(`/admin/users/${person.me.id}/access`), accessOfUser);
const newKey = async (person: Person) =>
  read(await person.post("/me/api-keys", { name: "CI", scopes: ["read"] }), createdApiKey);
const auditOf = async (action: string) =>
  app.deps.database
    .sql`select target_id, detail from audit_log where action = ${action} order by at desc`;

test("an admin sees a user's sessions and keys, without any secret", async () => {
  const bob = await app.person("Bob");
  const key = await newKey(bob);
  await app.withKey(key.key).get("/me");
  const answer = await ada.get(`/admin/users/${bob.me.id}/access`);
  const text = await answer.clone().text();
  const { sessions, apiKeys } = await read(answer, accessOfUser);
  expect(sessions).toMatchObject([{ current: false }]);
  expect(apiKeys).toMatchObject([{ id: key.id, name: "CI", scopes: ["read"] }]);
  expect(apiKeys[0]?.lastUsedAt).not.toBeNull();
  expect(text).not.toContain(key.key);
  expect(text).not.toContain(bob.cookie.split("=")[1]?.split(".")[0] ?? "?");
  expect((await accessOf(ada)).sessions).toMatchObject([{ current: true }]);
});

test("an admin ends a single session or key at once", async () => {
  const cleo = await app.person("Cleo");
  const [first, second] = [await newKey(cleo), await newKey(cleo)];
  const path = `/admin/users/${cleo.me.id}`;
  expect((await app.withKey(first.key).get("/me")).status).toBe(200);
  expect((await ada.delete(`${path}/api-keys/${first.id}`)).status).toBe(204);
  expect(await codeOf(await app.withKey(first.key).get("/me"))).toBe("401 invalid_api_key");
  expect((await app.withKey(second.key).get("/me")).status).toBe(200);
  const [session] = (await accessOf(cleo)).sessions;
  expect((await ada.delete(`${path}/sessions/${session?.id}`)).status).toBe(204);
  expect(await codeOf(await cleo.get("/me"))).toBe("401 not_signed_in");
  expect(await auditOf("api_key.revoked")).toMatchObject([
    { target_id: first.id, detail: { userId: cleo.me.id } },
  ]);
  expect(await auditOf("session.revoked")).toMatchObject([
    { target_id: session?.id, detail: { userId: cleo.me.id } },
  ]);
});

test("a session or key is only found under its own user", async () => {
  const dora = await app.person("Dora");
  const key = await newKey(dora);
  const [session] = (await accessOf(dora)).sessions;
  const path = `/admin/users/${ada.me.id}`;
  const wrongKey = await ada.delete(`${path}/api-keys/${key.id}`);
  expect(await readProblem(wrongKey)).toMatchObject({ status: 404, code: "api_key_not_found" });
  const wrongSession = await ada.delete(`${path}/sessions/${session?.id}`);
  expect(await readProblem(wrongSession)).toMatchObject({ status: 404, code: "session_not_found" });
  expect((await dora.get("/me")).status).toBe(200);
  expect((await app.withKey(key.key).get("/me")).status).toBe(200);
});

test("an admin ends all sessions and keys of a user; the account stays", async () => {
  const eve = await app.person("Eve");
  const key = await newKey(eve);
  expect((await ada.delete(`/admin/users/${eve.me.id}/access`)).status).toBe(204);
  expect(await codeOf(await eve.get("/me"))).toBe("401 not_signed_in");
  expect(await codeOf(await app.withKey(key.key).get("/me"))).toBe("401 invalid_api_key");
  expect(await accessOf(eve)).toEqual({ sessions: [], apiKeys: [] });
  expect((await ada.get("/me")).status).toBe(200);
  expect(await auditOf("user.access_revoked")).toMatchObject([
    { target_id: eve.me.id, detail: { sessions: 1, keys: 1 } },
  ]);
  const again = await app.anonymous.post("/auth/sign-in", {
    email: eve.me.email,
    password: "a long enough password",
  });
  expect(again.status).toBe(200);
});

test("for an unknown user there is nothing to see or end", async () => {
  const path = `/admin/users/${Bun.randomUUIDv7()}/access`;
  for (const answer of [await ada.get(path), await ada.delete(path)])
    expect(await readProblem(answer)).toMatchObject({ status: 404, code: "user_not_found" });
});

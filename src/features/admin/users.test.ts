import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { codeOf, read, readProblem } from "../../../test/support/read.ts";
import { adminUser, adminUserPage, createdUser, resetLink } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_PUBLIC_URL: "http://atelier.example" } });
  ada = await app.person("Ada");
  bob = await app.person("Bob");
});
afterAll(() => app.close());

const signIn = (email: string, password: string) =>
  app.anonymous.post("/auth/sign-in", { email, password });

test("for everyone but admins the administration does not exist", async () => {
  for (const path of ["/admin/users", "/admin/providers", "/admin/models", "/admin/settings"]) {
    expect(await codeOf(await bob.get(path))).toBe("404 not_found");
    expect(await codeOf(await app.anonymous.get(path))).toBe("401 not_signed_in");
    expect((await ada.get(path)).status).toBe(200);
  }
});

test("an admin pages through all accounts and finds one by name or address", async () => {
  const first = await read(await ada.get("/admin/users?limit=1"), adminUserPage);
  expect(first.items.map(({ name }) => name)).toEqual(["Bob"]);
  const second = await read(
    await ada.get(`/admin/users?limit=1&cursor=${first.nextCursor}`),
    adminUserPage,
  );
  expect(second.items.map(({ name }) => name)).toEqual(["Ada"]);
  expect(second.nextCursor).toBeNull();
  const found = await read(await ada.get("/admin/users?search=BOB%40ex"), adminUserPage);
  expect(found.items).toHaveLength(1);
  const percent = await read(await ada.get("/admin/users?search=%25"), adminUserPage);
  expect(percent.items).toHaveLength(0);
});

test("an admin creates an account; its owner sets the password with the link, once", async () => {
  const response = await ada.post("/admin/users", { name: "Cleo", email: "cleo@example.com" });
  expect(response.status).toBe(201);
  const { user, resetLink: link } = await read(response, createdUser);
  expect(user).toMatchObject({ role: "member", disabledAt: null });
  const token = new URL(link.url).searchParams.get("token");
  expect(link.url).toStartWith("http://atelier.example/reset-password?token=");
  const reset = { token, newPassword: "cleo's own password" };
  expect((await app.anonymous.post("/auth/password-reset", reset)).status).toBe(204);
  expect((await signIn("cleo@example.com", "cleo's own password")).status).toBe(200);
  const again = await app.anonymous.post("/auth/password-reset", reset);
  expect((await readProblem(again)).code).toBe("link_expired");
  const twice = await ada.post("/admin/users", { name: "Cleo", email: "CLEO@example.com" });
  expect((await readProblem(twice)).code).toBe("email_taken");
});

test("a new reset link invalidates the previous one", async () => {
  const make = async () =>
    read(await ada.post(`/admin/users/${bob.me.id}/password-reset-link`), resetLink);
  const tokenOf = ({ url }: { url: string }) => new URL(url).searchParams.get("token");
  const [first, second] = [await make(), await make()];
  const use = (token: string | null) =>
    app.anonymous.post("/auth/password-reset", { token, newPassword: "bob's new password" });
  expect(await codeOf(await use(tokenOf(first)))).toBe("410 link_expired");
  expect((await use(tokenOf(second))).status).toBe(204);
  bob = await app.person("Bobby");
});

test("reset links are not stored in clear", async () => {
  const path = `/admin/users/${bob.me.id}/password-reset-link`;
  const response = await ada.request("POST", path, {}, { "idempotency-key": "once" });
  const { url } = await read(response, resetLink);
  const kept = await app.deps.database.sql`select body::text from idempotency_keys`;
  const hashes = await app.deps.database.sql`select token_hash from one_time_tokens`;
  const token = new URL(url).searchParams.get("token") ?? "";
  expect(token).toHaveLength(32);
  expect(JSON.stringify([kept, hashes])).not.toContain(token);
});

const keyOf = async (person: Person, scopes: string[]) => {
  const made = await person.post("/me/api-keys", { name: scopes.join(), scopes });
  return read(made, z.looseObject({ id: z.uuid(), key: z.string() }));
};

test("an admin's key without the scope `admin` manages nothing, and only an admin can grant that scope", async () => {
  const plain = app.withKey((await keyOf(ada, ["read", "write"])).key);
  for (const answer of [
    await plain.get("/admin/users"),
    await plain.patch(`/admin/users/${bob.me.id}`, { disabled: true }),
    await plain.patch("/admin/settings", { signUpOpen: true }),
  ])
    expect(await readProblem(answer)).toMatchObject({ status: 403, code: "missing_scope" });
  const refused = await bob.post("/me/api-keys", { name: "No", scopes: ["read", "admin"] });
  expect(await readProblem(refused)).toMatchObject({ status: 403, code: "admin_scope_refused" });
  const alone = await ada.post("/me/api-keys", { name: "No", scopes: ["admin"] });
  expect((await readProblem(alone)).code).toBe("validation_failed");
  const reader = app.withKey((await keyOf(ada, ["read", "admin"])).key);
  expect((await reader.get("/admin/users")).status).toBe(200);
  const write = await reader.patch(`/admin/users/${bob.me.id}`, { name: "B" });
  expect((await readProblem(write)).code).toBe("missing_scope");
});

test("a key with the scope `admin` disables accounts, and never leads to a session", async () => {
  const gus = await app.person("Gus");
  const byKey = app.withKey((await keyOf(ada, ["read", "write", "admin"])).key);
  const path = `/admin/users/${gus.me.id}`;
  expect((await byKey.patch(path, { disabled: false, role: "member" })).status).toBe(200);
  expect((await byKey.patch(path, { disabled: true })).status).toBe(200);
  for (const answer of [
    await byKey.patch(path, { disabled: false }),
    await byKey.patch(path, { role: "admin" }),
    await byKey.post("/admin/users", { name: "Helper", email: "helper@example.com" }),
    await byKey.post(`${path}/password-reset-link`),
    await byKey.post("/me/api-keys", { name: "More", scopes: ["read"] }),
  ])
    expect(await readProblem(answer)).toMatchObject({ status: 403, code: "session_only" });
  expect(await read(await ada.get(path), adminUser)).toMatchObject({ role: "member" });
});

test("only a session in which the password was given lets more people sign up", async () => {
  const byKey = app.withKey((await keyOf(ada, ["read", "write", "admin"])).key);
  const set = (caller: Pick<Person, "patch">, change: object) =>
    caller.patch("/admin/settings", change);
  const wider = [
    { before: { signUpOpen: false, signUpDomains: [] }, change: { signUpOpen: true } },
    { before: { signUpDomains: ["example.org"] }, change: { signUpDomains: [] } },
    { before: {}, change: { signUpDomains: ["example.com"] } },
    { before: {}, change: { signUpDomains: ["example.org", "example.com"] } },
  ];
  const confirm = (minutes: number) =>
    app.deps.database.sql`update sessions
      set authenticated_at = now() - ${minutes} * interval '1 minute' where user_id = ${ada.me.id}`;
  for (const { before, change } of wider) {
    expect((await set(ada, before)).status).toBe(200);
    expect(await codeOf(await set(byKey, change))).toBe("403 session_only");
    await confirm(16);
    expect(await codeOf(await set(ada, change))).toBe("403 password_needed");
    await confirm(0);
  }
  expect((await set(ada, { signUpOpen: true, signUpDomains: [] })).status).toBe(200);
  for (const change of [
    { defaultModelId: null },
    { signUpOpen: true },
    { signUpDomains: ["example.org", "example.com"] },
    { signUpDomains: ["example.org"] },
    { signUpOpen: null },
    { signUpOpen: false },
  ])
    expect((await set(byKey, change)).status).toBe(200);
  await set(ada, { signUpOpen: null, signUpDomains: [] });
});

test("a default model that is not offered is refused at its field", async () => {
  const refused = await readProblem(
    await ada.patch("/admin/settings", { defaultModelId: Bun.randomUUIDv7() }),
  );
  expect(refused).toMatchObject({ status: 422, code: "model_not_available" });
  expect(refused.errors?.map(({ path }) => path)).toEqual(["defaultModelId"]);
});

test("a demoted admin loses the keys with the scope `admin`, and keeps the others", async () => {
  const hal = await app.person("Hal");
  const path = `/admin/users/${hal.me.id}`;
  await ada.patch(path, { role: "admin" });
  const [admin, plain] = [await keyOf(hal, ["read", "admin"]), await keyOf(hal, ["read"])];
  await ada.patch(path, { role: "member" });
  await ada.patch(path, { role: "admin" });
  expect((await readProblem(await app.withKey(admin.key).get("/me"))).code).toBe("invalid_api_key");
  expect((await app.withKey(plain.key).get("/me")).status).toBe(200);
  await ada.patch(path, { role: "member" });
});

test("a disabled user loses every key for good", async () => {
  const ida = await app.person("Ida");
  const { key } = await keyOf(ida, ["read", "write"]);
  const path = `/admin/users/${ida.me.id}`;
  await ada.patch(path, { disabled: true });
  expect((await readProblem(await app.withKey(key).get("/me"))).code).toBe("invalid_api_key");
  await ada.patch(path, { disabled: false });
  expect((await readProblem(await app.withKey(key).get("/me"))).code).toBe("invalid_api_key");
});

test("a disabled user is signed out at once, and cannot sign in until enabled", async () => {
  const path = `/admin/users/${bob.me.id}`;
  expect((await bob.get("/me")).status).toBe(200);
  const off = await read(await ada.patch(path, { disabled: true }), adminUser);
  expect(off.disabledAt).not.toBeNull();
  expect(await codeOf(await bob.get("/me"))).toBe("401 not_signed_in");
  expect(await codeOf(await signIn("bobby@example.com", "a long enough password"))).toBe(
    "401 wrong_credentials",
  );
  await ada.patch(path, { disabled: false });
  expect((await signIn("bobby@example.com", "a long enough password")).status).toBe(200);
});

test("a role change applies from the next request on", async () => {
  const dora = await app.person("Dora");
  expect(await codeOf(await dora.get("/admin/users"))).toBe("404 not_found");
  await ada.patch(`/admin/users/${dora.me.id}`, { role: "admin" });
  expect((await dora.get("/admin/users")).status).toBe(200);
  await ada.patch(`/admin/users/${dora.me.id}`, { role: "member" });
  expect(await codeOf(await dora.get("/admin/users"))).toBe("404 not_found");
});

test("the last admin stays, even when two admins step down at the same moment", async () => {
  const last = await ada.patch(`/admin/users/${ada.me.id}`, { role: "member" });
  expect((await readProblem(last)).code).toBe("last_admin");
  const off = await ada.patch(`/admin/users/${ada.me.id}`, { disabled: true });
  expect((await readProblem(off)).code).toBe("last_admin");
  const eve = await app.person("Eve");
  await ada.patch(`/admin/users/${eve.me.id}`, { role: "admin" });
  const both = await Promise.all([
    ada.patch(`/admin/users/${eve.me.id}`, { role: "member" }),
    eve.patch(`/admin/users/${ada.me.id}`, { role: "member" }),
  ]);
  // The slower one is refused, or is no admin any more.
  expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
  if (both[1].status === 200) await eve.patch(`/admin/users/${ada.me.id}`, { role: "admin" });
});

test("a change based on an outdated version is refused", async () => {
  const path = `/admin/users/${bob.me.id}`;
  const seen = (await ada.get(path)).headers.get("etag") ?? "";
  expect((await ada.patch(path, { name: "Robert" }, { "if-match": seen })).status).toBe(200);
  const late = await ada.patch(path, { name: "Rob" }, { "if-match": seen });
  expect((await readProblem(late)).code).toBe("changed_meanwhile");
});

test("unknown accounts and bad input have different errors", async () => {
  const nobody = `/admin/users/${Bun.randomUUIDv7()}`;
  expect(await codeOf(await ada.get(nobody))).toBe("404 user_not_found");
  expect(await codeOf(await ada.patch(nobody, { role: "member" }))).toBe("404 user_not_found");
  expect(await codeOf(await ada.post(`${nobody}/password-reset-link`))).toBe("404 user_not_found");
  expect(await codeOf(await ada.patch(`/admin/users/${bob.me.id}`, { role: "owner" }))).toBe(
    "422 validation_failed",
  );
  expect(await codeOf(await ada.get("/admin/users?limit=0"))).toBe("422 validation_failed");
});

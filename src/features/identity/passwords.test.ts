import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { createdApiKey } from "./schema.ts";

const PASSWORD = "a long enough password";
const NEXT = "quite another password";
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const keyOf = async (person: Person) =>
  (await read(await person.post("/me/api-keys", { name: "CI", scopes: ["read"] }), createdApiKey))
    .key;
const status = async (key: string) => (await app.withKey(key).get("/me")).status;
const signIn = async (person: Person, password = PASSWORD) => {
  const response = await app.anonymous.post("/auth/sign-in", { email: person.me.email, password });
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  return { response, browser: app.withCookie(cookie) };
};
const change = (person: Person, body: object) =>
  person.post("/me/password", { currentPassword: PASSWORD, newPassword: NEXT, ...body });
const resetToken = async (person: Person) => {
  const made = await ada.post(`/admin/users/${person.me.id}/password-reset-link`);
  const { url } = await read(made, z.looseObject({ url: z.url() }));
  return new URL(url).searchParams.get("token");
};
/** Moves the time at which a user's sessions gave the password into the past. */
const longAgo = (person: Person, minutes: number) =>
  app.deps.database.sql`update sessions
    set authenticated_at = now() - ${minutes} * interval '1 minute' where user_id = ${person.me.id}`;

test("a password change ends every other session and every key at once", async () => {
  const bob = await app.person("Bob");
  const key = await keyOf(bob);
  const { browser } = await signIn(bob);
  expect([await status(key), (await browser.get("/me")).status]).toEqual([200, 200]);
  expect((await change(bob, {})).status).toBe(204);
  expect([await status(key), (await browser.get("/me")).status]).toEqual([401, 401]);
  expect((await bob.get("/me")).status).toBe(200);
  expect((await readProblem((await signIn(bob)).response)).code).toBe("wrong_credentials");
  expect((await signIn(bob, NEXT)).response.status).toBe(200);
});

test("keys stay when the user says so", async () => {
  const cleo = await app.person("Cleo");
  const key = await keyOf(cleo);
  expect((await change(cleo, { revokeKeys: false })).status).toBe(204);
  expect(await status(key)).toBe(200);
});

test("a wrong current password changes nothing", async () => {
  const dora = await app.person("Dora");
  const key = await keyOf(dora);
  const refused = await readProblem(await change(dora, { currentPassword: "not hers at all" }));
  expect(refused).toMatchObject({ status: 422, code: "wrong_password" });
  expect(refused.errors).toEqual([{ path: "currentPassword", message: "is wrong" }]);
  expect(await status(key)).toBe(200);
  expect((await signIn(dora)).response.status).toBe(200);
});

test("a reset by link ends every session and every key", async () => {
  const eve = await app.person("Eve");
  const key = await keyOf(eve);
  const token = await resetToken(eve);
  const reset = await app.anonymous.post("/auth/password-reset", { token, newPassword: NEXT });
  expect(reset.status).toBe(204);
  expect([await status(key), (await eve.get("/me")).status]).toEqual([401, 401]);
  expect((await signIn(eve, NEXT)).response.status).toBe(200);
});

test("a reset link is valid for a day, once, and only the newest one", async () => {
  const finn = await app.person("Finn");
  const { sql } = app.deps.database;
  const first = await resetToken(finn);
  const second = await resetToken(finn);
  const [row] = await sql`
    select round(extract(epoch from expires_at - now()) / 60)::int as minutes
    from one_time_tokens where user_id = ${finn.me.id}`;
  expect(row?.minutes).toBe(24 * 60);
  const use = async (token: string | null) =>
    (await app.anonymous.post("/auth/password-reset", { token, newPassword: NEXT })).status;
  expect(await use(first)).toBe(410);
  expect(await use("no such token")).toBe(410);
  expect(await Promise.all([use(second), use(second)]).then((all) => all.sort())).toEqual([
    204, 410,
  ]);
  const late = await resetToken(finn);
  await sql`update one_time_tokens set expires_at = now() where user_id = ${finn.me.id}`;
  const refused = await app.anonymous.post("/auth/password-reset", {
    token: late,
    newPassword: NEXT,
  });
  expect(await readProblem(refused)).toMatchObject({ status: 410, code: "link_expired" });
});

test("creating or rotating a key and managing accounts require a recently given password", async () => {
  const gus = await app.person("Gus");
  await ada.patch(`/admin/users/${gus.me.id}`, { role: "admin" });
  const made = await gus.post("/me/api-keys", { name: "Old", scopes: ["read"] });
  const { id } = await read(made, createdApiKey);
  const off = await app.person("Off");
  await gus.patch(`/admin/users/${off.me.id}`, { disabled: true });
  await longAgo(gus, 15);
  const acts = [
    () => gus.post("/me/api-keys", { name: "New", scopes: ["read"] }),
    () => gus.post(`/me/api-keys/${id}/rotate`, {}),
    () => gus.post("/admin/users", { name: "Hired", email: "hired@example.com" }),
    () => gus.post(`/admin/users/${ada.me.id}/password-reset-link`),
    () => gus.patch(`/admin/users/${ada.me.id}`, { role: "admin" }),
    () => gus.patch(`/admin/users/${off.me.id}`, { disabled: false }),
  ];
  for (const act of acts)
    expect(await readProblem(await act())).toMatchObject({ status: 403, code: "password_needed" });
  // Revoking needs no recent password.
  expect((await gus.delete(`/me/api-keys/${id}`)).status).toBe(204);
  const wrong = await gus.post("/me/confirm-password", { password: "not his at all" });
  expect(await readProblem(wrong)).toMatchObject({
    status: 422,
    code: "wrong_password",
    errors: [{ path: "password", message: "is wrong" }],
  });
  expect((await readProblem((await acts[0]?.()) ?? wrong)).code).toBe("password_needed");
  expect((await gus.post("/me/confirm-password", { password: PASSWORD })).status).toBe(204);
  expect((await gus.post("/me/api-keys", { name: "New", scopes: ["read"] })).status).toBe(201);
  await longAgo(gus, 14);
  expect((await gus.post("/me/api-keys", { name: "More", scopes: ["read"] })).status).toBe(201);
  await ada.patch(`/admin/users/${gus.me.id}`, { role: "member" });
});

test("giving the password again applies to that session only", async () => {
  const hal = await app.person("Hal");
  const { browser } = await signIn(hal);
  await longAgo(hal, 60);
  expect((await browser.post("/me/confirm-password", { password: PASSWORD })).status).toBe(204);
  const elsewhere = await hal.post("/me/api-keys", { name: "New", scopes: ["read"] });
  expect((await readProblem(elsewhere)).code).toBe("password_needed");
});

test("a key created while the password changes does not survive it", async () => {
  const ida = await app.person("Ida");
  const { browser } = await signIn(ida);
  const { sql } = app.deps.database;
  let making: Promise<Response> | undefined;
  let changing: Promise<Response> | undefined;
  await sql.begin(async (tx) => {
    await tx`select id from users where id = ${ida.me.id} for update`;
    const waiting = async () => (await tx`select 1 from pg_locks where not granted`).length;
    making = browser.post("/me/api-keys", { name: "Late", scopes: ["read"] });
    await eventually("a waiting creation", async () => (await waiting()) === 1);
    changing = change(ida, {});
    await eventually("a waiting change", async () => (await waiting()) === 2);
  });
  const key = await read((await making) ?? new Response(), createdApiKey);
  expect((await changing)?.status).toBe(204);
  expect(await status(key.key)).toBe(401);
});

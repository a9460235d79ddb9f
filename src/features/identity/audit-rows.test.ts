import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { auditRowOf } from "../../../test/support/audit-rows.ts";
import { read } from "../../../test/support/read.ts";
import { createdApiKey, session } from "./schema.ts";

const PASSWORD = "a long enough password";
const NEXT = "quite another password";
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const sessionPage = z.looseObject({ items: z.array(session) });

/** The audit row of an account's own change, whose answer must be a success. */
async function rowOf(answer: Response | Promise<Response>) {
  const { projectId, ...row } = await auditRowOf(app, answer);
  expect(projectId).toBeNull();
  return row;
}
const user = (action: string, id: string, detail: Record<string, unknown> = {}) => ({
  action,
  target: "user",
  targetId: id,
  detail,
});
const newKey = async (who: Person, body: object = {}) => {
  const answer = await who.post("/me/api-keys", { name: "CI", scopes: ["read"], ...body });
  const created = await read(answer, createdApiKey);
  return { answer, ...created };
};

test("signing up, in and out, and confirming a password", async () => {
  const account = { email: "bea@example.com", password: PASSWORD };
  const signedUp = await app.anonymous.post("/auth/sign-up", { name: "Bea", ...account });
  const { id } = await read(signedUp, z.looseObject({ id: z.string() }));
  expect(await rowOf(signedUp)).toEqual(user("user.signed_up", id, { role: "member" }));
  const signedIn = await app.anonymous.post("/auth/sign-in", account);
  expect(await rowOf(signedIn)).toEqual(user("user.signed_in", id));
  const bea = app.withCookie(signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "");
  const [session] = (await read(await bea.get("/me/sessions"), sessionPage)).items;
  expect(await rowOf(bea.post("/me/confirm-password", { password: PASSWORD }))).toEqual({
    action: "session.confirmed",
    target: "session",
    targetId: session?.id ?? "",
    detail: {},
  });
  expect(await rowOf(bea.post("/auth/sign-out", {}))).toEqual(user("user.signed_out", id));
});

test("a new name, a new password, and how many keys it revoked", async () => {
  const cleo = await app.person("Cleo");
  const { id } = cleo.me;
  expect(await rowOf(cleo.patch("/me", { name: "Cleopatra" }))).toEqual(
    user("user.updated", id, { changed: ["name"] }),
  );
  await newKey(cleo);
  await newKey(cleo);
  const kept = { currentPassword: PASSWORD, newPassword: NEXT, revokeKeys: false };
  expect(await rowOf(cleo.post("/me/password", kept))).toEqual(
    user("user.password_changed", id, { keysRevoked: 0 }),
  );
  const revoked = { currentPassword: NEXT, newPassword: PASSWORD };
  expect(await rowOf(cleo.post("/me/password", revoked))).toEqual(
    user("user.password_changed", id, { keysRevoked: 2 }),
  );
});

test("a reset link, and the password set with it", async () => {
  const dora = await app.person("Dora");
  await newKey(dora);
  const made = await ada.post(`/admin/users/${dora.me.id}/password-reset-link`, {});
  const { url } = await read(made, z.looseObject({ url: z.url() }));
  expect(await rowOf(made)).toEqual(user("user.password_reset_link_created", dora.me.id));
  const token = new URL(url).searchParams.get("token");
  const reset = app.anonymous.post("/auth/password-reset", { token, newPassword: NEXT });
  expect(await rowOf(reset)).toEqual(user("user.password_reset", dora.me.id, { keysRevoked: 1 }));
});

test("a session that its owner ends", async () => {
  const eve = await app.person("Eve");
  await app.anonymous.post("/auth/sign-in", { email: eve.me.email, password: PASSWORD });
  const { items } = await read(await eve.get("/me/sessions"), sessionPage);
  const other = items.find(({ current }) => !current)?.id ?? "";
  expect(await rowOf(eve.delete(`/me/sessions/${other}`))).toEqual({
    action: "session.revoked",
    target: "session",
    targetId: other,
    detail: {},
  });
});

test("a session and a key that an admin ends", async () => {
  const gina = await app.person("Gina");
  const { id } = await newKey(gina);
  const [only] = (await read(await gina.get("/me/sessions"), sessionPage)).items;
  const theirs = `/admin/users/${gina.me.id}`;
  expect(await rowOf(ada.delete(`${theirs}/api-keys/${id}`))).toEqual({
    action: "api_key.revoked",
    target: "api_key",
    targetId: id,
    detail: { userId: gina.me.id },
  });
  expect(await rowOf(ada.delete(`${theirs}/sessions/${only?.id}`))).toEqual({
    action: "session.revoked",
    target: "session",
    targetId: only?.id ?? "",
    detail: { userId: gina.me.id },
  });
});

test("a key that is created, rotated and revoked", async () => {
  const key = (action: string, targetId: string, detail: Record<string, unknown> = {}) => ({
    action,
    target: "api_key",
    targetId,
    detail,
  });
  const { answer, id } = await newKey(ada, { scopes: ["read", "write"], expiresInDays: 7 });
  expect(await rowOf(answer)).toEqual(
    key("api_key.created", id, { scopes: ["read", "write"], expiresInDays: 7 }),
  );
  const rotated = await ada.post(`/me/api-keys/${id}/rotate`, { overlapHours: 3 });
  const next = await read(rotated, createdApiKey);
  expect(await rowOf(rotated)).toEqual(
    key("api_key.rotated", id, { replacedBy: next.id, overlapHours: 3 }),
  );
  expect(await rowOf(ada.delete(`/me/api-keys/${next.id}`))).toEqual(
    key("api_key.revoked", next.id),
  );
});

test("an account that an admin creates, changes and locks out", async () => {
  const made = await ada.post("/admin/users", {
    name: "Finn",
    email: "finn@example.com",
    role: "admin",
  });
  const { id } = await read(made, z.looseObject({ user: z.looseObject({ id: z.string() }) })).then(
    ({ user }) => user,
  );
  expect(await rowOf(made)).toEqual(user("user.created", id, { role: "admin" }));
  expect(await rowOf(ada.patch(`/admin/users/${id}`, { role: "member" }))).toEqual(
    user("user.updated", id, { changed: ["role"], role: "member", roleBefore: "admin" }),
  );
  expect(await rowOf(ada.patch(`/admin/users/${id}`, { disabled: true }))).toEqual(
    user("user.updated", id, { changed: ["disabled"], disabled: true }),
  );
  expect(await rowOf(ada.delete(`/admin/users/${id}/access`))).toEqual(
    user("user.access_revoked", id, { sessions: 0, keys: 0 }),
  );
});

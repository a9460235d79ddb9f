import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { codeOf, read } from "../../../test/support/read.ts";
import { type Ctx, systemContext } from "../../platform/context.ts";
import {
  changeUser,
  createUser,
  issuePasswordReset,
  resetUrl,
  userVersion,
} from "./manage-users.ts";
import { type AdminScope, operatorScope } from "./policy.ts";
import { createdApiKey } from "./schema.ts";

const PASSWORD = "a long enough password";
const clock = new TestClock();
let app: TestApp;
let ada: Person;
let ctx: Ctx;
let scope: AdminScope<"session">;
beforeAll(async () => {
  app = await createTestApp({ deps: { clock } });
  ada = await app.person("Ada");
  ctx = systemContext(app.deps, "test");
  scope = operatorScope(ctx);
});
afterAll(() => app.close());

const change = (person: { me: { id: string } }, fields: Parameters<typeof changeUser>[3]) =>
  changeUser(ctx, scope, person.me.id, fields, null);
const signIn = async (email: string, password = PASSWORD) =>
  (await app.anonymous.post("/auth/sign-in", { email, password })).status;
const newKey = async (person: Person, scopes = ["read"]) =>
  (await read(await person.post("/me/api-keys", { name: "CI", scopes }), createdApiKey)).key;
const status = async (key: string) => (await app.withKey(key).get("/me")).status;

test("an account for someone else has what was entered, and sets its password by a link for a day", async () => {
  const made: unknown[] = [];
  const input = { name: "Bea", email: "BEA@example.com", role: "admin" } as const;
  const { user, reset } = await createUser(ctx, scope, input, async (_, created) => {
    made.push(created);
  });
  expect(user).toMatchObject({ name: "Bea", email: "bea@example.com", role: "admin" });
  expect(made).toEqual([{ userId: user.id, name: "Bea" }]);
  expect(reset.expiresAt).toEqual(new Date(clock.now().getTime() + 24 * 3_600_000));
  expect(reset.token).toHaveLength(32);
  expect(await signIn("bea@example.com", "")).toBe(401);
  const body = { token: reset.token, newPassword: PASSWORD };
  expect((await app.anonymous.post("/auth/password-reset", body)).status).toBe(204);
  expect(await signIn("bea@example.com")).toBe(200);
  await expect(createUser(ctx, scope, input, async () => {})).rejects.toMatchObject({
    status: 409,
    code: "email_taken",
  });
  await change({ me: user }, { role: "member" });
});

test("what is not named stays as it was", async () => {
  const bob = await app.person("Bob");
  expect(await change(bob, { name: "Robert" })).toMatchObject({ name: "Robert", role: "member" });
  expect(await change(bob, { role: "admin" })).toMatchObject({ name: "Robert", role: "admin" });
  const off = await change(bob, { disabled: true });
  expect(off).toMatchObject({ name: "Robert", role: "admin", disabledAt: clock.now() });
  clock.advance(1000);
  expect((await change(bob, { disabled: true })).disabledAt).toEqual(off.disabledAt);
  expect((await change(bob, { disabled: false })).disabledAt).toBeNull();
  await change(bob, { role: "member" });
});

test("each change has a later version, even within a millisecond, and an older one is refused", async () => {
  const cleo = await app.person("Cleo");
  const seen = userVersion(await change(cleo, { name: "Cleo" }));
  const to = (name: string, expected: number | null) =>
    changeUser(ctx, scope, cleo.me.id, { name }, expected);
  const first = await to("C", seen);
  expect(userVersion(first)).toBe(seen + 1);
  await expect(to("D", seen)).rejects.toMatchObject({ status: 412, code: "changed_meanwhile" });
  clock.advance(5000);
  expect(userVersion(await to("E", userVersion(first)))).toBe(clock.now().getTime());
});

test("disabling ends sessions and keys at once and for good; a new name ends nothing", async () => {
  const dora = await app.person("Dora");
  const key = await newKey(dora);
  const all = async () => [(await dora.get("/me")).status, await status(key)];
  await change(dora, { name: "D" });
  expect(await all()).toEqual([200, 200]);
  await change(dora, { disabled: true });
  expect([...(await all()), await signIn(dora.me.email)]).toEqual([401, 401, 401]);
  await change(dora, { disabled: false });
  expect([...(await all()), await signIn(dora.me.email)]).toEqual([401, 401, 200]);
});

test("a role holds from the next request on, and its keys go with it", async () => {
  const eve = await app.person("Eve");
  const listing = async () => (await eve.get("/admin/users")).status;
  expect(await listing()).toBe(404);
  await change(eve, { role: "admin" });
  expect(await listing()).toBe(200);
  const [plain, powerful] = [await newKey(eve), await newKey(eve, ["read", "admin"])];
  await change(eve, { role: "member" });
  expect(await listing()).toBe(404);
  expect([await status(plain), await status(powerful)]).toEqual([200, 401]);
});

test("the last admin neither leaves nor is disabled; another one may", async () => {
  for (const fields of [{ role: "member" as const }, { disabled: true }])
    await expect(change(ada, fields)).rejects.toMatchObject({ status: 409, code: "last_admin" });
  expect((await change(ada, { role: "admin", disabled: false })).role).toBe("admin");
  const finn = await app.person("Finn");
  await change(finn, { role: "admin" });
  await change(finn, { disabled: true });
  // A disabled admin is none.
  await expect(change(ada, { disabled: true })).rejects.toMatchObject({ code: "last_admin" });
  await change(finn, { disabled: false, role: "member" });
  // A member may always be disabled.
  await change(finn, { disabled: true });
});

test("a new link ends the one before, and no one else's", async () => {
  const [gus, hal] = [await app.person("Gus"), await app.person("Hal")];
  const first = await issuePasswordReset(ctx, scope, gus.me.id);
  const others = await issuePasswordReset(ctx, scope, hal.me.id);
  const second = await issuePasswordReset(ctx, scope, gus.me.id);
  const use = (token: string) =>
    app.anonymous.post("/auth/password-reset", { token, newPassword: "quite another password" });
  expect(await codeOf(await use(first.token))).toBe("410 link_expired");
  expect((await use(second.token)).status).toBe(204);
  expect((await use(others.token)).status).toBe(204);
  expect(resetUrl("https://atelier.example/", "abc")).toBe(
    "https://atelier.example/reset-password?token=abc",
  );
});

test("an unknown account is neither changed nor given a link", async () => {
  const nobody = { me: { id: Bun.randomUUIDv7() } };
  for (const act of [
    () => change(nobody, { name: "N" }),
    () => issuePasswordReset(ctx, scope, nobody.me.id),
  ])
    await expect(act()).rejects.toMatchObject({ status: 404, code: "user_not_found" });
});

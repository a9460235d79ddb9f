import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read } from "../../../test/support/read.ts";
import { type Ctx, systemContext, type UserActor } from "../../platform/context.ts";
import { isStillSignedIn, onIdentityChange } from "./recheck-actor.ts";
import { createdApiKey } from "./schema.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_SESSION_IDLE_HOURS: "5" } });
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const PASSWORD = "a long enough password";

function contextOf({ me }: Person, via: UserActor["via"]): Ctx {
  const { deps } = app;
  return {
    actor: { kind: "user", userId: me.id, role: me.role, via },
    deps,
    db: deps.database.db,
  };
}

/** A new person's session and key, and what becomes of long responses to them. */
async function signedIn(name: string) {
  const person = await app.person(name);
  const { sql } = app.deps.database;
  const [session] = await sql`select id from sessions where user_id = ${person.me.id}`;
  const sessionId = String(session?.id);
  const made = await person.post("/me/api-keys", { name: "CI", scopes: ["read"] });
  const { id: keyId } = await read(made, createdApiKey);
  const bySession = contextOf(person, { kind: "session", sessionId });
  const byKey = contextOf(person, { kind: "key", keyId, scopes: ["read"] });
  return {
    person,
    sessionId,
    keyId,
    still: async () => [await isStillSignedIn(bySession), await isStillSignedIn(byKey)],
  };
}

test("a session and a key hold until they are ended, each for itself", async () => {
  const { person, sessionId, keyId, still } = await signedIn("Bob");
  const { still: other } = await signedIn("Cleo");
  expect(await still()).toEqual([true, true]);
  await person.delete(`/me/api-keys/${keyId}`);
  expect(await still()).toEqual([true, false]);
  await person.delete(`/me/sessions/${sessionId}`);
  expect(await still()).toEqual([false, false]);
  expect(await other()).toEqual([true, true]);
});

test("neither holds beyond its time, nor a session that is not used", async () => {
  const { sessionId, keyId, still } = await signedIn("Dora");
  const { sql } = app.deps.database;
  const unusedFor = (minutes: number) =>
    sql`update sessions set last_seen_at = now() - ${minutes} * interval '1 minute' where id = ${sessionId}`;
  await unusedFor(299);
  await sql`update api_keys set expires_at = null where id = ${keyId}`;
  expect(await still()).toEqual([true, true]);
  await unusedFor(300);
  await sql`update api_keys set expires_at = now() where id = ${keyId}`;
  expect(await still()).toEqual([false, false]);
  await unusedFor(0);
  await sql`update api_keys set expires_at = now() + interval '1 hour' where id = ${keyId}`;
  expect(await still()).toEqual([true, true]);
  await sql`update sessions set expires_at = now() where id = ${sessionId}`;
  expect(await still()).toEqual([false, true]);
});

test("nothing of a disabled account holds", async () => {
  const { person, still } = await signedIn("Eve");
  const { sql } = app.deps.database;
  await sql`update users set disabled_at = now() where id = ${person.me.id}`;
  expect(await still()).toEqual([false, false]);
});

test("who never signed in is not still signed in", async () => {
  expect(await isStillSignedIn(systemContext(app.deps, "test"))).toBe(false);
});

test("a listener is called when a session ends, until it unsubscribes", async () => {
  let calls = 0;
  const unsubscribe = onIdentityChange(app.deps, () => {
    calls++;
  });
  const signOut = async () => {
    const body = { email: ada.me.email, password: PASSWORD };
    const answer = await app.anonymous.post("/auth/sign-in", body);
    const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await app.withCookie(cookie).post("/auth/sign-out")).status).toBe(204);
  };
  await signOut();
  expect(calls).toBe(1);
  unsubscribe();
  await signOut();
  expect(calls).toBe(1);
});

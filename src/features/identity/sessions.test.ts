import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { resetLink } from "../admin/schema.ts";
import { session } from "./schema.ts";
import { purgeEnded } from "./service.ts";

const PASSWORD = "a long enough password";
const list = z.object({ items: z.array(session) });
let app: TestApp;
let secure: TestApp;
let founder: Person;
beforeAll(async () => {
  app = await createTestApp({
    env: {
      ATELIER_SESSION_DAYS: "10",
      ATELIER_SESSION_IDLE_HOURS: "48",
      ATELIER_TRUSTED_PROXIES: "1",
    },
  });
  secure = await createTestApp({ env: { ATELIER_PUBLIC_URL: "https://atelier.example" } });
  await secure.person("Founder");
  founder = await app.person("Founder");
});
afterAll(async () => {
  await secure.close();
  await app.close();
});

/** The cookies of a response as a browser stores them, by name. */
function cookiesOf(response: Response): Record<string, { value: string; attributes: string }> {
  return Object.fromEntries(
    response.headers.getSetCookie().map((line) => {
      const [pair = "", ...attributes] = line.split("; ");
      const at = pair.indexOf("=");
      return [pair.slice(0, at), { value: pair.slice(at + 1), attributes: attributes.join("; ") }];
    }),
  );
}
const signIn = (of: TestApp, name: string, headers: Record<string, string> = {}) =>
  of.anonymous.request(
    "POST",
    "/auth/sign-in",
    { email: `${name.toLowerCase()}@example.com`, password: PASSWORD },
    headers,
  );
const status = async (of: TestApp, cookie: string, headers: Record<string, string> = {}) =>
  (await of.anonymous.request("GET", "/me", undefined, { cookie, ...headers })).status;
const sessionIdOf = async (person: Person) => {
  const { items } = await read(await person.get("/me/sessions"), list);
  return items.find(({ current }) => current)?.id ?? "";
};

test("a session ends after its absolute lifetime, and its cookie with it", async () => {
  const ada = await app.person("Ada");
  const made = cookiesOf(await signIn(app, "Ada"));
  expect(made.atelier_session?.attributes).toBe("Max-Age=864000; Path=/; HttpOnly; SameSite=Lax");
  const id = await sessionIdOf(ada);
  const { sql } = app.deps.database;
  const [row] = await sql`
    select round(extract(epoch from expires_at - now()) / 3600)::int as hours
    from sessions where id = ${id}`;
  expect(row?.hours).toBe(240);
  await sql`update sessions set expires_at = now() where id = ${id}`;
  await app.deps.services.identity.cache.revoke();
  expect((await readProblem(await ada.get("/me"))).code).toBe("not_signed_in");
});

test("an unused session ends after the idle time; using it keeps it", async () => {
  const bob = await app.person("Bob");
  const id = await sessionIdOf(bob);
  const { sql } = app.deps.database;
  const { cache, sessionUse } = app.deps.services.identity;
  const unusedFor = async (time: string) => {
    await sql`update sessions set last_seen_at = now() - ${time}::interval where id = ${id}`;
    await cache.revoke();
  };
  await unusedFor("47 hours 59 minutes");
  expect((await bob.get("/me")).status).toBe(200);
  await sessionUse.flush();
  const [row] = await sql`select now() - last_seen_at < interval '1 minute' as fresh
    from sessions where id = ${id}`;
  expect(row?.fresh).toBe(true);
  // A cached session counts as used too.
  await sql`update sessions set last_seen_at = now() - interval '2 hours' where id = ${id}`;
  expect((await bob.get("/me")).status).toBe(200);
  await sessionUse.flush();
  const [again] = await sql`select now() - last_seen_at < interval '1 minute' as fresh
    from sessions where id = ${id}`;
  expect(again?.fresh).toBe(true);
  await unusedFor("48 hours");
  expect((await readProblem(await bob.get("/me"))).code).toBe("not_signed_in");
});

test("ended sessions are not listed, and the daily purge removes them", async () => {
  const cleo = await app.person("Cleo");
  await signIn(app, "Cleo");
  await signIn(app, "Cleo");
  const id = await sessionIdOf(cleo);
  const { sql } = app.deps.database;
  const others = await sql`select id from sessions where user_id = ${cleo.me.id} and id <> ${id}`;
  await sql`update sessions set last_seen_at = now() - interval '48 hours' where id = ${others[0]?.id}`;
  await sql`update sessions set expires_at = now() where id = ${others[1]?.id}`;
  expect((await read(await cleo.get("/me/sessions"), list)).items).toHaveLength(1);
  await purgeEnded(systemContext(app.deps, "purge"));
  const left = await sql`select id from sessions where user_id = ${cleo.me.id}`;
  expect(left.map((row) => row.id)).toEqual([id]);
});

test("expired reset links are purged, those in force are not", async () => {
  const links = async () => {
    const { sql } = app.deps.database;
    return (await sql`select user_id from one_time_tokens where user_id is not null`).map(
      (row) => row.user_id,
    );
  };
  const [old, current] = [await app.person("Old"), await app.person("Current")];
  for (const { me } of [old, current])
    expect((await founder.post(`/admin/users/${me.id}/password-reset-link`)).status).toBe(201);
  await app.deps.database
    .sql`update one_time_tokens set expires_at = now() where user_id = ${old.me.id}`;
  await purgeEnded(systemContext(app.deps, "purge"));
  expect(await links()).toEqual([current.me.id]);
});

test("a user has at most thirty sessions; a new one ends the one unused for longest", async () => {
  const dora = await app.person("Dora");
  const { sql } = app.deps.database;
  const expires = new Date(Date.now() + 86_400_000).toISOString();
  for (let age = 1; age <= 29; age++)
    await sql`insert into sessions (id, user_id, token, expires_at, last_seen_at) values
      (${app.deps.ids.next()}, ${dora.me.id}, ${`old-${age}`}, ${expires}, now() - ${age} * interval '1 minute')`;
  const tokens = async () =>
    (await sql`select token from sessions where user_id = ${dora.me.id}`).map((row) => row.token);
  expect(await tokens()).toHaveLength(30);
  await signIn(app, "Dora");
  expect(await tokens()).toHaveLength(30);
  expect(await tokens()).not.toContain("old-29");
  expect(await tokens()).toContain("old-28");
});

test("over HTTPS the cookie is Secure, for this host alone and HttpOnly", async () => {
  const {
    "__Host-atelier_session": cookie,
    "__Host-atelier_device": _,
    ...others
  } = cookiesOf(await signIn(secure, "Founder"));
  expect(cookie?.attributes).toBe("Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax");
  expect(Object.values(others).map(({ attributes }) => attributes)).toEqual([
    "Max-Age=0; Path=/; Secure",
  ]);
});

test("HTTPS as reported by a declared proxy counts, by anyone else it does not", async () => {
  const forwarded = { "x-forwarded-proto": "https" };
  expect(Object.keys(cookiesOf(await signIn(app, "Ada", forwarded)))).toContain(
    "__Host-atelier_session",
  );
  const path = `/admin/users/${founder.me.id}/password-reset-link`;
  const link = await read(await founder.request("POST", path, {}, forwarded), resetLink);
  expect(link.url).toStartWith("https://");
  const plain = await createTestApp({ databaseUrl: app.ownerUrl });
  const made = cookiesOf(await signIn(plain, "Ada", forwarded));
  expect(Object.keys(made)).toEqual(["atelier_session", "atelier_device"]);
  await plain.close();
});

test("a session from before HTTPS moves to the new name once and then only has that", async () => {
  const https = { "x-forwarded-proto": "https" };
  const made = cookiesOf(await signIn(app, "Ada"));
  const old = `atelier_session=${made.atelier_session?.value}`;
  const moved = await app.anonymous.request("GET", "/me", undefined, { cookie: old, ...https });
  expect(moved.status).toBe(200);
  const next = cookiesOf(moved);
  expect(next["__Host-atelier_session"]?.value).toBe(made.atelier_session?.value ?? "");
  expect(next.atelier_session?.attributes).toBe("Max-Age=0; Path=/; Secure");
  // Requests in flight with the old one are not signed out.
  expect(await status(app, old, https)).toBe(200);
  expect(await status(app, `__Host-${old}`, https)).toBe(200);
  expect(await status(app, old, https)).toBe(401);
  expect(await status(app, `__Host-${old}`, https)).toBe(200);
});

test("a session that is used over HTTP keeps its plain name until it is used over HTTPS", async () => {
  await app.person("Ivy");
  const value = cookiesOf(await signIn(app, "Ivy")).atelier_session?.value ?? "";
  const plain = `atelier_session=${value}`;
  for (let use = 0; use < 2; use++) {
    expect(await status(app, plain)).toBe(200);
    await app.deps.services.identity.cache.revoke();
  }
  expect(await status(app, plain, { "x-forwarded-proto": "https" })).toBe(200);
});

test("a session opened over HTTPS is never accepted under the name that a sibling host could plant", async () => {
  const made = cookiesOf(await signIn(secure, "Founder"));
  const value = made["__Host-atelier_session"]?.value;
  expect(await status(secure, `atelier_session=${value}`)).toBe(401);
  expect(await status(secure, `__Host-atelier_session=${value}`)).toBe(200);
});

test("signing out deletes the cookie under both names", async () => {
  const made = cookiesOf(await signIn(secure, "Founder"));
  const cookie = `__Host-atelier_session=${made["__Host-atelier_session"]?.value}`;
  const out = await secure.anonymous.request("POST", "/auth/sign-out", undefined, {
    cookie,
    origin: "https://atelier.example",
  });
  expect(out.status).toBe(204);
  expect(Object.keys(cookiesOf(out)).sort()).toEqual(["__Host-atelier_session", "atelier_session"]);
  expect(await status(secure, cookie)).toBe(401);
});

test("a cookie is accepted only with the complete signature of its own token", async () => {
  const ada = cookiesOf(await signIn(app, "Ada")).atelier_session?.value ?? "";
  const bob = cookiesOf(await signIn(app, "Bob")).atelier_session?.value ?? "";
  const [token = "", signature = ""] = ada.split(".");
  expect(await status(app, `atelier_session=${ada}`)).toBe(200);
  for (const value of [
    token,
    `${token}.`,
    `.${signature}`,
    `${token}.${bob.split(".")[1]}`,
    `${token}.${signature}x`,
    `${token}.${signature.slice(1)}`,
    `${token}.x.${signature}`,
    "",
    ".",
  ])
    expect([value, await status(app, `atelier_session=${value}`)]).toEqual([value, 401]);
});

test("the list shows address, browser, start and the current session", async () => {
  const eve = await app.person("Eve");
  await signIn(app, "Eve", { "user-agent": "x".repeat(500), "x-forwarded-for": "192.0.2.7" });
  const { items } = await read(await eve.get("/me/sessions"), list);
  expect(items).toHaveLength(2);
  expect(items[0]).toMatchObject({
    current: false,
    ipAddress: "192.0.2.7",
    userAgent: "x".repeat(400),
  });
  expect(items[1]).toMatchObject({ current: true });
});

test("a user ends their own sessions by id, and nobody else's", async () => {
  const finn = await app.person("Finn");
  const gus = await app.person("Gus");
  const other = cookiesOf(await signIn(app, "Finn")).atelier_session?.value ?? "";
  const { items } = await read(await finn.get("/me/sessions"), list);
  const id = items.find(({ current }) => !current)?.id;
  expect((await readProblem(await gus.delete(`/me/sessions/${id}`))).code).toBe(
    "session_not_found",
  );
  expect(await status(app, `atelier_session=${other}`)).toBe(200);
  expect((await finn.delete(`/me/sessions/${id}`)).status).toBe(204);
  expect(await status(app, `atelier_session=${other}`)).toBe(401);
  expect((await finn.get("/me")).status).toBe(200);
  expect((await readProblem(await finn.delete(`/me/sessions/${id}`))).code).toBe(
    "session_not_found",
  );
});

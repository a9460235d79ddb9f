import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Person, TestApp } from "../../../test/support/app.ts";
import { until } from "../../../test/support/generation.ts";
import { read, readId, readProblem } from "../../../test/support/read.ts";
import { createAppForTwo } from "../../../test/support/two-people.ts";
import { createdApiKey } from "../../features/identity/schema.ts";
import { forgetKeys } from "./idempotency-keys.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  ({ app, ada, bob } = await createAppForTwo());
});
afterAll(() => app.close());

const post = (person: Person, path: string, body: unknown, key: string) =>
  person.request("POST", path, body, { "idempotency-key": key });
const projectsNamed = async (name: string) =>
  (await app.deps.database.sql`select 1 from projects where name = ${name}`).length;

/** Ages a key, by the database's time. */
const age = (key: string, seconds: number) =>
  app.deps.database.sql`update idempotency_keys set
    created_at = created_at - ${seconds} * interval '1 second',
    claimed_until = claimed_until - ${seconds} * interval '1 second' where key = ${key}`;

test("a repeated request gets the same answer and has no second effect", async () => {
  const first = await post(ada, "/projects", { name: "Once" }, "k1");
  const again = await post(ada, "/projects", { name: "Once" }, "k1");
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  for (const name of ["etag", "content-type"])
    expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name) ?? "none"]);
  expect(await again.text()).toBe(await first.text());
  expect(await projectsNamed("Once")).toBe(1);
});

test("the same key with another body or path is refused", async () => {
  await post(ada, "/projects", { name: "A" }, "k2");
  const body = await post(ada, "/projects", { name: "B" }, "k2");
  const path = await post(ada, "/agents", { name: "A" }, "k2");
  for (const answer of [body, path])
    expect(await readProblem(answer)).toMatchObject({
      status: 422,
      code: "idempotency_key_reused",
    });
  expect(await projectsNamed("B")).toBe(0);
});

test("two people may use the same key", async () => {
  const first = await readId(await post(ada, "/projects", { name: "Mine" }, "k3"));
  const other = await readId(await post(bob, "/projects", { name: "Mine" }, "k3"));
  expect(other).not.toBe(first);
});

test("of many equal concurrent requests exactly one has an effect; the others wait or get its answer", async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => post(ada, "/projects", { name: "Race" }, "k4")),
  );
  expect(await projectsNamed("Race")).toBe(1);
  for (const answer of answers) expect([201, 409]).toContain(answer.status);
  for (const answer of answers.filter(({ status }) => status === 409)) {
    expect(answer.headers.get("retry-after")).toBe("1");
    expect((await readProblem(answer)).code).toBe("request_in_progress");
  }
});

test("a refused request may be repeated with the same key", async () => {
  const refused = await post(ada, "/projects", { name: "" }, "k5");
  expect(refused.status).toBe(422);
  const fixed = await post(ada, "/projects", { name: "Fixed" }, "k5");
  expect(fixed.status).toBe(201);
});

test("an answer that holds a secret is neither stored nor given twice", async () => {
  const body = { name: "CI", scopes: ["read"] };
  const first = await post(ada, "/me/api-keys", body, "k6");
  expect(first.status).toBe(201);
  const again = await post(ada, "/me/api-keys", body, "k6");
  expect(await readProblem(again)).toMatchObject({ status: 409, code: "answer_not_kept" });
  const kept = await app.deps.database
    .sql`select body::text from idempotency_keys where key = 'k6'`;
  expect(JSON.stringify(kept)).not.toContain("atl_");
  const keys = await app.deps.database.sql`select 1 from api_keys where name = 'CI'`;
  expect(keys).toHaveLength(1);
});

test("a request that died with its process before its effect frees its key after a minute", async () => {
  const { sql } = app.deps.database;
  await post(ada, "/projects", { name: "Died" }, "k7");
  await sql`update idempotency_keys set status = null, body = null, effect_at = null where key = 'k7'`;
  await age("k7", 50);
  const early = await readProblem(await post(ada, "/projects", { name: "Died" }, "k7"));
  expect(early.code).toBe("request_in_progress");
  const other = await readProblem(await post(ada, "/projects", { name: "Other" }, "k7"));
  expect(other.code).toBe("idempotency_key_reused");
  await age("k7", 11);
  const anew = await post(ada, "/projects", { name: "Died" }, "k7");
  expect([anew.status, anew.headers.get("idempotency-replayed")]).toEqual([201, null]);
});

test("a request that died after its effect does not repeat it", async () => {
  await post(ada, "/projects", { name: "Done" }, "k7b");
  await app.deps.database
    .sql`update idempotency_keys set status = null, body = null where key = 'k7b'`;
  const repeat = async () =>
    (await readProblem(await post(ada, "/projects", { name: "Done" }, "k7b"))).code;
  expect(await repeat()).toBe("request_in_progress");
  await age("k7b", 61);
  expect(await repeat()).toBe("answer_not_kept");
  expect(await projectsNamed("Done")).toBe(1);
});

test("a request presumed dead that still runs has no effect in addition to its repetition's", async () => {
  const { sql } = app.deps.database;
  const locked = Promise.withResolvers<void>();
  const settings = sql.begin(async (tx) => {
    // Settings change one at a time: the first request waits here.
    await tx`select pg_advisory_xact_lock(7263548194)`;
    await locked.promise;
  });
  const change = () =>
    ada.request("PATCH", "/admin/settings", { signUpOpen: true }, { "idempotency-key": "k7c" });
  const slow = change();
  await until(async () => (await sql`select 1 from idempotency_keys where key = 'k7c'`).length > 0);
  await age("k7c", 61);
  const repeated = change();
  await until(async () => {
    const waiting = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted`;
    return waiting.length === 2;
  });
  locked.resolve();
  await settings;
  const answers = await Promise.all([slow, repeated]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const rows = await sql`select 1 from audit_log where action = 'settings.updated'`;
  expect(rows).toHaveLength(1);
});

test("a caller who has lost access gets no stored answer", async () => {
  const projectId = await readId(await ada.post("/projects", { name: "Shared" }));
  await ada.post(`/projects/${projectId}/members`, { email: bob.me.email, role: "editor" });
  const begin = () => post(bob, `/projects/${projectId}/threads`, { title: "Mine" }, "k7d");
  expect((await begin()).status).toBe(201);
  expect((await begin()).headers.get("idempotency-replayed")).toBe("true");
  await ada.delete(`/projects/${projectId}/members/${bob.me.id}`);
  expect(await readProblem(await begin())).toMatchObject({
    status: 404,
    code: "project_not_found",
  });
});

test("after a day the key is forgotten", async () => {
  await post(ada, "/projects", { name: "Daily" }, "k8");
  await age("k8", 86_390);
  await forgetKeys(app.deps.database.db);
  const kept = await post(ada, "/projects", { name: "Daily" }, "k8");
  expect(kept.headers.get("idempotency-replayed")).toBe("true");
  await age("k8", 11);
  const anew = await post(ada, "/projects", { name: "Daily" }, "k8");
  expect(anew.headers.get("idempotency-replayed")).toBeNull();
  expect(await projectsNamed("Daily")).toBe(2);
  await age("k8", 86_401);
  await forgetKeys(app.deps.database.db);
  expect(await keyCount("k8")).toBe(0);
});

test("an invalid key is refused", async () => {
  const answer = await post(ada, "/projects", { name: "Long" }, "x".repeat(201));
  expect((await readProblem(answer)).code).toBe("idempotency_key_invalid");
});

const keyCount = async (key: string) =>
  (await app.deps.database.sql`select 1 from idempotency_keys where key = ${key}`).length;

test.each(["", "two words", "tab\there", "ümlaut"])("%j cannot be a key", async (key) => {
  const sent = new Headers({ "content-type": "application/json", cookie: ada.cookie });
  try {
    sent.set("idempotency-key", key);
  } catch {
    // The client cannot even send it as a header.
    return;
  }
  const answer = await app.app.request("/api/v1/projects", {
    method: "POST",
    headers: sent,
    body: JSON.stringify({ name: "Odd" }),
  });
  expect((await readProblem(answer)).code).toBe("idempotency_key_invalid");
});

test("a key may have up to 200 visible characters", async () => {
  const key = `!~${"x".repeat(198)}`;
  expect((await post(ada, "/projects", { name: "Long" }, key)).status).toBe(201);
  const again = await post(ada, "/projects", { name: "Long" }, key);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
});

test("PUT and PATCH are covered like POST, with or without a body; reads and deletions are not", async () => {
  const id = await readId(await ada.post("/projects", { name: "Kept" }));
  const twice = async (method: string, path: string, key: string, body?: unknown) => {
    const answers = [];
    for (let n = 0; n < 2; n++)
      answers.push(await ada.request(method, path, body, { "idempotency-key": key }));
    return answers.map(
      (answer) => `${answer.status} ${answer.headers.get("idempotency-replayed") ?? "anew"}`,
    );
  };
  const path = `/projects/${id}`;
  expect(await twice("PATCH", path, "k10", { name: "Patched" })).toEqual(["200 anew", "200 true"]);
  expect(await twice("PUT", `${path}/archive`, "k11")).toEqual(["200 anew", "200 true"]);
  expect(await twice("DELETE", `${path}/archive`, "k12")).toEqual(["200 anew", "200 anew"]);
  expect(await twice("GET", path, "k13")).toEqual(["200 anew", "200 anew"]);
  expect([await keyCount("k12"), await keyCount("k13")]).toEqual([0, 0]);
});

test("an answer without a body is repeated without one", async () => {
  const id = await readId(await ada.post(`/projects/${ada.me.personalProjectId}/threads`, {}));
  const messageId = app.deps.ids.next();
  await app.deps.database.sql`
    insert into messages (id, thread_id, role, parts, status)
    values (${messageId}, ${id}, 'user', '[]', 'complete')`;
  const choose = () =>
    ada.request("PUT", `/threads/${id}/leaf`, { messageId }, { "idempotency-key": "k14" });
  expect((await choose()).status).toBe(204);
  const again = await choose();
  expect([again.status, await again.text()]).toEqual([204, ""]);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
});

test("the same key with another query is another request", async () => {
  await post(ada, "/projects?a=1", { name: "Query" }, "k15");
  const other = await post(ada, "/projects?a=2", { name: "Query" }, "k15");
  expect((await readProblem(other)).code).toBe("idempotency_key_reused");
});

test("a large answer is not stored, and its repetition is refused instead of repeated", async () => {
  const instructions = "x".repeat(45_000);
  // Each of these takes six characters when escaped.
  const big = { name: "Big", instructions: "\u0001".repeat(45_000) };
  const first = await post(ada, "/projects", big, "k16");
  expect((await first.text()).length).toBeGreaterThan(262_144);
  const again = await post(ada, "/projects", big, "k16");
  expect(await readProblem(again)).toMatchObject({ status: 409, code: "answer_not_kept" });
  await post(ada, "/projects", { name: "Small", instructions }, "k17");
  const small = await post(ada, "/projects", { name: "Small", instructions }, "k17");
  expect(small.headers.get("idempotency-replayed")).toBe("true");
});

test("a read-only API key gets no stored answer of a key that writes", async () => {
  const created = await read(
    await ada.post("/me/api-keys", { name: "Reader", scopes: ["read"] }),
    createdApiKey,
  );
  await post(ada, "/projects", { name: "Written" }, "k18");
  const answer = await app
    .withKey(created.key)
    .request("POST", "/projects", { name: "Written" }, { "idempotency-key": "k18" });
  expect(answer.status).toBe(403);
  expect(await projectsNamed("Written")).toBe(1);
});

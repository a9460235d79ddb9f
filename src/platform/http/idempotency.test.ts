import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { readId, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../context.ts";
import { purgeIdempotencyKeys } from "./idempotency.ts";

const clock = new TestClock();
let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await createTestApp({ deps: { clock } });
  ada = await app.person("Ada");
  bob = await app.person("Bob");
});
afterAll(() => app.close());

const post = (person: Person, path: string, body: unknown, key: string) =>
  person.request("POST", path, body, { "idempotency-key": key });
const projectsNamed = async (name: string) =>
  (await app.deps.database.sql`select 1 from projects where name = ${name}`).length;

test("a repeated request gets the same answer and has no second effect", async () => {
  const first = await post(ada, "/projects", { name: "Once" }, "k1");
  const again = await post(ada, "/projects", { name: "Once" }, "k1");
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(again.headers.get("etag")).toBe(first.headers.get("etag") ?? "none");
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

test("of many equal requests at once exactly one has an effect; the others wait or get its answer", async () => {
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

test("an answer that holds a secret is neither kept nor given twice", async () => {
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

test("a request that died with its process frees its key after a while", async () => {
  await app.deps.database.sql`
    insert into idempotency_keys (actor_id, key, request_hash, created_at)
    select ${ada.me.id}, 'k7', request_hash, ${clock.now().toISOString()} from idempotency_keys where key = 'k4'`;
  expect((await post(ada, "/projects", { name: "Race" }, "k7")).status).toBe(409);
  clock.advance(301_000);
  expect((await post(ada, "/projects", { name: "Race" }, "k7")).status).toBe(201);
});

test("after a day the key is forgotten", async () => {
  await post(ada, "/projects", { name: "Daily" }, "k8");
  clock.advance(86_400_001);
  await purgeIdempotencyKeys(systemContext(app.deps, "purge"));
  expect(await app.deps.database.sql`select 1 from idempotency_keys`).toHaveLength(0);
  expect((await post(ada, "/projects", { name: "Daily" }, "k8")).status).toBe(201);
  expect(await projectsNamed("Daily")).toBe(2);
});

test("a key that cannot be one is refused", async () => {
  const answer = await post(ada, "/projects", { name: "Long" }, "x".repeat(201));
  expect((await readProblem(answer)).code).toBe("idempotency_key_invalid");
});

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { apiKeyList, createdApiKey } from "./schema.ts";

const HOUR_MS = 3_600_000;
const clock = new TestClock();
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_API_KEY_MAX_DAYS: "0" }, deps: { clock } });
  ada = await app.person("Ada");
});
beforeEach(() => clock.advance(Date.now() - clock.now().getTime()));
afterAll(() => app.close());

const create = async (body: object) =>
  read(
    await ada.post("/me/api-keys", { name: "CI", scopes: ["read", "write"], ...body }),
    createdApiKey,
  );
const status = async (key: string) => (await app.withKey(key).get("/me")).status;

test("a key acts as its owner, is shown once and stored only as a hash", async () => {
  const created = await create({});
  expect(created.key).toMatch(/^atl_[\w-]{40}$/);
  expect(created.key.startsWith(created.prefix)).toBe(true);
  expect(await status(created.key)).toBe(200);
  const listed = await ada.get("/me/api-keys");
  const text = await listed.text();
  expect(text).toContain(created.id);
  expect(text).not.toContain(created.key);
  const stored = await app.deps.database.sql`select * from api_keys where id = ${created.id}`;
  expect(JSON.stringify(stored)).not.toContain(created.key);
});

test("a read-only key reads and is refused every write", async () => {
  const { key } = await create({ scopes: ["read"] });
  const caller = app.withKey(key);
  expect((await caller.get("/projects")).status).toBe(200);
  const refused = await readProblem(await caller.post("/projects", { name: "No" }));
  expect(refused).toMatchObject({ status: 403, code: "missing_scope" });
});

test("a key manages neither keys nor sessions nor passwords", async () => {
  const { key, id } = await create({});
  const caller = app.withKey(key);
  const answers = [
    await caller.get("/me/api-keys"),
    await caller.post("/me/api-keys", { name: "More", scopes: ["write"] }),
    await caller.delete(`/me/api-keys/${id}`),
    await caller.get("/me/sessions"),
  ];
  for (const answer of answers) expect((await readProblem(answer)).code).toBe("session_only");
});

test("a revoked key is refused from the next request on, in another process too", async () => {
  const { key, id } = await create({});
  const replica = await createTestApp({
    databaseUrl: app.ownerUrl,
    deps: { clock },
  });
  try {
    expect(await status(key)).toBe(200);
    expect((await replica.withKey(key).get("/me")).status).toBe(200);
    expect((await ada.delete(`/me/api-keys/${id}`)).status).toBe(204);
    const refused = await readProblem(await app.withKey(key).get("/me"));
    expect(refused).toMatchObject({ status: 401, code: "invalid_api_key" });
    // The message travels through the database; it arrives within a moment.
    await eventually(
      "the refusal elsewhere",
      async () => (await replica.withKey(key).get("/me")).status === 401,
    );
  } finally {
    await replica.close();
  }
});

/** Ages the existing keys, by the database's time, and this process's clock. */
async function pass(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await app.deps.database.sql`update api_keys
    set expires_at = expires_at - ${milliseconds} * interval '1 millisecond',
      created_at = created_at - ${milliseconds} * interval '1 millisecond'`;
}

test("a key stops at its expiry, although it was used a moment before", async () => {
  const { key } = await create({ expiresInDays: 1 });
  await pass(24 * HOUR_MS - 60_000);
  expect(await status(key)).toBe(200);
  await pass(60_000);
  expect(await status(key)).toBe(401);
});

test("after a rotation both keys work for the overlap, then only the new one", async () => {
  const old = await create({ expiresInDays: null });
  expect(await status(old.key)).toBe(200);
  const rotated = await read(
    await ada.post(`/me/api-keys/${old.id}/rotate`, { overlapHours: 2 }),
    createdApiKey,
  );
  expect(rotated).toMatchObject({ name: old.name, scopes: old.scopes, expiresAt: null });
  expect(await status(old.key)).toBe(200);
  expect(await status(rotated.key)).toBe(200);
  await pass(2 * HOUR_MS);
  expect(await status(old.key)).toBe(401);
  expect(await status(rotated.key)).toBe(200);
});

test("a successor lives as long as the key did, which ends no later than it would have", async () => {
  const old = await create({ expiresInDays: 10 });
  await pass(9 * 24 * HOUR_MS + 12 * HOUR_MS);
  const rotated = await read(await ada.post(`/me/api-keys/${old.id}/rotate`, {}), createdApiKey);
  expect(Date.parse(rotated.expiresAt ?? "") - Date.parse(rotated.createdAt)).toBe(
    10 * 24 * HOUR_MS,
  );
  await pass(12 * HOUR_MS);
  expect([await status(old.key), await status(rotated.key)]).toEqual([401, 200]);
});

test("without an overlap the old key ends at once, although it was used a moment before", async () => {
  const old = await create({});
  expect(await status(old.key)).toBe(200);
  await ada.post(`/me/api-keys/${old.id}/rotate`, { overlapHours: 0 });
  await app.deps.database.sql`update api_keys set expires_at = now() where id = ${old.id}`;
  expect(await status(old.key)).toBe(401);
});

test("the overlap is a day unless told otherwise", async () => {
  const old = await create({ expiresInDays: null });
  await ada.post(`/me/api-keys/${old.id}/rotate`, {});
  const { items } = await read(await ada.get("/me/api-keys"), apiKeyList);
  const { expiresAt } = items.find(({ id }) => id === old.id) ?? {};
  expect(Date.parse(expiresAt ?? "") - clock.now().getTime()).toBe(24 * HOUR_MS);
});

test("a key is shown by its mark and first six characters", async () => {
  const { key, prefix } = await create({});
  expect(prefix).toBe(key.slice(0, 10));
});

test("keys are listed newest first, without those that were revoked", async () => {
  const gil = await app.person("Gil");
  const make = async () =>
    read(await gil.post("/me/api-keys", { name: "CI", scopes: ["read"] }), createdApiKey);
  const [first, gone, last] = [await make(), await make(), await make()];
  await gil.delete(`/me/api-keys/${gone.id}`);
  const { items } = await read(await gil.get("/me/api-keys"), apiKeyList);
  expect(items.map(({ id }) => id)).toEqual([last.id, first.id]);
  expect((await gil.delete(`/me/api-keys/${gone.id}`)).status).toBe(404);
});

test("the list says when a key was last used", async () => {
  const { id, key } = await create({});
  const find = async () =>
    (await read(await ada.get("/me/api-keys"), apiKeyList)).items.find((item) => item.id === id);
  expect((await find())?.lastUsedAt).toBeNull();
  await status(key);
  expect((await find())?.lastUsedAt).toBe(clock.now().toISOString());
});

test("another user's key cannot be seen, rotated or revoked", async () => {
  const { id, key } = await create({});
  const bob = await app.person("Bob");
  expect((await bob.delete(`/me/api-keys/${id}`)).status).toBe(404);
  expect((await bob.post(`/me/api-keys/${id}/rotate`, {})).status).toBe(404);
  expect(await status(key)).toBe(200);
});

test("a workspace with a maximum key lifetime issues no longer one", async () => {
  const limited = await createTestApp({ env: { ATELIER_API_KEY_MAX_DAYS: "30" }, deps: { clock } });
  try {
    const eve = await limited.person("Eve");
    const make = (expiresInDays: number | null | undefined) =>
      eve.post("/me/api-keys", { name: "CI", scopes: ["read"], expiresInDays });
    const days = ({ expiresAt }: { expiresAt: string | null }) =>
      expiresAt === null ? null : (Date.parse(expiresAt) - clock.now().getTime()) / 86_400_000;
    const forever = await read(await make(null), createdApiKey);
    expect(days(forever)).toBe(30);
    expect(days(await read(await make(30), createdApiKey))).toBe(30);
    expect(days(await read(await make(undefined), createdApiKey))).toBe(30);
    expect(days(await read(await make(7), createdApiKey))).toBe(7);
    const refused = await readProblem(await make(31));
    expect(refused).toMatchObject({ status: 422, code: "key_lives_too_long" });
    expect(refused.errors).toEqual([{ path: "expiresInDays", message: "is more than 30" }]);
    expect((await read(await eve.get("/me/api-keys"), apiKeyList)).maxDays).toBe(30);
    // A key from before the limit gets a successor within it.
    await limited.deps.database.sql`update api_keys set expires_at = null where id = ${forever.id}`;
    const rotated = await eve.post(`/me/api-keys/${forever.id}/rotate`, {});
    expect(days(await read(rotated, createdApiKey))).toBe(30);
    expect((await read(await ada.get("/me/api-keys"), apiKeyList)).maxDays).toBeNull();
  } finally {
    await limited.close();
  }
});

test("a key lives ninety days by default", async () => {
  const { expiresAt } = await create({});
  expect(Date.parse(expiresAt ?? "") - clock.now().getTime()).toBe(90 * 24 * HOUR_MS);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { purge } from "../../src/work.ts";
import { createTestApp, type Person, type TestApp } from "../support/app.ts";
import { TestClock } from "../support/clock.ts";
import { newThread } from "../support/generation.ts";
import { readId } from "../support/read.ts";

const DAY_MS = 86_400_000;
const clock = new TestClock();
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp({ deps: { clock }, env: { ATELIER_RESTORE_DAYS: "3" } });
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const left = async (table: string, id: string) =>
  (await app.deps.database.sql`select 1 from ${app.deps.database.sql(table)} where id = ${id}`)
    .length;

test("threads and agents in the bin come back within the window and are gone after it", async () => {
  const thread = await newThread(ada);
  const agent = await readId(await ada.post("/agents", { name: "Brief" }));
  const remove = async () => {
    expect((await ada.delete(`/threads/${thread}`)).status).toBeLessThan(300);
    expect((await ada.delete(`/agents/${agent}`)).status).toBe(204);
  };
  await remove();
  clock.advance(2 * DAY_MS);
  await purge(app.deps);
  expect((await ada.post(`/threads/${thread}/restore`)).status).toBeLessThan(300);
  expect((await ada.post(`/agents/${agent}/restore`)).status).toBe(200);
  await remove();
  clock.advance(3 * DAY_MS + 1);
  expect((await ada.post(`/threads/${thread}/restore`)).status).toBe(404);
  expect((await ada.post(`/agents/${agent}/restore`)).status).toBe(404);
  await purge(app.deps);
  expect([await left("threads", thread), await left("agents", agent)]).toEqual([0, 0]);
});

test("sessions that have ended do not pile up", async () => {
  const eve = await app.person("Eve");
  const count = async () =>
    (await app.deps.database.sql`select 1 from sessions where user_id = ${eve.me.id}`).length;
  expect(await count()).toBe(1);
  await app.deps.database
    .sql`update sessions set expires_at = '2020-01-01' where user_id = ${eve.me.id}`;
  await purge(app.deps);
  expect(await count()).toBe(0);
});

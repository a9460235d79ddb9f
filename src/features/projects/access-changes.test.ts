import { afterAll, beforeAll, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { read, readId } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { onAccessChange } from "./announce-access.ts";
import { purgeProjects } from "./index.ts";
import { projectPage } from "./schema.ts";

const DAY_MS = 86_400_000;
const clock = new TestClock();
let app: TestApp;
let ada: Person;
let bob: Person;
let id: string;
beforeAll(async () => {
  app = await createTestApp({ deps: { clock }, env: { ATELIER_RESTORE_DAYS: "7" } });
  ada = await app.person("Ada");
  bob = await app.person("Bob");
});
afterAll(() => app.close());
beforeEach(async () => {
  id = await readId(await ada.post("/projects", { name: "Plans" }));
  await ada.post(`/projects/${id}/members`, { email: bob.me.email, role: "editor" });
});

describe("an access change is announced to a project's open streams", () => {
  const heard = async (act: () => Promise<Response>) => {
    let told = 0;
    let others = 0;
    const other = await readId(await ada.post("/projects", { name: "Other" }));
    const stop = onAccessChange(app.deps, id, () => told++);
    const stopOther = onAccessChange(app.deps, other, () => others++);
    expect((await act()).status).toBeLessThan(300);
    await eventually("a word of changed access", () => told > 0);
    stop();
    await ada.delete(`/projects/${other}`);
    await eventually("a word about the other project", () => others > 0);
    stopOther();
    return { told, others };
  };

  test("when a member is removed, once, and to no other project", async () => {
    const act = () => ada.delete(`/projects/${id}/members/${bob.me.id}`);
    expect(await heard(act)).toEqual({ told: 1, others: 1 });
  });

  test("when a project is deleted", async () => {
    expect(await heard(() => ada.delete(`/projects/${id}`))).toEqual({ told: 1, others: 1 });
  });
});

test("a change whose announcement fails is made, answered as made, and logged", async () => {
  const published = spyOn(app.deps.bus, "publish").mockRejectedValue(new Error("bus away"));
  const logged = spyOn(app.deps.logger, "error");
  const removed = await ada.delete(`/projects/${id}/members/${bob.me.id}`);
  const deleted = await ada.delete(`/projects/${id}`);
  const told = logged.mock.calls.filter(([, message]) => message === "access change not announced");
  published.mockRestore();
  logged.mockRestore();
  expect([removed.status, deleted.status]).toEqual([204, 200]);
  expect(told.map(([fields]) => fields)).toMatchObject([{ projectId: id }, { projectId: id }]);
  const { items } = await read(await ada.get("/projects?limit=200"), projectPage);
  expect(items.map((item) => item.id)).not.toContain(id);
});

test("a project deleted by another owner disappears from its members' lists at once", async () => {
  await ada.delete(`/projects/${id}`);
  const { items } = await read(await bob.get("/projects?limit=200"), projectPage);
  expect(items.map((item) => item.id)).not.toContain(id);
});

describe("the purge", () => {
  const ctx = () => systemContext(app.deps, "purge");
  beforeEach(async () => {
    await app.deps.database.sql`delete from projects where deleted_at is not null`;
  });
  const there = async () =>
    (await app.deps.database.sql`select 1 from projects where id = ${id}`).length === 1;

  test("keeps a project that is restored while its bytes are being removed", async () => {
    await ada.delete(`/projects/${id}`);
    clock.advance(8 * DAY_MS);
    const restore = async () => {
      await app.deps.database.sql`update projects set deleted_at = null where id = ${id}`;
    };
    expect(await purgeProjects(ctx(), [restore])).toBe(0);
    expect(await there()).toBe(true);
  });

  test("keeps one that is deleted again meanwhile, and returns how many it removed", async () => {
    await ada.delete(`/projects/${id}`);
    clock.advance(8 * DAY_MS);
    const again = async () => {
      await app.deps.database
        .sql`update projects set deleted_at = ${clock.now().toISOString()} where id = ${id}`;
    };
    expect(await purgeProjects(ctx(), [again])).toBe(0);
    clock.advance(7 * DAY_MS);
    expect(await purgeProjects(ctx(), [])).toBe(0);
    expect(await there()).toBe(true);
    clock.advance(1);
    expect(await purgeProjects(ctx(), [])).toBe(1);
    expect(await there()).toBe(false);
  });

  test("removes bytes before rows, the project deleted first before others", async () => {
    const order: string[] = [];
    const later = await readId(await ada.post("/projects", { name: "Later" }));
    await ada.delete(`/projects/${later}`);
    clock.advance(DAY_MS);
    await ada.delete(`/projects/${id}`);
    await app.deps.database
      .sql`update projects set deleted_at = ${new Date(clock.now().getTime() - 3 * DAY_MS).toISOString()} where id = ${id}`;
    clock.advance(8 * DAY_MS);
    const note = async (_: unknown, projectId: string) => {
      const rows = await app.deps.database.sql`select 1 from projects where id = ${projectId}`;
      order.push(`${projectId === id ? "first" : "later"} ${rows.length}`);
    };
    await purgeProjects(ctx(), [note]);
    expect(order).toEqual(["first 1", "later 1"]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { read, readId, readProblem } from "../../../test/support/read.ts";
import { memberList, project, projectPage } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
const clock = new TestClock();
beforeAll(async () => {
  app = await createTestApp({ deps: { clock }, env: { ATELIER_RESTORE_DAYS: "3" } });
  ada = await app.person("Ada");
  bob = await app.person("Bob");
});
afterAll(() => app.close());

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const start = async (body: object = { name: "Plans" }) => readId(await ada.post("/projects", body));
const add = (id: string, person: Person, role: string) =>
  ada.post(`/projects/${id}/members`, { email: person.me.email, role });
const show = async (id: string) => read(await ada.get(`/projects/${id}`), project);
const details = async (action: string, id: string) =>
  (
    await app.deps.database.sql`
      select detail from audit_log where action = ${action} and project_id = ${id} order by id`
  ).map(({ detail }) => detail);

describe("a project", () => {
  test("is shown with all its fields, and an ETag of its version", async () => {
    const body = { name: "  Plans ", description: "For spring", instructions: "Be brief.\n" };
    const created = await ada.post("/projects", body);
    expect(created.status).toBe(201);
    expect(created.headers.get("etag")).toBe('"v1"');
    const shown = await read(created, project);
    expect(shown).toEqual({
      id: expect.any(String),
      name: "Plans",
      description: "For spring",
      instructions: "Be brief.\n",
      personal: false,
      role: "owner",
      version: 1,
      archivedAt: null,
      deletedAt: null,
      restorableUntil: null,
      createdAt: instant,
      updatedAt: instant,
    });
    const again = await ada.get(`/projects/${shown.id}`);
    expect(again.headers.get("etag")).toBe('"v1"');
    expect(await read(again, project)).toEqual(shown);
    expect(await show(ada.me.personalProjectId ?? "")).toMatchObject({
      name: "Personal",
      personal: true,
      role: "owner",
    });
  });

  test("has empty description and instructions by default", async () => {
    expect(await show(await start({ name: "Bare" }))).toMatchObject({
      description: "",
      instructions: "",
    });
  });

  test("changes only in the sent fields, with a new time and version", async () => {
    const id = await start({ name: "Plans", description: "Old", instructions: "Kept" });
    const before = await show(id);
    clock.advance(3_600_000);
    const changed = await ada.patch(`/projects/${id}`, { description: "New" });
    expect(changed.headers.get("etag")).toBe('"v2"');
    expect(await read(changed, project)).toEqual({
      ...before,
      description: "New",
      version: 2,
      updatedAt: clock.now().toISOString(),
    });
    expect(await details("project.updated", id)).toEqual([{ changed: ["description"] }]);
  });

  test("is changed only from the version that the request names, if any", async () => {
    const id = await start();
    const change = (tag: string) =>
      ada.patch(`/projects/${id}`, { name: "Renamed" }, { "if-match": tag });
    expect((await change('"v1"')).status).toBe(200);
    for (const tag of ['"v1"', '"v3"', "v2", "nonsense"]) {
      const problem = await readProblem(await change(tag));
      expect(problem).toMatchObject({ status: 412, code: "changed_meanwhile" });
    }
    expect((await change('W/"v2"')).status).toBe(200);
    expect((await change("*")).status).toBe(200);
    expect((await show(id)).version).toBe(4);
  });

  test.each([
    ["name", { name: "x".repeat(121) }, { name: "x".repeat(120) }],
    ["name", { name: "  " }, { name: " x " }],
    ["name", { name: "two\nlines" }, { name: "two lines" }],
    ["description", { description: "x".repeat(2_001) }, { description: "x".repeat(2_000) }],
    ["instructions", { instructions: "x".repeat(50_001) }, { instructions: "x".repeat(50_000) }],
  ])("takes a %s up to its limit", async (field, tooMuch, enough) => {
    const id = await start();
    for (const asked of [
      () => ada.patch(`/projects/${id}`, tooMuch),
      () => ada.post("/projects", { name: "Plans", ...tooMuch }),
    ]) {
      const problem = await readProblem(await asked());
      expect(problem).toMatchObject({ status: 422, code: "validation_failed" });
      expect(problem.errors?.map(({ path }) => path)).toEqual([field]);
    }
    expect((await ada.patch(`/projects/${id}`, enough)).status).toBe(200);
    expect((await ada.post("/projects", { name: "Plans", ...enough })).status).toBe(201);
  });

  test("refuses unknown fields", async () => {
    const id = await start();
    for (const asked of [
      () => ada.patch(`/projects/${id}`, { archivedAt: null }),
      () => ada.post("/projects", { name: "Plans", personalOf: ada.me.id }),
      () => ada.post(`/projects/${id}/members`, { email: "a@b.de", role: "viewer", id: 1 }),
      () => ada.patch(`/projects/${id}/members/${bob.me.id}`, { role: "viewer", id: 1 }),
    ])
      expect((await readProblem(await asked())).code).toBe("validation_failed");
  });

  test("reports a code when it cannot be read", async () => {
    const id = await start();
    await add(id, bob, "viewer");
    const codeOf = async (response: Response) => {
      const { status, code } = await readProblem(response);
      return `${status} ${code}`;
    };
    expect(await codeOf(await bob.get(`/projects/${Bun.randomUUIDv7()}`))).toBe(
      "404 project_not_found",
    );
    expect(await codeOf(await bob.get("/projects/not-an-id"))).toBe("404 project_not_found");
    expect(await codeOf(await bob.patch(`/projects/${id}`, { name: "Mine" }))).toBe(
      "403 project_role_needed",
    );
    expect(await codeOf(await app.anonymous.get(`/projects/${id}`))).toBe("401 not_signed_in");
    expect(await codeOf(await bob.delete(`/projects/${id}`))).toBe("403 project_role_needed");
  });
});

describe("the archive", () => {
  test("records when a project was archived; archiving again changes and records nothing", async () => {
    const id = await start();
    clock.advance(60_000);
    const archived = await ada.put(`/projects/${id}/archive`);
    expect(archived.headers.get("etag")).toBe('"v2"');
    const first = await read(archived, project);
    expect(first.archivedAt).toBe(clock.now().toISOString());
    clock.advance(60_000);
    const second = await ada.put(`/projects/${id}/archive`);
    expect(await read(second, project)).toEqual(first);
    const out = await ada.delete(`/projects/${id}/archive`);
    expect(out.headers.get("etag")).toBe('"v3"');
    expect(await read(out, project)).toMatchObject({ archivedAt: null, version: 3 });
    expect((await read(await ada.delete(`/projects/${id}/archive`), project)).version).toBe(3);
    expect(await details("project.archived", id)).toHaveLength(1);
    expect(await details("project.unarchived", id)).toHaveLength(1);
  });

  test("lets a project be deleted from it, and restored into it", async () => {
    const id = await start();
    await ada.put(`/projects/${id}/archive`);
    expect((await ada.delete(`/projects/${id}`)).status).toBe(200);
    for (const asked of [
      () => ada.put(`/projects/${id}/archive`),
      () => ada.delete(`/projects/${id}/archive`),
      () => ada.delete(`/projects/${id}`),
    ])
      expect((await readProblem(await asked())).code).toBe("project_not_found");
    const restored = await ada.post(`/projects/${id}/restore`);
    expect(restored.headers.get("etag")).toBe('"v4"');
    expect(await read(restored, project)).toMatchObject({
      archivedAt: instant,
      deletedAt: null,
      restorableUntil: null,
    });
  });
});

describe("the list of projects", () => {
  let eve: Person;
  let ids: string[];
  beforeEach(async () => {
    eve = await app.person(`Eve${Bun.randomUUIDv7()}`);
    await app.deps.database.sql`delete from projects where personal_of = ${eve.me.id}`;
    ids = [];
    for (let n = 0; n < 5; n++) ids.push(await readId(await eve.post("/projects", { name: "P" })));
    // All changed at the same instant: then the newer id comes first.
    await app.deps.database
      .sql`update projects set updated_at = ${clock.now().toISOString()} where id in ${app.deps.database.sql(ids)}`;
  });
  const pages = async (query: string) => {
    const found: string[][] = [];
    let cursor = "";
    do {
      const asked = `/projects?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page = await read(await eve.get(asked), projectPage);
      found.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? "";
    } while (cursor !== "");
    return found;
  };

  test("is paged, most recently changed first", async () => {
    clock.advance(1_000);
    await eve.patch(`/projects/${ids[1]}`, { name: "Newest" });
    const [a, , c, d, e] = ids;
    expect(await pages("limit=2")).toEqual(
      [[ids[1], e], [d, c], [a]].map((page) => page.map(String)),
    );
    expect(await pages("limit=5")).toHaveLength(1);
  });

  test("shows members their role, and archived or deleted projects separately", async () => {
    const [shared = "", archived = "", deleted = ""] = ids;
    await eve.post(`/projects/${shared}/members`, { email: bob.me.email, role: "viewer" });
    const bobs = await read(await bob.get("/projects?limit=200"), projectPage);
    expect(bobs.items.find(({ id }) => id === shared)?.role).toBe("viewer");
    await eve.put(`/projects/${archived}/archive`);
    await eve.delete(`/projects/${deleted}`);
    const active = (await pages("limit=50")).flat();
    expect(active.toSorted()).toEqual(
      ids.filter((id) => id !== archived && id !== deleted).toSorted(),
    );
    expect((await pages("archived=true")).flat()).toEqual([archived]);
    expect((await pages("deleted=true")).flat()).toEqual([deleted]);
  });

  test("shows a deleted project until the restore window ends", async () => {
    const [deleted = ""] = ids;
    await eve.delete(`/projects/${deleted}`);
    clock.advance(3 * 86_400_000 - 1);
    expect((await pages("deleted=true")).flat()).toEqual([deleted]);
    clock.advance(1);
    expect((await pages("deleted=true")).flat()).toEqual([]);
    const problem = await readProblem(await eve.post(`/projects/${deleted}/restore`));
    expect(problem).toMatchObject({ status: 404, code: "project_not_found" });
  });
});

describe("members", () => {
  test("are shown with name, address, role and join date, in the order they joined", async () => {
    const id = await start();
    const added = await add(id, bob, "editor");
    expect(added.status).toBe(201);
    const shown = {
      principalId: bob.me.id,
      name: "Bob",
      email: bob.me.email,
      role: "editor",
      createdAt: instant,
    };
    expect(await added.json()).toEqual(shown);
    const eve = await app.person("Eve");
    await add(id, eve, "viewer");
    const { items } = await read(await ada.get(`/projects/${id}/members`), memberList);
    expect(items.map(({ name }) => name)).toEqual(["Ada", "Bob", "Eve"]);
    expect(items[1]).toMatchObject(shown);
    const changed = await ada.patch(`/projects/${id}/members/${bob.me.id}`, { role: "owner" });
    expect(await changed.json()).toEqual({ ...shown, role: "owner" });
  });

  test("are recorded in the audit log with old and new role", async () => {
    const id = await start();
    await add(id, bob, "editor");
    await ada.patch(`/projects/${id}/members/${bob.me.id}`, { role: "viewer" });
    await ada.delete(`/projects/${id}/members/${bob.me.id}`);
    expect(await details("member.added", id)).toEqual([{ role: "editor" }]);
    expect(await details("member.role_changed", id)).toEqual([{ from: "editor", to: "viewer" }]);
    expect(await details("member.removed", id)).toEqual([{ role: "viewer" }]);
  });

  test("that do not exist cannot be changed or removed", async () => {
    const id = await start();
    for (const asked of [
      () => ada.patch(`/projects/${id}/members/${bob.me.id}`, { role: "viewer" }),
      () => ada.delete(`/projects/${id}/members/${bob.me.id}`),
    ])
      expect(await readProblem(await asked())).toMatchObject({
        status: 404,
        code: "member_not_found",
      });
  });

  test("may give up ownership as soon as there is another owner", async () => {
    const id = await start();
    await add(id, bob, "owner");
    const members = `/projects/${id}/members`;
    expect((await ada.patch(`${members}/${ada.me.id}`, { role: "viewer" })).status).toBe(200);
    expect((await bob.patch(`${members}/${bob.me.id}`, { role: "owner" })).status).toBe(200);
    expect((await readProblem(await bob.delete(`${members}/${bob.me.id}`))).code).toBe(
      "last_owner",
    );
    expect((await bob.delete(`${members}/${ada.me.id}`)).status).toBe(204);
  });

  test("a refused address is reported on its field", async () => {
    const id = await start();
    const twice = await readProblem(await add(id, ada, "viewer"));
    expect(twice).toMatchObject({ status: 409, code: "already_member" });
    expect(twice.errors?.map(({ path }) => path)).toEqual(["email"]);
    const long = `${"x".repeat(250)}@example.com`;
    const body = { email: long, role: "viewer" };
    const problem = await readProblem(await ada.post(`/projects/${id}/members`, body));
    expect(problem.errors?.map(({ path }) => path)).toEqual(["email"]);
  });
});

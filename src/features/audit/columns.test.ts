import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readId, readProblem } from "../../../test/support/read.ts";
import { inTransaction, systemContext } from "../../platform/context.ts";
import { createdApiKey } from "../identity/schema.ts";
import { record, verifyChain } from "./index.ts";
import { auditPage } from "./schema.ts";

let app: TestApp;
let ada: Person;
let projectId: string;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  projectId = await readId(await ada.post("/projects", { name: "First" }));
});
afterAll(() => app.close());

/** Changes only: reading the log is recorded too. */
const log = async (query = "?limit=50") =>
  read(await ada.get(`/admin/audit${query}&kind=change`), auditPage);

test("an entry has actor, action, target, address, request, and its place in the chain", async () => {
  const asked = await ada.request(
    "PATCH",
    `/projects/${projectId}`,
    { name: "Second" },
    { "x-request-id": "from-the-client" },
  );
  const [entry] = (await log("?limit=1")).items;
  const [before] = (await log("?limit=2")).items.slice(1);
  expect(entry).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    seq: expect.any(Number),
    at: expect.any(String),
    actorKind: "user",
    actorId: ada.me.id,
    actorName: "Ada",
    actorEmail: ada.me.email,
    action: "project.updated",
    kind: "change",
    targetKind: "project",
    targetId: projectId,
    targetName: null,
    targetEmail: null,
    projectId,
    detail: { changed: ["name"] },
    requestId: asked.headers.get("x-request-id"),
    callerRequestId: "from-the-client",
    ip: null,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(entry?.seq).toBeGreaterThan(before?.seq ?? 0);
  expect(entry?.hash).not.toBe(before?.hash);
});

test("actions of keys and jobs are distinguished from those of people", async () => {
  const created = await ada.post("/me/api-keys", { name: "Script", scopes: ["read", "write"] });
  const { key: secret } = await read(created, createdApiKey);
  await app.withKey(secret).patch(`/projects/${projectId}`, { name: "Third" });
  expect((await log("?limit=1")).items[0]).toMatchObject({
    actorKind: "api_key",
    actorId: ada.me.id,
  });
  await inTransaction(systemContext(app.deps, "purge"), (tx) =>
    record(tx, { action: "project.purged", target: { kind: "project", id: null } }),
  );
  expect((await log("?limit=1")).items[0]).toMatchObject({
    actorKind: "system:purge",
    actorId: null,
    actorName: null,
    targetId: null,
    projectId: null,
    detail: {},
    requestId: null,
    ip: null,
  });
});

test("detail is returned as written, whatever key order the database stores", async () => {
  const detail = { b: 1, aa: [{ y: 1, x: null }], c: { z: "1", a: true } };
  await inTransaction(systemContext(app.deps, "test"), (tx) =>
    record(tx, { action: "project.updated", target: { kind: "project", id: null }, detail }),
  );
  expect((await log("?limit=1")).items[0]?.detail).toEqual(detail);
  const { db } = app.deps.database;
  expect((await verifyChain(db, app.deps)).broken).toBeNull();
});

describe("pages and filters", () => {
  test("pages of one row return every row once, newest first, and then end", async () => {
    const { items, nextCursor } = await log("?limit=200");
    expect(nextCursor).toBeNull();
    const walked: number[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await log(`?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
      walked.push(...page.items.map(({ seq }) => seq));
      cursor = page.nextCursor;
    }
    expect(walked).toEqual(items.map(({ seq }) => seq));
    expect(walked).toEqual(walked.toSorted((a, b) => b - a));
    expect(walked.at(-1)).toBe(1);
  });

  test("since is inclusive, until is exclusive", async () => {
    // Only the owner of the database can backdate rows.
    await app.owner.sql`alter table audit_log disable trigger user`;
    await app.owner.sql`
      insert into audit_log (id, at, actor_kind, action, target_kind, detail)
      values (${app.deps.ids.next()}, '2001-01-01T00:00:00Z', 'system:test', 'project.created', 'old', '{}'),
             (${app.deps.ids.next()}, '2002-01-01T00:00:00Z', 'system:test', 'project.created', 'new', '{}')`;
    const kinds = async (query: string) =>
      (await log(`?until=2003-01-01T00:00:00Z&${query}`)).items.map((entry) => entry.targetKind);
    expect(await kinds("since=2001-01-01T00:00:00Z")).toEqual(["new", "old"]);
    expect(await kinds("since=2001-01-01T00:00:00.001Z")).toEqual(["new"]);
    const before = async (instant: string) =>
      (await log(`?until=${instant}`)).items.map((entry) => entry.targetKind);
    expect(await before("2002-01-01T00:00:00Z")).toEqual(["old"]);
    expect(await before("2002-01-01T00:00:00.001Z")).toEqual(["new", "old"]);
    expect(await before("2002-01-01T01:00:00%2B01:00")).toEqual(["old"]);
  });

  test.each([
    ["action", "action=project.exploded"],
    ["actorId", "actorId=ada"],
    ["projectId", "projectId=1"],
    ["targetId", `targetId=${"x".repeat(101)}`],
    ["since", "since=yesterday"],
    ["until", "until=2001-01-01"],
  ])("a filter by %s that can match nothing is refused: %s", async (field, query) => {
    const problem = await readProblem(await ada.get(`/admin/audit?${query}`));
    expect(problem).toMatchObject({ status: 422, code: "validation_failed" });
    expect(problem.errors?.map(({ path }) => path)).toEqual([field]);
  });

  test("a target's name may have 100 characters", async () => {
    expect((await log(`?targetId=${"x".repeat(100)}`)).items).toEqual([]);
  });

  test("a forged cursor is refused", async () => {
    const problem = await readProblem(await ada.get("/admin/audit?cursor=bm9uZQ"));
    expect(problem).toMatchObject({ status: 422, code: "invalid_cursor" });
  });
});

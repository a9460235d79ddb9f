import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Person, TestApp } from "../../../test/support/app.ts";
import { read, readId } from "../../../test/support/read.ts";
import { createAppForTwo } from "../../../test/support/two-people.ts";
import { systemContext } from "../../platform/context.ts";
import { adminUser } from "../admin/schema.ts";
import { record } from "./record.ts";
import { auditPage } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  ({ app, ada, bob } = await createAppForTwo());
});
afterAll(() => app.close());

/** Changes only: reading the log is recorded too. */
const log = async (query: string) =>
  read(await ada.get(`/admin/audit${query}&kind=change`), auditPage);

test("an admin reads who did what, newest first and page by page", async () => {
  for (const name of ["One", "Two", "Three"]) await bob.post("/projects", { name });
  const first = await log("?limit=2");
  expect(first.items).toHaveLength(2);
  expect(first.items[0]).toMatchObject({
    action: "project.created",
    actorId: bob.me.id,
    actorName: "Bob",
    actorEmail: bob.me.email,
    targetName: null,
  });
  const second = await log(`?limit=2&cursor=${first.nextCursor}`);
  expect(second.items).toHaveLength(2);
  const all = await log("?limit=200");
  expect(all.items.slice(0, 4)).toEqual([...first.items, ...second.items]);
  const places = all.items.map(({ seq }) => seq);
  expect(places).toEqual(places.toSorted((a, b) => b - a));
  expect(all.nextCursor).toBeNull();
});

test("the log is filtered by action, person, project and time", async () => {
  const projectId = await readId(await ada.post("/projects", { name: "Filtered" }));
  await ada.patch(`/projects/${projectId}`, { name: "Renamed" });
  const actions = async (query: string) => (await log(query)).items.map(({ action }) => action);
  expect(await actions(`?projectId=${projectId}`)).toEqual(["project.updated", "project.created"]);
  expect(await actions(`?projectId=${projectId}&action=project.updated`)).toEqual([
    "project.updated",
  ]);
  expect(await actions(`?projectId=${projectId}&actorId=${bob.me.id}`)).toEqual([]);
  expect(await actions(`?targetId=${projectId}`)).toHaveLength(2);
  expect(await actions(`?since=2100-01-01T00:00:00Z`)).toEqual([]);
  expect(await actions(`?until=2000-01-01T00:00:00Z`)).toEqual([]);
});

test("the log holds no content, only names of changed fields", async () => {
  const projectId = await readId(await ada.post("/projects", { name: "Quiet" }));
  await ada.patch(`/projects/${projectId}`, { instructions: "the secret plan" });
  const text = JSON.stringify(await log(`?projectId=${projectId}`));
  expect(text).toContain("instructions");
  expect(text).not.toContain("the secret plan");
});

test("the log is hidden from everyone but admins", async () => {
  expect((await bob.get("/admin/audit")).status).toBe(404);
  expect((await app.anonymous.get("/admin/audit")).status).toBe(401);
});

test("a row has actor, address and our own request id", async () => {
  const answer = await app.app.request(
    "/api/v1/projects",
    {
      method: "POST",
      headers: {
        cookie: bob.cookie,
        "content-type": "application/json",
        "x-request-id": "callers-own-id",
      },
      body: JSON.stringify({ name: "Traced" }),
    },
    { requestIP: () => ({ address: "192.0.2.7", family: "IPv4", port: 1 }) },
  );
  const requestId = answer.headers.get("x-request-id");
  expect(requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  const [row] = (await log("?limit=1")).items;
  expect(row).toMatchObject({
    requestId,
    callerRequestId: "callers-own-id",
    ip: "192.0.2.7",
    actorKind: "user",
    actorId: bob.me.id,
    targetKind: "project",
    targetId: await readId(answer),
  });
  expect(row?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(Date.now() - new Date(row?.at ?? 0).getTime()).toBeLessThan(60_000);
});

test("an invalid request id of the caller is not stored", async () => {
  for (const id of ["short", "x".repeat(65), "with space", '{"level":"error"}'])
    await bob.request("POST", "/projects", { name: "Odd id" }, { "x-request-id": id });
  const kept = (await log("?limit=4")).items.map(({ callerRequestId }) => callerRequestId);
  expect(kept).toEqual([null, null, null, null]);
});

test("recording outside a transaction is a bug", async () => {
  const entry = { action: "project.created", target: { kind: "project", id: null } } as const;
  await expect(record(systemContext(app.deps, "test"), entry)).rejects.toThrow("belongs in the");
});

test("a row says which field somebody has changed", async () => {
  expect((await ada.patch("/me", { name: "Ada King" })).status).toBe(200);
  expect((await log("?limit=1&action=user.updated")).items[0]).toMatchObject({
    targetId: ada.me.id,
    detail: { changed: ["name"] },
  });
});

test("a row names the account that it is about", async () => {
  const cleo = await app.person("Cleo");
  const path = `/admin/users/${cleo.me.id}`;
  const { version } = await read(await ada.get(path), adminUser);
  await ada.patch(path, { name: "Cleopatra" }, { "if-match": `"v${version}"` });
  expect((await log("?limit=1&action=user.updated")).items[0]).toMatchObject({
    actorEmail: ada.me.email,
    targetId: cleo.me.id,
    targetName: "Cleopatra",
    targetEmail: cleo.me.email,
  });
});

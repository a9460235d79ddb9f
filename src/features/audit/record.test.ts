import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { contextOf } from "../../../test/support/scopes.ts";
import { type Actor, type Ctx, inTransaction, systemContext } from "../../platform/context.ts";
import type { CommitProof } from "../../platform/db/commit-outcome.ts";
import { actorColumns, record } from "./record.ts";

const tracked: string[][] = [];
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  const events = {
    track: (action: string, actorId: string) => void tracked.push([action, actorId]),
    close: async () => {},
  };
  app = await createTestApp({ deps: { events } });
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const entry = () => ({
  action: "project.updated" as const,
  target: { kind: "project", id: Bun.randomUUIDv7() },
});
const rowsOf = async (targetId: string) => [
  ...(await app.deps.database
    .sql`select action, actor_kind, actor_id, target_kind, project_id, detail, request_id,
    caller_request_id, ip from audit_log where target_id = ${targetId}`),
];

test("a row says who did what, from where, by which request", async () => {
  const { action, target } = entry();
  const projectId = Bun.randomUUIDv7();
  const ctx: Ctx = {
    ...contextOf(app, ada),
    requestId: "r1",
    callerRequestId: "theirs",
    ip: "192.0.2.1",
  };
  await inTransaction(ctx, (tx) =>
    record(tx, { action, target, projectId, detail: { changed: ["name"] } }),
  );
  expect(await rowsOf(target.id)).toEqual([
    {
      action,
      actor_kind: "user",
      actor_id: ada.me.id,
      target_kind: "project",
      project_id: projectId,
      detail: { changed: ["name"] },
      request_id: "r1",
      caller_request_id: "theirs",
      ip: "192.0.2.1",
    },
  ]);
});

test("what is not known is empty", async () => {
  const { action, target } = entry();
  await inTransaction(systemContext(app.deps, "purge"), (tx) => record(tx, { action, target }));
  expect(await rowsOf(target.id)).toEqual([
    {
      action,
      actor_kind: "system:purge",
      actor_id: null,
      target_kind: "project",
      project_id: null,
      detail: {},
      request_id: null,
      caller_request_id: null,
      ip: null,
    },
  ]);
});

test("only what people do is counted as use of the product", async () => {
  tracked.length = 0;
  await inTransaction(systemContext(app.deps, "purge"), (tx) => record(tx, entry()));
  await inTransaction(contextOf(app, ada), (tx) => record(tx, entry()));
  expect(tracked).toEqual([["project.updated", ada.me.id]]);
});

test("a row outside a transaction is a mistake", async () => {
  const { action, target } = entry();
  await expect(record(contextOf(app, ada), { action, target })).rejects.toThrow("transaction");
  expect(await rowsOf(target.id)).toEqual([]);
});

const actors: [Actor, string, string | null][] = [
  [{ kind: "anonymous" }, "anonymous", null],
  [{ kind: "system", job: "purge" }, "system:purge", null],
  [
    { kind: "user", userId: "u", role: "member", via: { kind: "session", sessionId: "s" } },
    "user",
    "u",
  ],
  [
    { kind: "user", userId: "u", role: "admin", via: { kind: "key", keyId: "k", scopes: [] } },
    "api_key",
    "u",
  ],
];
test.each(actors)("%j is recorded as %s", (actor, actorKind, actorId) => {
  expect(actorColumns({ actor })).toEqual({ actorKind, actorId });
});

test("the row proves whether its transaction was committed, and asking leaves none", async () => {
  const { db } = app.deps.database;
  const proofs: CommitProof[] = [];
  const [stored, undone] = [entry(), entry()];
  const ctx = contextOf(app, ada);
  await inTransaction(ctx, async (tx) => {
    await record({ ...tx, proofs }, stored);
  });
  const rolledBack = inTransaction(ctx, async (tx) => {
    await record({ ...tx, proofs }, undone);
    throw new Error("undone");
  });
  await expect(rolledBack).rejects.toThrow("undone");
  expect(await Promise.all(proofs.map((proof) => proof(db)))).toEqual([true, false]);
  expect(await rowsOf(stored.target.id)).toHaveLength(1);
  expect(await rowsOf(undone.target.id)).toHaveLength(0);
  const broken = Object.assign(Object.create(db), {
    transaction: () => Promise.reject(new Error("connection lost")),
  });
  await expect(proofs[0]?.(broken)).rejects.toThrow("connection lost");
});

import { beforeAll, expect, test } from "bun:test";
import type { AuditEntry } from "../../lib/api-types.ts";
import { addMessages } from "../../lib/i18n.ts";
import { audit } from "../../messages/en/audit.ts";
import { describeAction, describeActor, describeWho, factsOf } from "./describe-entry.ts";

beforeAll(() => addMessages(audit));

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: "e1",
  seq: 12,
  at: "2026-01-02T03:04:05.678Z",
  actorKind: "user",
  actorId: "u1",
  actorName: "Ada",
  actorEmail: "ada@example.com",
  action: "project.created",
  kind: "change",
  targetKind: "project",
  targetId: "p1",
  targetName: null,
  targetEmail: null,
  projectId: null,
  detail: {},
  requestId: "r1",
  callerRequestId: null,
  ip: "192.0.2.1",
  hash: "abc",
  ...more,
});
const told = (more: Partial<AuditEntry>) =>
  Object.fromEntries(factsOf(entry(more)).map(({ label, value }) => [label, value]));

test("the actor is described for people, keys, jobs, anonymous callers and deleted accounts", () => {
  expect(
    [
      {},
      { actorKind: "api_key" },
      { actorName: null },
      { actorKind: "anonymous", actorName: null, actorId: null },
      { actorKind: "system:purge", actorName: null, actorId: null },
    ].map((more) => describeActor(entry(more))),
  ).toEqual(["Ada", "Ada, with an API key", "Deleted account", "Not signed in", "Atelier (purge)"]);
});

test("a row says on whom or where it was done, and tells two people of one name apart", () => {
  const onBob = {
    targetKind: "user",
    targetId: "u2",
    targetName: "Bob",
    targetEmail: "b@x.example",
  };
  const who = (more: Partial<AuditEntry>, ...others: Partial<AuditEntry>[]) =>
    describeWho(entry(more), [more, ...others].map(entry), [{ id: "p1", name: "People team" }]);
  expect(who({})).toEqual({ actor: "Ada", target: "Project People team" });
  expect(who({ targetId: "p2" })).toEqual({ actor: "Ada", target: null });
  expect(who({ targetKind: "thread", targetId: "t1", projectId: "p1" }).target).toBe(
    "Project People team",
  );
  expect(who(onBob)).toEqual({ actor: "Ada", target: "Account Bob" });
  expect(who({ ...onBob, targetId: "u1", targetName: "Ada" }).target).toBeNull();
  const other = { actorId: "u3", actorName: "Bob", actorEmail: "bob@y.example" };
  expect(who(onBob, other).target).toBe("Account Bob (b@x.example)");
  expect(who(other, onBob).actor).toBe("Bob (bob@y.example)");
});

test("the action is described, with its count", () => {
  expect(describeAction(entry())).toBe("Project created");
  expect(describeAction(entry({ detail: { count: 1 } }))).toBe("Project created");
  expect(describeAction(entry({ action: "auth.failed", detail: { count: 12 } }))).toBe(
    "Authentication failed · 12 times",
  );
});

test("an action or reason of a newer server is shown by its code", () => {
  expect(describeAction(entry({ action: "toString" }))).toBe("toString");
  expect(told({ detail: { reason: "constructor" } })["audit.fact.reason"]).toBe("constructor");
});

test("a refusal shows reason, rule, request, address, both request ids and the times", () => {
  expect(
    told({
      kind: "refusal",
      action: "access.denied",
      callerRequestId: "theirs",
      detail: {
        reason: "missing_scope",
        rule: "admin",
        method: "GET",
        route: "/api/v1/admin/users",
        count: 3,
        first: "2026-01-02T03:04:05.000Z",
        last: "2026-01-02T03:05:00.000Z",
      },
    }),
  ).toMatchObject({
    "audit.fact.time": expect.stringContaining("(2026-01-02T03:04:05.678Z)"),
    "audit.fact.result": "Refused",
    "audit.fact.reason": "The API key lacks a scope (missing_scope)",
    "audit.fact.rule": "admin",
    "audit.fact.request": "GET /api/v1/admin/users",
    "audit.fact.address": "192.0.2.1",
    "audit.fact.count": "3",
    "audit.fact.period": "2026-01-02T03:04:05.000Z – 2026-01-02T03:05:00.000Z",
    "audit.fact.requestId": "r1",
    "audit.fact.callerRequestId": "theirs",
    "audit.fact.seq": "12",
    "audit.fact.hash": "abc",
  });
});

test("a change shows its details by name; unknown ones are left out", () => {
  const facts = factsOf(
    entry({ detail: { scopes: ["read"], name: "x" }, ip: null, requestId: null }),
  );
  expect(
    facts.filter(({ label }) => label === "audit.fact.detail").map(({ value }) => value),
  ).toEqual(['scopes: ["read"]', "name: x"]);
  const labels = facts.map(({ label }) => label);
  for (const absent of ["address", "requestId", "reason", "rule", "request", "count", "project"])
    expect(labels.map(String)).not.toContain(`audit.fact.${absent}`);
});

test("a row leads to what else there is about its person, object and project", () => {
  const ways = (more: Partial<AuditEntry>) =>
    factsOf(entry(more)).flatMap(({ only }) => (only ? [only.filter] : []));
  expect(ways({ projectId: "p9" })).toEqual([{ actor: "u1" }, { target: "p1" }, { project: "p9" }]);
  expect(ways({ actorId: null, targetId: null })).toEqual([]);
});

test("a row that was not signed yet says so", () => {
  expect(told({ seq: 0, hash: "" })["audit.fact.seq"]).toBe("Not signed yet");
  expect(told({ seq: 0, hash: "" })["audit.fact.hash"]).toBeUndefined();
});

test("what is for copying stands apart from what is for reading", () => {
  const codes = (more: Partial<AuditEntry>) =>
    factsOf(entry(more)).flatMap(({ code, value }) => (code ? [value] : []));
  expect(codes({ projectId: "p9", callerRequestId: "theirs", detail: { name: "x" } })).toEqual([
    ...["u1", "192.0.2.1", "project p1", "p9", "name: x", "r1", "theirs", "abc"],
  ]);
  const detail = { rule: "admin", method: "GET", route: "/x", count: 2, first: "a", last: "b" };
  expect(codes({ detail, targetId: null })).toEqual([
    ...["u1", "192.0.2.1", "admin", "GET /x", "project", "a – b", "r1", "abc"],
  ]);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { systemContext } from "../context.ts";
import { noteRead, noteRefusal, type RouteContext } from "./note-security-events.ts";
import type { SecurityEvent } from "./security-events.ts";

const [PROJECT, FILE] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()];
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

/** A request to a route, and the events noted of it. */
function request(routePath: string, params: Record<string, string> = {}) {
  const events: SecurityEvent[] = [];
  const c: RouteContext = {
    var: {
      ctx: {
        ...systemContext(app.deps, "test"),
        ip: "192.0.2.1",
        requestId: "r1",
        callerRequestId: "theirs",
      },
      securityEvents: { note: (event) => void events.push(event) },
    },
    res: { ok: true },
    req: { method: "GET", routePath, param: () => params },
  };
  return { c, events };
}
const said = {
  actor: { kind: "system", job: "test" },
  ip: "192.0.2.1",
  requestId: "r1",
  callerRequestId: "theirs",
  method: "GET",
} as const;
const problem = (status: number, options = {}) => ({ status, code: "no", options });

test("a read is noted with what it read: the last id of the path, in its project", () => {
  const route = "/projects/:projectId/files/:fileId/content";
  const { c, events } = request(route, { projectId: PROJECT, fileId: FILE });
  noteRead(c, "file.downloaded", "file");
  const target = { kind: "file", id: FILE };
  expect(events).toEqual([
    { ...said, route, action: "file.downloaded", reason: null, target, projectId: PROJECT },
  ]);
});

test("a read of a list has no id, and one outside projects none of a project", () => {
  const { c, events } = request("/admin/users");
  noteRead(c, "admin.read", "user");
  expect(events[0]?.target).toEqual({ kind: "user", id: null });
  expect(events[0]).not.toHaveProperty("projectId");
});

test.each([401, 403, 421])("an answer of %d is a refusal by itself", (status) => {
  const { c, events } = request("/me");
  noteRefusal(problem(status), c);
  expect(events).toEqual([{ ...said, route: "/me", action: "access.denied", reason: "no" }]);
});

test.each([400, 404, 409, 422, 429, 500])("an answer of %d is none", (status) => {
  const { c, events } = request("/me");
  noteRefusal(problem(status), c);
  expect(events).toEqual([]);
});

test.each([401, 403, 404])("an access rule's %d is one, and names what was asked for", (status) => {
  const route = "/projects/:projectId/files/:fileId";
  const { c, events } = request(route, { projectId: PROJECT, fileId: FILE });
  noteRefusal(problem(status, { rule: "project-viewer" }), c);
  expect(events).toEqual([
    {
      ...said,
      route,
      action: "access.denied",
      reason: "no",
      rule: "project-viewer",
      target: { kind: "file", id: FILE },
      projectId: PROJECT,
    },
  ]);
});

test.each([409, 421, 500])("an access rule's %d is none", (status) => {
  const { c, events } = request("/me");
  noteRefusal(problem(status, { rule: "project-viewer" }), c);
  expect(events).toEqual([]);
});

test("what is no id in a path may be content and is left out", () => {
  const { c, events } = request("/projects/:projectId/x/:word", {
    projectId: PROJECT,
    word: "secret",
  });
  noteRefusal(problem(404, { rule: "project-viewer" }), c);
  expect(events[0]?.target).toEqual({ kind: "project", id: PROJECT });
});

test("a problem may say what kind of refusal it is, or that it is none", () => {
  const { c, events } = request("/me");
  noteRefusal(problem(422, { refusal: { action: "auth.failed", account: "ada" } }), c);
  noteRefusal(problem(401, { refusal: null }), c);
  expect(events).toEqual([
    { ...said, route: "/me", action: "auth.failed", account: "ada", reason: "no" },
  ]);
});

test("refusals are counted by action and reason, also those that nobody stores", async () => {
  const { c } = request("/me");
  const { securityEvents: _, ...unstored } = c.var;
  const of = async () => {
    const { values } = await app.deps.metrics.refusals.get();
    return values.find(({ labels }) => labels.reason === "counted")?.value;
  };
  noteRefusal({ ...problem(401), code: "counted" }, { ...c, var: unstored });
  expect(await of()).toBe(1);
});

test("without a context nothing is noted, of a refusal or a read", () => {
  const { c, events } = request("/me");
  const { ctx: _, ...unknown } = c.var;
  const bare = { ...c, var: unknown };
  noteRefusal(problem(401), bare);
  noteRead(bare, "admin.read", "user");
  expect(events).toEqual([]);
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readId } from "../../../test/support/read.ts";
import { createAppForTwo } from "../../../test/support/two-people.ts";
import { createdApiKey } from "../identity/schema.ts";
import { auditPage } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  ({ app, ada, bob } = await createAppForTwo());
});
afterAll(() => app.close());

const log = async (query: string) =>
  (await read(await ada.get(`/admin/audit?${query}`), auditPage)).items;
/** The newest event of an action. */
const newest = async (action: string) => (await log(`limit=1&action=${action}`))[0];

/** A request from a new address, so that nothing else is counted with it. */
let host = 0;
const from = async (path: string, init: RequestInit & { body?: string } = {}) => {
  const address = `192.0.2.${++host}`;
  const headers = new Headers(init.headers);
  if (init.body !== undefined) headers.set("content-type", "application/json");
  const answer = await app.app.request(
    `/api/v1${path}`,
    { ...init, headers },
    { requestIP: () => ({ address, family: "IPv4", port: 1 }) },
  );
  return { address, answer, requestId: answer.headers.get("x-request-id") };
};
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  from(path, { method: "POST", body: JSON.stringify(body), headers });

describe("failed authentication records auth.failed:", () => {
  test("a wrong password, with the account, the address and the request", async () => {
    const guess = { email: "BOB@example.com", password: "not his" };
    const { address, requestId } = await post("/auth/sign-in", guess);
    expect(await newest("auth.failed")).toMatchObject({
      actorKind: "anonymous",
      actorId: null,
      targetKind: "user",
      targetId: bob.me.id,
      requestId,
      ip: address,
      detail: { reason: "wrong_credentials", method: "POST", count: 1 },
    });
  });

  test("an unknown account, as a keyed hash that is equal for equal accounts", async () => {
    const secret = "my-password-in-the-wrong-field@example.com";
    const seen: (string | null | undefined)[] = [];
    for (const email of [secret, secret.toUpperCase(), "another@example.com"]) {
      await post("/auth/sign-in", { email, password: "x" });
      const event = await newest("auth.failed");
      expect(event?.targetKind).toBe("account");
      seen.push(event?.targetId);
    }
    expect(seen[0]).toMatch(/^[\w-]{43}$/);
    expect(seen[1]).toBe(seen[0] ?? "");
    expect(seen[2]).not.toBe(seen[0] ?? "");
    const [row] = await app.deps.database
      .sql`select count(*)::int as rows from audit_log l where l::text ilike '%wrong-field%'`;
    expect(row?.rows).toBe(0);
  });

  test("an unknown API key, and a revoked one with its id", async () => {
    await from("/me", { headers: { authorization: "Bearer atl_guess" } });
    const guess = await newest("auth.failed");
    expect(guess).toMatchObject({
      actorKind: "anonymous",
      targetKind: "api_key",
      targetId: expect.stringMatching(/^[\w-]{43}$/),
      detail: { reason: "invalid_api_key", method: "GET" },
    });
    const made = await bob.post("/me/api-keys", { name: "Old", scopes: ["read"] });
    const { id, key } = await read(made, createdApiKey);
    await bob.delete(`/me/api-keys/${id}`);
    await from("/me", { headers: { authorization: `Bearer ${key}` } });
    expect(await newest("auth.failed")).toMatchObject({ targetKind: "api_key", targetId: id });
  });

  test("a wrong current password of a signed-in user", async () => {
    const change = { currentPassword: "wrong", newPassword: "another long password" };
    await bob.post("/me/password", change);
    expect(await newest("auth.failed")).toMatchObject({
      actorKind: "user",
      actorId: bob.me.id,
      targetKind: "user",
      targetId: bob.me.id,
      detail: { reason: "wrong_password" },
    });
  });

  test("a reset link that does not exist", async () => {
    const body = { token: "nobody's", newPassword: "another long password" };
    const { address } = await post("/auth/password-reset", body);
    expect(await newest("auth.failed")).toMatchObject({
      ip: address,
      targetKind: "request",
      targetId: null,
      detail: { reason: "link_expired" },
    });
  });
});

describe("too many attempts record auth.throttled:", () => {
  test("for one account", async () => {
    const guess = { email: "bob@example.com", password: "guess" };
    for (let attempt = 0; attempt < 16; attempt++) await app.anonymous.post("/auth/sign-in", guess);
    expect(await newest("auth.throttled")).toMatchObject({
      targetKind: "user",
      targetId: bob.me.id,
      detail: { reason: "too_many_attempts" },
    });
  });

  test("of anonymous API callers, but not of users over their rate limit", async () => {
    const limited = await createTestApp({ env: { ATELIER_RATE_LIMIT: "3" } });
    const eve = await limited.person("Eve");
    for (let n = 0; n < 5; n++) await limited.withKey("atl_guess").get("/me");
    for (let n = 0; n < 5; n++) await eve.get("/me");
    await limited.deps.services.audit.securityEvents.flush();
    const rows = await limited.deps.database.sql`
      select actor_kind, detail->>'reason' as reason from audit_log where action = 'auth.throttled'`;
    expect([...rows]).toEqual([{ actor_kind: "anonymous", reason: "rate_limited" }]);
    await limited.close();
  });
});

describe("a denied access records access.denied:", () => {
  test("another's project, with its id and the rule", async () => {
    const projectId = await readId(await ada.post("/projects", { name: "Hers" }));
    const answer = await bob.get(`/projects/${projectId}`);
    expect(answer.status).toBe(404);
    expect(await newest("access.denied")).toMatchObject({
      actorKind: "user",
      actorId: bob.me.id,
      targetKind: "project",
      targetId: projectId,
      projectId,
      requestId: answer.headers.get("x-request-id"),
      detail: {
        reason: "project_not_found",
        rule: "project:viewer",
        method: "GET",
        route: "/api/v1/projects/:projectId",
      },
    });
  });

  test("admin-only, session-only and missing key scopes", async () => {
    await bob.get("/admin/users");
    expect(await newest("access.denied")).toMatchObject({
      detail: { reason: "not_found", rule: "admin" },
    });
    const made = await bob.post("/me/api-keys", { name: "Reader", scopes: ["read"] });
    const { key } = await read(made, createdApiKey);
    const byKey = { actorKind: "api_key", actorId: bob.me.id };
    await app.withKey(key).post("/projects", { name: "No" });
    expect(await newest("access.denied")).toMatchObject({
      ...byKey,
      detail: { reason: "missing_scope" },
    });
    await app.withKey(key).get("/me/sessions");
    expect(await newest("access.denied")).toMatchObject({
      ...byKey,
      detail: { reason: "session_only" },
    });
  });

  test("a request without credentials", async () => {
    const { address } = await from("/projects");
    expect(await newest("access.denied")).toMatchObject({
      actorKind: "anonymous",
      ip: address,
      detail: { reason: "not_signed_in", rule: "signed-in" },
    });
  });

  test("a session that ended, but not the look-up of a page that nobody is signed in to", async () => {
    const bare = await from("/me");
    expect(await bare.answer.json()).toMatchObject({ status: 401, code: "not_signed_in" });
    expect(await newest("access.denied")).not.toMatchObject({ ip: bare.address });
    for (const headers of [
      { cookie: "atelier_session=ended.x" },
      { authorization: "Basic eDp5" },
    ]) {
      const { address } = await from("/me", { headers });
      expect(await newest("access.denied")).toMatchObject({
        ip: address,
        detail: { reason: "not_signed_in", route: "/api/v1/me" },
      });
    }
  });

  test("a cross-origin write", async () => {
    const headers = { cookie: bob.cookie, origin: "http://evil.example" };
    const { address } = await post("/projects", { name: "No" }, headers);
    expect(await newest("access.denied")).toMatchObject({
      actorId: bob.me.id,
      ip: address,
      detail: { reason: "foreign_origin" },
    });
  });

  test("a foreign Host", async () => {
    await app.app.request("http://evil.example/api/v1/setup");
    expect(await newest("access.denied")).toMatchObject({ detail: { reason: "host_not_ours" } });
  });
});

test("other refusals record nothing", async () => {
  const before = (await log("kind=refusal&limit=200")).length;
  await ada.get("/nope");
  await ada.post("/projects", { name: "" });
  await ada.post("/setup", { name: "A", email: "a@example.com", password: "a long enough one" });
  const project = await readId(await ada.post("/projects", { name: "Own" }));
  await ada.get(`/projects/${project}/files/${project}`);
  await ada.put(`/projects/${project}/archive`);
  expect((await ada.patch(`/projects/${project}`, { name: "No" })).status).toBe(409);
  expect(await log("kind=refusal&limit=200")).toHaveLength(before);
});

describe("privileged reads are recorded:", () => {
  test("by an admin, for each thing read", async () => {
    await ada.get(`/admin/users/${bob.me.id}`);
    expect(await newest("admin.read")).toMatchObject({
      actorId: ada.me.id,
      targetKind: "user",
      targetId: bob.me.id,
      detail: { route: "/api/v1/admin/users/:userId", method: "GET", count: 1 },
    });
    await ada.get("/admin/users");
    expect(await newest("admin.read")).toMatchObject({ targetKind: "user", targetId: null });
    await ada.get("/admin/audit");
    await ada.get("/admin/settings");
    const kinds = (await log("kind=read&limit=200")).map(({ targetKind }) => targetKind);
    expect(kinds).toContain("audit");
    expect(kinds).toContain("settings");
    expect(kinds).toContain("user");
  });

  test("but not when nothing was found", async () => {
    const unknown = app.deps.ids.next();
    expect((await ada.get(`/admin/users/${unknown}`)).status).toBe(404);
    expect(await log(`kind=read&targetId=${unknown}`)).toEqual([]);
  });

  test("a file's bytes and text, with user and project", async () => {
    const projectId = bob.me.personalProjectId ?? "";
    await bob.request("PUT", `/projects/${projectId}/files/note.txt`, new Blob(["A note."]));
    const [version] = await app.deps.database.sql`
      select v.id from file_versions v join files f on f.id = v.file_id where f.project_id = ${projectId}`;
    const path = `/projects/${projectId}/file-versions/${version?.id}/content`;
    expect((await bob.request("HEAD", path)).status).toBe(200);
    await bob.get(path);
    await bob.get(path);
    expect(await newest("file.downloaded")).toMatchObject({
      actorId: bob.me.id,
      targetKind: "file_version",
      targetId: version?.id,
      projectId,
      detail: { count: 3 },
    });
  });
});

test("rows are changes, refusals or reads", async () => {
  const actions = async (kind: string) => {
    const items = await log(`kind=${kind}&limit=200`);
    expect(items.filter((item) => item.kind !== kind)).toEqual([]);
    return new Set(items.map(({ action }) => action));
  };
  expect(await actions("refusal")).toEqual(
    new Set(["auth.failed", "auth.throttled", "access.denied"]),
  );
  expect(await actions("read")).toEqual(new Set(["admin.read", "file.downloaded"]));
  expect((await actions("change")).has("project.created")).toBe(true);
  for (const kind of ["refusal", "read"])
    for (const action of await actions(kind))
      expect((await actions("change")).has(action)).toBe(false);
});

test("refusals are counted by action and reason", async () => {
  const text = await app.deps.metrics.registry.metrics();
  for (const labels of [
    'action="auth.failed",reason="wrong_credentials"',
    'action="auth.throttled",reason="too_many_attempts"',
    'action="access.denied",reason="foreign_origin"',
  ])
    expect(text).toMatch(new RegExp(`atelier_refusals_total\\{${labels}\\} [1-9]`));
});

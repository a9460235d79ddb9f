import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../support/app.ts";
import { makeCast, ROLES, type Role } from "../support/cast.ts";
import {
  mountedOperations,
  type Operation,
  permittedRole,
  readOperations,
} from "../support/operations.ts";
import { readId, readProblem } from "../support/read.ts";
import { samples } from "./samples.ts";

/** Every operation of the OpenAPI document that the application serves, as every kind of caller. */

type Outcome = "success" | 401 | 403 | 404;
type Key = "read-only key" | "admin's key" | "admin key";
type Outcomes = Record<Exclude<Role, Key>, Outcome>;

const members = (viewer: Outcome, editor: Outcome, owner: Outcome): Outcomes => ({
  anonymous: 401,
  stranger: 404,
  viewer,
  editor,
  owner,
  // An admin runs the workspace; a project's content is for its members only.
  admin: 404,
});
const everybody = (anonymous: Outcome): Outcomes => ({
  anonymous,
  stranger: "success",
  viewer: "success",
  editor: "success",
  owner: "success",
  admin: "success",
});

const adminOnly: Outcomes = {
  anonymous: 401,
  stranger: 404,
  viewer: 404,
  editor: 404,
  owner: 404,
  admin: "success",
};

/** Expected outcomes by access rule. A route with an unknown rule fails. */
const EXPECTED: Record<string, Outcomes> = {
  anyone: everybody("success"),
  "signed-in": everybody(401),
  session: everybody(401),
  admin: adminOnly,
  "admin-session": adminOnly,
  "project:viewer": members("success", "success", "success"),
  "project:editor": members(403, "success", "success"),
  "project:owner": members(403, 403, "success"),
  // The sample names the viewer, who may remove only himself.
  "project:owner-or-self": members("success", 403, "success"),
  // The samples are agents of the project, and threads of its owner that the project may see.
  "agent:read": members("success", "success", "success"),
  "agent:write": members(403, "success", "success"),
  "thread:read": members("success", "success", "success"),
  "thread:write": members(403, "success", "success"),
  "thread:manage": members(403, 403, "success"),
};

/**
 * Keys manage no account, session or key, whatever their key scopes. The owner's key with `read` reads what the
 * owner reads; an admin's key acts as the admin with the scope `admin`, else as a member.
 */
function expectedForKey({ access = "", method }: Operation, key: Key): Outcome {
  if (access === "anyone") return "success";
  if (access === "session" || access === "admin-session") return 403;
  if (key === "read-only key") {
    return method === "GET" && access !== "admin" ? (EXPECTED[access]?.owner ?? 404) : 403;
  }
  if (access === "admin" && key === "admin's key") return 403;
  return EXPECTED[access]?.admin ?? 404;
}

function isKey(role: Role): role is Key {
  return role.includes("key");
}

/** Operations without an effect that are not GET, because a secret must not be in a URL. */
const ASKS_WITH_SECRET = new Set(["POST /auth/password-check"]);

let app: TestApp;
let operations: Operation[];
beforeAll(async () => {
  app = await createTestApp();
  // The first account is the admin.
  await app.person("Founder");
  operations = await readOperations(app);
});
afterAll(() => app.close());

test("every mounted route is in the OpenAPI document, and the other way round", () => {
  expect(mountedOperations(app)).toEqual(operations.map(({ name }) => name).sort());
});

test("every operation states a known access rule, what it records, and has a sample", () => {
  const wrong = operations.filter(
    ({ name, method, access, audit }) =>
      access === undefined ||
      EXPECTED[access] === undefined ||
      audit === undefined ||
      (audit === null && method !== "GET" && !ASKS_WITH_SECRET.has(name)) ||
      samples[name] === undefined,
  );
  expect(wrong.map(({ name, access, audit }) => `${name}: ${access}, ${audit}`)).toEqual([]);
});

test("every read that only an admin may do, and every way to a file's content, is recorded", () => {
  const reads = operations.filter(({ method }) => method === "GET");
  const recorded = (audit: string) =>
    reads.filter((one) => one.audit === audit).map(({ name }) => name);
  expect(recorded("admin.read")).toEqual(
    reads.filter(({ access = "" }) => access.startsWith("admin")).map(({ name }) => name),
  );
  expect(recorded("file.downloaded")).toEqual(
    ["text", "content"].map(
      (what) => `GET /projects/{projectId}/file-versions/{versionId}/${what}`,
    ),
  );
});

test("every sample is of an operation that exists", () => {
  const names = new Set(operations.map(({ name }) => name));
  expect(Object.keys(samples).filter((name) => !names.has(name))).toEqual([]);
});

describe("each route answers each caller as its rule says, and nothing on the way may keep it:", () => {
  for (const role of ROLES) {
    test(role, async () => {
      const surprises: string[] = [];
      for (const operation of operations) {
        const surprise = await probe(operation, role);
        if (surprise !== null) surprises.push(surprise);
      }
      expect(surprises).toEqual([]);
    }, 120_000);
  }
});

/** Changes allowed in an archived project: those that end things, and unarchiving. */
const IN_THE_ARCHIVE = new Set([
  "DELETE /projects/{projectId}",
  "POST /projects/{projectId}/restore",
  "PUT /projects/{projectId}/archive",
  "DELETE /projects/{projectId}/archive",
  "DELETE /projects/{projectId}/members/{principalId}",
  "POST /generations/{generationId}/stop",
]);

test("what belongs to one project is not found below another, though the caller owns that one", async () => {
  const surprises: string[] = [];
  const nested = operations.filter(({ name }) => /\{projectId\}\/.*\{\w+Id\}/.test(name));
  for (const operation of nested) {
    const cast = await makeCast(app);
    const sample = await samples[operation.name]?.(cast, "owner");
    if (sample === undefined) continue;
    const { stranger } = cast.callers;
    const own = await readId(await stranger.post("/projects", { name: "Mine" }));
    const path = sample.path.replace(cast.projectId, own);
    const response = await stranger.request(operation.method, path, sample.body);
    if (response.status !== 404) surprises.push(`${operation.name}: ${response.status}`);
    await response.body?.cancel();
  }
  expect(nested.length).toBeGreaterThan(5);
  expect(surprises).toEqual([]);
});

test("a private thread, its answers included, is its owner's alone, in a project of many", async () => {
  const surprises: string[] = [];
  const onThreads = operations.filter(({ access = "" }) => access.startsWith("thread:"));
  for (const operation of onThreads) {
    const cast = await makeCast(app);
    const sample = await samples[operation.name]?.(cast, "owner");
    if (sample === undefined) continue;
    const { sql } = app.deps.database;
    await sql`update threads set visibility = 'private', owner_id = ${cast.people.editor.id}
      where project_id = ${cast.projectId}`;
    const statuses: string[] = [];
    for (const role of ["anonymous", "stranger", "viewer", "owner", "admin", "editor"] as const) {
      const { path, body } = sample;
      const response = await cast.callers[role].request(operation.method, path, body);
      statuses.push(`${role} ${response.status}`);
      await response.body?.cancel();
    }
    const expected = `anonymous 401, stranger 404, viewer 404, owner 404, admin 404, editor ${operation.success}`;
    if (statuses.join(", ") !== expected)
      surprises.push(`${operation.name}: ${statuses.join(", ")}`);
  }
  expect(onThreads.length).toBeGreaterThan(8);
  expect(surprises).toEqual([]);
});

test("an archived project is read as before and takes no change", async () => {
  const surprises: string[] = [];
  const inProjects = operations.filter(({ access = "" }) => access.includes(":"));
  for (const operation of inProjects) {
    const cast = await makeCast(app);
    const sample = await samples[operation.name]?.(cast, "owner");
    if (sample === undefined) continue;
    await app.deps.database
      .sql`update projects set archived_at = now() where id = ${cast.projectId}`;
    const { path, body } = sample;
    const response = await cast.callers.owner.request(operation.method, path, body);
    const open = operation.method === "GET" || IN_THE_ARCHIVE.has(operation.name);
    const expected = open ? (sample.status ?? operation.success) : 409;
    const text = response.headers.get("content-type")?.includes("json")
      ? await response.text()
      : "";
    if (response.status !== expected || (!open && !text.includes("project_archived")))
      surprises.push(
        `${operation.name}: ${response.status}, not ${expected} ${text.slice(0, 200)}`,
      );
  }
  expect(surprises).toEqual([]);
}, 120_000);

test("of two changes made from the same version, one wins and the other is told so", async () => {
  const outcomes: string[] = [];
  for (const operation of operations.filter(({ method }) => method === "PATCH")) {
    const role = permittedRole(operation);
    const cast = await makeCast(app);
    const sample = await samples[operation.name]?.(cast, role);
    if (sample === undefined) continue;
    const tag = (await cast.callers[role].get(sample.path)).headers.get("etag");
    if (tag === null) continue;
    const change = () =>
      cast.callers[role].request("PATCH", sample.path, sample.body, { "if-match": tag });
    const both = await Promise.all([change(), change()]);
    const statuses = both.map(({ status }) => status).sort();
    outcomes.push(`${operation.name} ${statuses}`);
  }
  expect(outcomes.length).toBeGreaterThan(5);
  expect(outcomes.filter((outcome) => !outcome.endsWith(" 200,412"))).toEqual([]);
});

/** Sends the request and returns any unexpected outcome. */
async function probe(operation: Operation, role: Role): Promise<string | null> {
  const makeSample = samples[operation.name];
  const outcomes = EXPECTED[operation.access ?? ""];
  if (makeSample === undefined || outcomes === undefined) return `${operation.name}: no sample`;
  const cast = await makeCast(app);
  const { path, body, always, status = operation.success } = await makeSample(cast, role);
  const response = await cast.callers[role].request(operation.method, path, body);
  const outcome = isKey(role) ? expectedForKey(operation, role) : outcomes[role];
  const expected = always?.status ?? (outcome === "success" ? status : outcome);
  const line = `${operation.name} as ${role}: ${response.status}, not ${expected}`;
  const kept = response.headers.get("cache-control") ?? "";
  if (!/\bno-store\b/.test(kept)) return `${operation.name} as ${role}: may be kept (${kept})`;
  if (response.status !== expected) return `${line} ${(await response.text()).slice(0, 200)}`;
  if (outcome === "success" && always === undefined) {
    await response.body?.cancel();
    return null;
  }
  const { code } = await readProblem(response);
  if (always !== undefined && code !== always.code) return `${operation.name}: ${code}`;
  return null;
}

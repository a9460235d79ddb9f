import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Person, TestApp } from "../../../test/support/app.ts";
import type { TestClock } from "../../../test/support/clock.ts";
import { read, readId, readProblem } from "../../../test/support/read.ts";
import { contextOf, projectScope } from "../../../test/support/scopes.ts";
import { createSharedProject } from "../../../test/support/two-people.ts";
import { systemContext } from "../../platform/context.ts";
import { requireUsableAgent, resolveAgent } from "./index.ts";
import { agent, agentList } from "./schema.ts";
import { purgeDeletedAgents } from "./service.ts";

const DAY_MS = 86_400_000;
let clock: TestClock;
let app: TestApp;
let ada: Person;
let bob: Person;
let projectId: string;
let modelId: string;
beforeAll(async () => {
  ({ app, ada, bob, clock, projectId, modelId } = await createSharedProject("viewer"));
});
afterAll(() => app.close());

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const start = async (body: object = { name: "Brief" }) =>
  readId(await ada.post(`/projects/${projectId}/agents`, body));
const show = async (id: string) => read(await ada.get(`/agents/${id}`), agent);
const names = async (path: string) =>
  (await read(await ada.get(path), agentList)).items.map(({ name }) => name);

describe("an agent", () => {
  test("is shown with all its fields, and an ETag of its version", async () => {
    const body = {
      name: "Counsel",
      description: "Reads contracts",
      instructions: "Cite the clause.\n",
      modelId,
      temperature: 0.2,
      maxOutputTokens: 500,
      effort: "high" as const,
    };
    const created = await ada.post(`/projects/${projectId}/agents`, body);
    expect(created.status).toBe(201);
    expect(created.headers.get("etag")).toBe('"v1"');
    const shown = await read(created, agent);
    expect(shown).toEqual({
      ...body,
      id: expect.any(String),
      projectId,
      isDefault: false,
      version: 1,
      deletedAt: null,
      createdAt: instant,
      updatedAt: instant,
    });
    const again = await ada.get(`/agents/${shown.id}`);
    expect(again.headers.get("etag")).toBe('"v1"');
    expect(await read(again, agent)).toEqual(shown);
    const ofWorkspace = await ada.post("/agents", body);
    expect(ofWorkspace.headers.get("etag")).toBe('"v1"');
    expect(await read(ofWorkspace, agent)).toMatchObject({ ...body, projectId: null });
  });

  test("leaves unset fields to the model", async () => {
    expect(await show(await start({ name: "Bare" }))).toMatchObject({
      description: "",
      instructions: "",
      modelId: null,
      temperature: null,
      maxOutputTokens: null,
      effort: null,
    });
  });

  test("changes only in the sent fields, with a new time and version", async () => {
    const id = await start({ name: "Brief", temperature: 1, modelId });
    const before = await show(id);
    clock.advance(60_000);
    const changed = await ada.patch(`/agents/${id}`, { temperature: null, maxOutputTokens: 7 });
    expect(changed.headers.get("etag")).toBe('"v2"');
    expect(await read(changed, agent)).toEqual({
      ...before,
      temperature: null,
      maxOutputTokens: 7,
      version: 2,
      updatedAt: clock.now().toISOString(),
    });
    const [row] = await app.deps.database.sql`
      select detail, project_id from audit_log where action = 'agent.updated' and target_id = ${id}`;
    expect(row).toEqual({
      detail: { changed: ["temperature", "maxOutputTokens"] },
      project_id: projectId,
    });
  });

  test("of the workspace has no project in the audit log", async () => {
    const id = await readId(await ada.post("/agents", { name: "Everybody's" }));
    const [row] = await app.deps.database.sql`
      select project_id, detail from audit_log where action = 'agent.created' and target_id = ${id}`;
    expect(row).toEqual({ project_id: null, detail: {} });
  });

  test.each([
    ["name", { name: "x".repeat(121) }, { name: "x".repeat(120) }],
    ["description", { description: "x".repeat(2_001) }, { description: "x".repeat(2_000) }],
    ["instructions", { instructions: "x".repeat(50_001) }, { instructions: "x".repeat(50_000) }],
    ["temperature", { temperature: 2.01 }, { temperature: 2 }],
    ["temperature", { temperature: -0.01 }, { temperature: 0 }],
    ["maxOutputTokens", { maxOutputTokens: 1_000_001 }, { maxOutputTokens: 1_000_000 }],
    ["maxOutputTokens", { maxOutputTokens: 0 }, { maxOutputTokens: 1 }],
    ["maxOutputTokens", { maxOutputTokens: 1.5 }, { maxOutputTokens: null }],
  ])("takes a %s within its limits (%#)", async (field, wrong, right) => {
    const id = await start();
    for (const asked of [
      () => ada.patch(`/agents/${id}`, wrong),
      () => ada.post("/agents", { name: "Brief", ...wrong }),
    ]) {
      const problem = await readProblem(await asked());
      expect(problem).toMatchObject({ status: 422, code: "validation_failed" });
      expect(problem.errors?.map(({ path }) => path)).toEqual([field]);
    }
    expect((await ada.patch(`/agents/${id}`, right)).status).toBe(200);
  });

  test("refuses unknown fields", async () => {
    const id = await start();
    for (const asked of [
      () => ada.patch(`/agents/${id}`, { projectId: null }),
      () => ada.post("/agents", { name: "Brief", version: 9 }),
    ])
      expect((await readProblem(await asked())).code).toBe("validation_failed");
  });

  test("reports code and field when it cannot be read or changed", async () => {
    const id = await start();
    const workspace = await readId(await ada.post("/agents", { name: "Everybody's" }));
    const codeOf = async (response: Response) => {
      const { status, code } = await readProblem(response);
      return `${status} ${code}`;
    };
    expect(await codeOf(await ada.get(`/agents/${Bun.randomUUIDv7()}`))).toBe(
      "404 agent_not_found",
    );
    expect(await codeOf(await bob.patch(`/agents/${workspace}`, { name: "Mine" }))).toBe(
      "403 admin_needed",
    );
    expect(await codeOf(await bob.patch(`/agents/${id}`, { name: "Mine" }))).toBe(
      "403 project_role_needed",
    );
    expect(await codeOf(await app.anonymous.get(`/agents/${id}`))).toBe("401 not_signed_in");
    const lost = await ada.patch(`/agents/${id}`, { modelId: Bun.randomUUIDv7() });
    const problem = await readProblem(lost);
    expect(problem).toMatchObject({ status: 422, code: "model_not_offered" });
    expect(problem.errors?.map(({ path }) => path)).toEqual(["modelId"]);
  });

  test.each(["models.enabled = false", "models.deleted_at = now()"])(
    "cannot choose a model with %s",
    async (state) => {
      const column = state.split(".")[1] ?? "";
      const { sql } = app.deps.database;
      await sql.unsafe(`update models set ${column} where id = '${modelId}'`);
      const refused = await ada.post("/agents", { name: "Late", modelId });
      await sql`update models set enabled = true, deleted_at = null where id = ${modelId}`;
      expect((await readProblem(refused)).code).toBe("model_not_offered");
      expect((await ada.post("/agents", { name: "In time", modelId })).status).toBe(201);
    },
  );

  test.each(["enabled = false", "deleted_at = now()"])(
    "cannot choose a model whose provider has %s",
    async (state) => {
      const { sql } = app.deps.database;
      await sql.unsafe(`update providers set ${state}`);
      const refused = await ada.post("/agents", { name: "Late", modelId });
      await sql`update providers set enabled = true, deleted_at = null`;
      expect((await readProblem(refused)).code).toBe("model_not_offered");
    },
  );
});

describe("the lists of agents", () => {
  test("are by name, ignoring case, a project's own separate from the workspace's", async () => {
    const other = await readId(await ada.post("/projects", { name: "Other" }));
    for (const name of ["beta", "Alpha", "Gamma"])
      await ada.post(`/projects/${other}/agents`, { name });
    expect(await names(`/projects/${other}/agents`)).toEqual(["Alpha", "beta", "Gamma"]);
    expect(await names("/agents")).toContain("Assistant");
    expect(await names("/agents")).not.toContain("Alpha");
  });

  test("show deleted ones separately, until the restore window ends", async () => {
    const other = await readId(await ada.post("/projects", { name: "Bin" }));
    const path = `/projects/${other}/agents`;
    const id = await readId(await ada.post(path, { name: "Gone" }));
    await ada.post(path, { name: "Here" });
    await ada.delete(`/agents/${id}`);
    expect(await names(path)).toEqual(["Here"]);
    const [gone] = (await read(await ada.get(`${path}?deleted=true`), agentList)).items;
    expect(gone).toMatchObject({ name: "Gone", deletedAt: clock.now().toISOString() });
    clock.advance(3 * DAY_MS - 1);
    expect(await names(`${path}?deleted=true`)).toEqual(["Gone"]);
    const restored = await ada.post(`/agents/${id}/restore`);
    expect(restored.headers.get("etag")).toBe('"v3"');
    expect(await read(restored, agent)).toMatchObject({
      deletedAt: null,
      updatedAt: clock.now().toISOString(),
    });
    await ada.delete(`/agents/${id}`);
    clock.advance(3 * DAY_MS);
    expect(await names(`${path}?deleted=true`)).toEqual([]);
    expect(await readProblem(await ada.post(`/agents/${id}/restore`))).toMatchObject({
      status: 404,
      code: "agent_not_found",
    });
  });

  test("lose a deleted agent when its restore window has ended, and no other", async () => {
    const [gone, late, stays] = [await start(), await start(), await start()];
    await ada.delete(`/agents/${gone}`);
    clock.advance(1);
    await ada.delete(`/agents/${late}`);
    clock.advance(3 * DAY_MS);
    await purgeDeletedAgents(systemContext(app.deps, "purge"));
    const left = await app.deps.database
      .sql`select id from agents where id in (${gone}, ${late}, ${stays}) order by id`;
    expect(left.map((row) => String(row.id))).toEqual([late, stays]);
  });

  test("a deleted agent is neither changed nor deleted again, one in use not restored", async () => {
    const id = await start();
    expect((await readProblem(await ada.post(`/agents/${id}/restore`))).code).toBe(
      "agent_not_found",
    );
    await ada.delete(`/agents/${id}`);
    for (const asked of [
      () => ada.patch(`/agents/${id}`, { name: "Late" }),
      () => ada.delete(`/agents/${id}`),
    ])
      expect((await readProblem(await asked())).code).toBe("agent_not_found");
  });
});

describe("the agent of an answer", () => {
  test("sets instructions, model, temperature, cap and effort", async () => {
    const body = {
      instructions: "Cite.",
      modelId,
      temperature: 0.5,
      maxOutputTokens: 9,
      effort: "low" as const,
    };
    const id = await start({ name: "Brief", ...body });
    const scope = await projectScope(app, bob, projectId, "viewer");
    const expected = { id, name: "Brief", ...body };
    expect(await resolveAgent(contextOf(app, bob), scope, id)).toEqual(expected);
    expect(await requireUsableAgent(contextOf(app, bob), scope, id)).toEqual(expected);
  });

  test("may be the workspace's, but not another project's or a deleted one", async () => {
    const other = await readId(await ada.post("/projects", { name: "Other" }));
    const foreign = await readId(await ada.post(`/projects/${other}/agents`, { name: "Foreign" }));
    const workspace = await readId(await ada.post("/agents", { name: "Everybody's" }));
    const deleted = await start();
    await ada.delete(`/agents/${deleted}`);
    const scope = await projectScope(app, bob, projectId, "viewer");
    const ctx = contextOf(app, bob);
    expect((await requireUsableAgent(ctx, scope, workspace)).name).toBe("Everybody's");
    for (const id of [foreign, deleted])
      await expect(requireUsableAgent(ctx, scope, id)).rejects.toThrow("agent_unknown");
  });
});

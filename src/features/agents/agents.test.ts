import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Person, TestApp } from "../../../test/support/app.ts";
import { codeOf, read, readId, readProblem } from "../../../test/support/read.ts";
import { projectScope } from "../../../test/support/scopes.ts";
import { createAppForTwo } from "../../../test/support/two-people.ts";
import { systemContext } from "../../platform/context.ts";
import { DEFAULT_AGENT_ID, resolveAgent } from "./index.ts";
import { agent, agentList } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  ({ app, ada, bob } = await createAppForTwo());
});
afterAll(() => app.close());

const project = async (owner: Person) => readId(await owner.post("/projects", { name: "Plans" }));

test("a new workspace has an assistant that everyone may read and no one may delete", async () => {
  const { items } = await read(await bob.get("/agents"), agentList);
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ id: DEFAULT_AGENT_ID, name: "Assistant", isDefault: true });
  expect(items[0]?.instructions).toContain("documents");
  const refused = await readProblem(await ada.delete(`/agents/${DEFAULT_AGENT_ID}`));
  expect(refused).toMatchObject({ status: 409, code: "default_agent" });
});

test("only an admin changes an agent of the workspace", async () => {
  const id = await readId(await ada.post("/agents", { name: "Lawyer", temperature: 0.2 }));
  expect((await bob.get(`/agents/${id}`)).status).toBe(200);
  expect(await codeOf(await bob.patch(`/agents/${id}`, { name: "Mine" }))).toBe("403 admin_needed");
  expect(await codeOf(await bob.post("/agents", { name: "Mine" }))).toBe("404 not_found");
  expect((await ada.patch(`/agents/${id}`, { name: "Counsel" })).status).toBe(200);
});

test("a project's agent is hidden from non-members, admins included", async () => {
  const projectId = await project(bob);
  const id = await readId(await bob.post(`/projects/${projectId}/agents`, { name: "Editor" }));
  expect(await codeOf(await ada.get(`/agents/${id}`))).toBe("404 agent_not_found");
  expect(await codeOf(await ada.patch(`/agents/${id}`, { name: "Mine" }))).toBe(
    "404 agent_not_found",
  );
  expect((await bob.get(`/agents/${id}`)).status).toBe(200);
});

test("a change based on an older version is refused", async () => {
  const created = await ada.post("/agents", { name: "Poet" });
  const tag = created.headers.get("etag") ?? "";
  const id = await readId(created);
  const first = await ada.patch(`/agents/${id}`, { name: "Bard" }, { "if-match": tag });
  expect(first.status).toBe(200);
  const second = await ada.patch(`/agents/${id}`, { name: "Skald" }, { "if-match": tag });
  expect((await readProblem(second)).code).toBe("changed_meanwhile");
  expect((await read(await ada.get(`/agents/${id}`), agent)).name).toBe("Bard");
});

test("a deleted agent is listed only for those who may change it, and can be restored", async () => {
  const projectId = await project(bob);
  const id = await readId(await bob.post(`/projects/${projectId}/agents`, { name: "Short-lived" }));
  expect((await bob.delete(`/agents/${id}`)).status).toBe(204);
  expect(await codeOf(await bob.get(`/agents/${id}`))).toBe("404 agent_not_found");
  const list = async (query: string) =>
    (await read(await bob.get(`/projects/${projectId}/agents${query}`), agentList)).items;
  expect(await list("")).toHaveLength(0);
  expect(await list("?deleted=true")).toHaveLength(1);
  expect((await bob.post(`/agents/${id}/restore`)).status).toBe(200);
  expect(await list("")).toHaveLength(1);
});

test("a model that the workspace does not offer is refused", async () => {
  const refused = await ada.post("/agents", { name: "Lost", modelId: Bun.randomUUIDv7() });
  expect(await readProblem(refused)).toMatchObject({ status: 422, code: "model_not_offered" });
});

test("an answer uses the chosen agent, or the default when the choice was deleted or belongs elsewhere", async () => {
  const projectId = await project(bob);
  const foreign = await project(bob);
  const id = await readId(
    await bob.post(`/projects/${projectId}/agents`, { name: "Brief", maxOutputTokens: 200 }),
  );
  const ctx = systemContext(app.deps, "test");
  const scope = (where: string) => projectScope(app, bob, where, "viewer");
  expect(await resolveAgent(ctx, await scope(projectId), id)).toMatchObject({
    name: "Brief",
    maxOutputTokens: 200,
  });
  expect((await resolveAgent(ctx, await scope(foreign), id)).id).toBe(DEFAULT_AGENT_ID);
  expect((await resolveAgent(ctx, await scope(projectId), null)).name).toBe("Assistant");
  await bob.delete(`/agents/${id}`);
  expect((await resolveAgent(ctx, await scope(projectId), id)).id).toBe(DEFAULT_AGENT_ID);
});

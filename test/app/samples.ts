import { generation, startedAnswer } from "../../src/features/generation/schema.ts";
import { hashToken } from "../../src/features/identity/set-up.ts";
import { uploadedFile } from "../../src/features/knowledge/schema.ts";
import { adminProviders, modelChoices } from "../../src/features/models/schema.ts";
import { type Cast, PASSWORD, type Role } from "../support/cast.ts";
import { until } from "../support/generation.ts";
import { read, readId } from "../support/read.ts";

/** A request that succeeds for an authorized caller. */
export interface Sample {
  path: string;
  body?: unknown;
  /** The success status, if not the document's first one. */
  status?: number;
  /** For operations that cannot succeed in a workspace in use: the response for everyone. */
  always?: { status: number; code: string };
}

/** Creates what the request needs, and the request itself. */
export type MakeSample = (cast: Cast, as: Role) => Sample | Promise<Sample>;

const created = async (response: Promise<Response>): Promise<string> => {
  const answer = await response;
  if (answer.status >= 300) throw new Error(`sample: ${answer.status} ${await answer.text()}`);
  return readId(answer);
};

const project = (cast: Cast) => `/projects/${cast.projectId}`;
const agentOf = (cast: Cast) =>
  created(cast.callers.owner.post(`${project(cast)}/agents`, { name: "Sample" }));

const identity: Record<string, MakeSample> = {
  "GET /setup": () => ({ path: "/setup" }),
  "POST /setup": (cast) => ({
    path: "/setup",
    body: { name: "Late", email: `late-${cast.projectId}@example.com`, password: PASSWORD },
    always: { status: 409, code: "setup_done" },
  }),
  "POST /auth/sign-up": (cast) => ({
    path: "/auth/sign-up",
    body: { name: "New", email: `new-${cast.projectId}@example.com`, password: PASSWORD },
  }),
  "POST /auth/sign-in": (cast, as) => ({
    path: "/auth/sign-in",
    body: { email: cast.self(as).email, password: PASSWORD },
  }),
  "POST /auth/sign-out": () => ({ path: "/auth/sign-out" }),
  "POST /auth/password-check": () => ({
    path: "/auth/password-check",
    body: { password: PASSWORD, name: "Ada", email: "ada@example.com" },
  }),
  "POST /auth/password-reset": async (cast, as) => {
    const { deps } = cast.app;
    const token = `reset-${cast.projectId}`;
    await deps.database.sql`
      insert into one_time_tokens (id, purpose, token_hash, user_id, expires_at)
      values (${deps.ids.next()}, 'password_reset', ${hashToken(token)}, ${cast.self(as).id},
        now() + interval '1 day')`;
    return { path: "/auth/password-reset", body: { token, newPassword: "another long password" } };
  },
  "GET /me": () => ({ path: "/me" }),
  "PATCH /me": () => ({ path: "/me", body: { name: "Renamed" } }),
  "POST /me/password": () => ({
    path: "/me/password",
    body: { currentPassword: PASSWORD, newPassword: "another long password" },
  }),
  "POST /me/confirm-password": () => ({
    path: "/me/confirm-password",
    body: { password: PASSWORD },
  }),
  "GET /me/sessions": () => ({ path: "/me/sessions" }),
  "DELETE /me/sessions/{sessionId}": (cast, as) => ({
    path: `/me/sessions/${cast.self(as).sessionId}`,
  }),
  "GET /me/api-keys": () => ({ path: "/me/api-keys" }),
  "POST /me/api-keys": () => ({ path: "/me/api-keys", body: { name: "CI", scopes: ["read"] } }),
  "POST /me/api-keys/{keyId}/rotate": (cast, as) => ({
    path: `/me/api-keys/${cast.self(as).keyId}/rotate`,
    body: { overlapHours: 1 },
  }),
  "DELETE /me/api-keys/{keyId}": (cast, as) => ({ path: `/me/api-keys/${cast.self(as).keyId}` }),
};

const projects: Record<string, MakeSample> = {
  "GET /projects": () => ({ path: "/projects" }),
  "POST /projects": () => ({ path: "/projects", body: { name: "New" } }),
  "GET /projects/{projectId}": (cast) => ({ path: project(cast) }),
  "PATCH /projects/{projectId}": (cast) => ({ path: project(cast), body: { name: "Renamed" } }),
  "DELETE /projects/{projectId}": (cast) => ({ path: project(cast) }),
  "POST /projects/{projectId}/restore": async (cast) => {
    await cast.callers.owner.delete(project(cast));
    return { path: `${project(cast)}/restore` };
  },
  "PUT /projects/{projectId}/archive": (cast) => ({ path: `${project(cast)}/archive` }),
  "DELETE /projects/{projectId}/archive": async (cast) => {
    await cast.callers.owner.put(`${project(cast)}/archive`);
    return { path: `${project(cast)}/archive` };
  },
  "GET /projects/{projectId}/members": (cast) => ({ path: `${project(cast)}/members` }),
  "POST /projects/{projectId}/members": (cast) => ({
    path: `${project(cast)}/members`,
    body: { email: cast.people.stranger.email, role: "viewer" },
  }),
  "PATCH /projects/{projectId}/members/{principalId}": (cast) => ({
    path: `${project(cast)}/members/${cast.people.viewer.id}`,
    body: { role: "editor" },
  }),
  "DELETE /projects/{projectId}/members/{principalId}": (cast) => ({
    path: `${project(cast)}/members/${cast.people.viewer.id}`,
  }),
};

const agents: Record<string, MakeSample> = {
  "GET /agents": () => ({ path: "/agents" }),
  "POST /agents": async (cast) => ({
    path: "/agents",
    body: { name: "New", modelId: await builtinModel(cast) },
  }),
  "GET /projects/{projectId}/agents": (cast) => ({ path: `${project(cast)}/agents` }),
  "POST /projects/{projectId}/agents": async (cast) => ({
    path: `${project(cast)}/agents`,
    body: { name: "New", modelId: await builtinModel(cast) },
  }),
  "GET /agents/{agentId}": async (cast) => ({ path: `/agents/${await agentOf(cast)}` }),
  "PATCH /agents/{agentId}": async (cast) => ({
    path: `/agents/${await agentOf(cast)}`,
    body: { name: "Renamed" },
  }),
  "DELETE /agents/{agentId}": async (cast) => ({ path: `/agents/${await agentOf(cast)}` }),
  "POST /agents/{agentId}/restore": async (cast) => {
    const id = await agentOf(cast);
    await cast.callers.owner.delete(`/agents/${id}`);
    return { path: `/agents/${id}/restore` };
  },
};

const threadOf = (cast: Cast) =>
  created(cast.callers.owner.post(`${project(cast)}/threads`, { visibility: "project" }));

async function builtinModel(cast: Cast): Promise<string> {
  const { items } = await read(await cast.callers.owner.get("/models"), modelChoices);
  return items.find(({ providerKind }) => providerKind === "excerpts")?.id ?? "";
}

/** Names the built-in model: the providers of other samples are unreachable. */
const question = async (cast: Cast) => ({
  text: "How high is the rent?",
  modelId: await builtinModel(cast),
});

/** A thread with a question and an answer stopped at once, since the built-in model is slow. */
async function answered(cast: Cast) {
  const threadId = await threadOf(cast);
  const response = await cast.callers.owner.post(
    `/threads/${threadId}/messages`,
    await question(cast),
  );
  const { generationId, assistantMessage } = await read(response, startedAnswer);
  await cast.callers.owner.post(`/generations/${generationId}/stop`);
  await until(
    async () =>
      (await read(await cast.callers.owner.get(`/generations/${generationId}`), generation))
        .status !== "running",
  );
  return { threadId, generationId, answerId: assistantMessage.id };
}

const threads: Record<string, MakeSample> = {
  "GET /threads": () => ({ path: "/threads" }),
  "GET /projects/{projectId}/threads": (cast) => ({ path: `${project(cast)}/threads` }),
  "POST /projects/{projectId}/threads": async (cast) => ({
    path: `${project(cast)}/threads`,
    body: { title: "New", agentId: await agentOf(cast), modelId: await builtinModel(cast) },
  }),
  "GET /threads/{threadId}": async (cast) => ({ path: `/threads/${await threadOf(cast)}` }),
  "GET /threads/{threadId}/messages": async (cast) => ({
    path: `/threads/${await threadOf(cast)}/messages`,
  }),
  "PATCH /threads/{threadId}": async (cast) => ({
    path: `/threads/${await threadOf(cast)}`,
    body: {
      title: "Renamed",
      agentId: await agentOf(cast),
      modelId: await builtinModel(cast),
    },
  }),
  "DELETE /threads/{threadId}": async (cast) => ({ path: `/threads/${await threadOf(cast)}` }),
  "PUT /threads/{threadId}/leaf": async (cast) => {
    const { threadId, answerId } = await answered(cast);
    return { path: `/threads/${threadId}/leaf`, body: { messageId: answerId } };
  },
  "POST /threads/{threadId}/restore": async (cast) => {
    const id = await threadOf(cast);
    await cast.callers.owner.delete(`/threads/${id}`);
    return { path: `/threads/${id}/restore` };
  },
  "POST /threads/{threadId}/messages": async (cast) => ({
    path: `/threads/${await threadOf(cast)}/messages`,
    body: { ...(await question(cast)), agentId: await agentOf(cast) },
  }),
  "POST /messages/{messageId}/regenerate": async (cast) => ({
    path: `/messages/${(await answered(cast)).answerId}/regenerate`,
    body: { modelId: await builtinModel(cast) },
  }),
  "GET /generations/{generationId}": async (cast) => ({
    path: `/generations/${(await answered(cast)).generationId}`,
  }),
  "POST /generations/{generationId}/stop": async (cast) => ({
    path: `/generations/${(await answered(cast)).generationId}/stop`,
  }),
  "GET /generations/{generationId}/events": async (cast) => ({
    path: `/generations/${(await answered(cast)).generationId}/events`,
  }),
};

const workspace: Record<string, MakeSample> = {
  "GET /projects/{projectId}/usage": (cast) => ({ path: `${project(cast)}/usage` }),
  "GET /me/usage": () => ({ path: "/me/usage" }),
  "GET /models": () => ({ path: "/models" }),
  "GET /admin/audit": () => ({ path: "/admin/audit" }),
};

const TEXT = "The rent is 1,200 euros a month.";

/** A file whose text has been read, with its version. */
async function fileOf(cast: Cast): Promise<{ path: string; version: string }> {
  const { sql } = cast.app.deps.database;
  const stored = await cast.callers.owner.request(
    "PUT",
    `${project(cast)}/files/lease.txt`,
    new Blob([TEXT]),
  );
  const { id, newest } = await read(stored, uploadedFile);
  await sql`update file_versions set status = 'ready', text_length = ${TEXT.length},
    token_count = 10, language = 'english' where id = ${newest.id}`;
  await sql`insert into text_chunks (file_version_id, ordinal, start_offset, end_offset, token_count, text)
    values (${newest.id}, 0, 0, ${TEXT.length}, 10, ${TEXT})`;
  await sql`update files set current_version_id = ${newest.id} where id = ${id}`;
  return {
    path: `${project(cast)}/files/${id}`,
    version: `${project(cast)}/file-versions/${newest.id}`,
  };
}

const knowledge: Record<string, MakeSample> = {
  "GET /projects/{projectId}/files": (cast) => ({ path: `${project(cast)}/files` }),
  "POST /projects/{projectId}/files": (cast) => {
    const body = new FormData();
    body.append("files", new File([TEXT], "lease.txt"));
    return { path: `${project(cast)}/files`, body };
  },
  "PUT /projects/{projectId}/files/{name}": (cast) => ({
    path: `${project(cast)}/files/lease.txt`,
    body: new Blob([TEXT]),
    status: 201,
  }),
  "GET /projects/{projectId}/files/{fileId}": async (cast) => ({
    path: (await fileOf(cast)).path,
  }),
  "DELETE /projects/{projectId}/files/{fileId}": async (cast) => ({
    path: (await fileOf(cast)).path,
  }),
  "POST /projects/{projectId}/files/{fileId}/restore": async (cast) => {
    const { path } = await fileOf(cast);
    await cast.callers.owner.delete(path);
    return { path: `${path}/restore` };
  },
  "POST /projects/{projectId}/files/{fileId}/retry": async (cast) => {
    const { path, version } = await fileOf(cast);
    await cast.app.deps.database.sql`update file_versions
      set status = 'failed', failure = 'file_damaged' where id = ${version.split("/").at(-1) ?? ""}`;
    return { path: `${path}/retry` };
  },
  "GET /projects/{projectId}/files/{fileId}/versions": async (cast) => ({
    path: `${(await fileOf(cast)).path}/versions`,
  }),
  "GET /projects/{projectId}/file-versions/{versionId}": async (cast) => ({
    path: (await fileOf(cast)).version,
  }),
  "GET /projects/{projectId}/file-versions/{versionId}/text": async (cast) => ({
    path: `${(await fileOf(cast)).version}/text`,
  }),
  "GET /projects/{projectId}/file-versions/{versionId}/content": async (cast) => ({
    path: `${(await fileOf(cast)).version}/content`,
  }),
  "GET /projects/{projectId}/storage": (cast) => ({ path: `${project(cast)}/storage` }),
  "GET /projects/{projectId}/search": (cast) => ({ path: `${project(cast)}/search?q=rent` }),
};

const providerOf = (cast: Cast) =>
  created(
    cast.callers.admin.post("/admin/providers", {
      kind: "openai",
      name: `Made ${cast.projectId}`,
      apiKey: "sk-sample",
    }),
  );
const newModel = async (cast: Cast) => ({
  providerId: await providerOf(cast),
  name: "sample-model",
  contextWindow: 8_000,
  maxOutputTokens: 1_000,
  prices: { input: 1, cacheRead: 1, cacheWrite: 1, output: 1 },
});
const modelOf = async (cast: Cast) =>
  created(cast.callers.admin.post("/admin/models", await newModel(cast)));

async function builtinProvider(cast: Cast): Promise<string> {
  const { items } = await read(await cast.callers.admin.get("/admin/providers"), adminProviders);
  return items.find(({ kind }) => kind === "excerpts")?.id ?? "";
}

const admin: Record<string, MakeSample> = {
  "GET /admin/users": () => ({ path: "/admin/users" }),
  "POST /admin/users": (cast) => ({
    path: "/admin/users",
    body: { name: "Hired", email: `hired-${cast.projectId}@example.com`, role: "member" },
  }),
  "GET /admin/users/{userId}": (cast) => ({ path: `/admin/users/${cast.people.stranger.id}` }),
  "PATCH /admin/users/{userId}": (cast) => ({
    path: `/admin/users/${cast.people.stranger.id}`,
    body: { name: "Renamed" },
  }),
  "POST /admin/users/{userId}/password-reset-link": (cast) => ({
    path: `/admin/users/${cast.people.stranger.id}/password-reset-link`,
  }),
  "GET /admin/users/{userId}/access": (cast) => ({
    path: `/admin/users/${cast.people.stranger.id}/access`,
  }),
  "DELETE /admin/users/{userId}/access": (cast) => ({
    path: `/admin/users/${cast.people.stranger.id}/access`,
  }),
  "DELETE /admin/users/{userId}/sessions/{sessionId}": (cast) => ({
    path: `/admin/users/${cast.people.stranger.id}/sessions/${cast.people.stranger.sessionId}`,
  }),
  "DELETE /admin/users/{userId}/api-keys/{keyId}": (cast) => ({
    path: `/admin/users/${cast.people.stranger.id}/api-keys/${cast.people.stranger.keyId}`,
  }),
  "GET /admin/providers": () => ({ path: "/admin/providers" }),
  "POST /admin/providers": (cast) => ({
    path: "/admin/providers",
    body: { kind: "anthropic", name: `New ${cast.projectId}`, apiKey: "sk-sample" },
  }),
  "GET /admin/providers/{providerId}": async (cast) => ({
    path: `/admin/providers/${await providerOf(cast)}`,
  }),
  "PATCH /admin/providers/{providerId}": async (cast) => ({
    path: `/admin/providers/${await providerOf(cast)}`,
    body: { name: `Renamed ${cast.projectId}`, enabled: false },
  }),
  "DELETE /admin/providers/{providerId}": async (cast) => ({
    path: `/admin/providers/${await providerOf(cast)}`,
  }),
  "GET /admin/providers/{providerId}/models": async (cast) => ({
    path: `/admin/providers/${await builtinProvider(cast)}/models`,
  }),
  "GET /admin/provider-presets": () => ({ path: "/admin/provider-presets" }),
  "POST /admin/providers/{providerId}/test": async (cast) => ({
    path: `/admin/providers/${await builtinProvider(cast)}/test`,
    body: {},
  }),
  "GET /admin/models": () => ({ path: "/admin/models" }),
  "POST /admin/models": async (cast) => ({ path: "/admin/models", body: await newModel(cast) }),
  "GET /admin/models/{modelId}": async (cast) => ({ path: `/admin/models/${await modelOf(cast)}` }),
  "PATCH /admin/models/{modelId}": async (cast) => ({
    path: `/admin/models/${await modelOf(cast)}`,
    body: { displayName: "Renamed", enabled: false },
  }),
  "DELETE /admin/models/{modelId}": async (cast) => ({
    path: `/admin/models/${await modelOf(cast)}`,
  }),
  "GET /admin/catalogue": () => ({ path: "/admin/catalogue?kind=openai" }),
  "GET /admin/settings": () => ({ path: "/admin/settings" }),
  "PATCH /admin/settings": () => ({
    path: "/admin/settings",
    body: { signUpOpen: true, signUpDomains: ["example.com"] },
  }),
};

/** One sample per operation of the API; an operation without one fails the tests that use this. */
export const samples: Record<string, MakeSample> = {
  ...identity,
  ...projects,
  ...agents,
  ...threads,
  ...knowledge,
  ...workspace,
  ...admin,
};

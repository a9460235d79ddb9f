import { afterAll, beforeAll, expect, test } from "bun:test";
import { createdApiKey } from "../../src/features/identity/schema.ts";
import { file, uploadedFile } from "../../src/features/knowledge/schema.ts";
import { openAiServer } from "../providers/openai-server.ts";
import { caller, type Person } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  type Asked,
  ask,
  connectServer,
  newThread,
  readThread,
  until,
} from "../support/generation.ts";
import { read, readId } from "../support/read.ts";
import {
  endServers,
  moneyOf,
  type ServerProcess,
  startServer,
  withDepsOf,
} from "./server-process.ts";

const HOUR_MS = 3_600_000;
const provider = openAiServer();
/** Longer than any lease of an answer. */
const STORY = Array.from({ length: 300 }, (_, n) => `${n}·Absatz “${n * 3}” 🏠\n`).join("");
const STORY_SCENARIO = { text: STORY, chunkMs: 20, deltaChars: 9 };
let database: TestDatabase;
let right: ServerProcess;
let ahead: ServerProcess;
let behind: ServerProcess;
let servers: ServerProcess[];
let ada: Person;
let modelId: string;

beforeAll(async () => {
  provider.start();
  database = await createTestDatabase();
  const options = { databaseUrl: database.url };
  const api = { ATELIER_ROLE: "api" };
  [right, ahead, behind] = await Promise.all([
    startServer({ ...options, env: api }),
    startServer({ ...options, env: api, clockSkewMs: HOUR_MS }),
    startServer({ ...options, clockSkewMs: -HOUR_MS }),
  ]);
  servers = [right, ahead, behind];
  ada = await right.person("Ada");
  modelId = await withDepsOf(right, (deps) => connectServer({ deps }, provider, "openai"));
}, 60_000);
afterAll(async () => {
  await endServers();
  await database.drop();
  provider.stop();
});

const lastOf = async (server: ServerProcess, { threadId }: Asked) =>
  (await readThread(server.as(ada), threadId)).messages.at(-1);

test("processes an hour ahead and an hour behind end none of the others' answers, nor their own", async () => {
  provider.scenario = STORY_SCENARIO;
  const asked = await Promise.all(servers.map((server) => ask(server.as(ada), { modelId })));
  await until(() => provider.running.length === servers.length);
  await until(() => provider.running.length === 0, 60_000);
  for (const one of asked) {
    await until(async () => (await lastOf(right, one))?.status !== "running");
    expect(await lastOf(right, one)).toMatchObject({ status: "complete" });
    expect(await moneyOf(right, one.generationId)).toEqual({ holds: 0, charges: 1 });
  }
}, 60_000);

test("sessions, keys and restore windows end for all of them at the same moment", async () => {
  for (const made of servers) {
    const body = { email: ada.me.email, password: "a long enough password" };
    const signedIn = await made.send("/api/v1/auth/sign-in", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    const answer = await made.as(ada).post("/me/api-keys", {
      name: "CI",
      scopes: ["read", "write"],
      expiresInDays: 1,
    });
    const { key } = await read(answer, createdApiKey);
    const projectId = await readId(await made.as(ada).post("/projects", { name: "Restored" }));
    await made.as(ada).delete(`/projects/${projectId}`);
    for (const used of servers) {
      const byCookie = caller(used.send, { cookie });
      const byKey = caller(used.send, { authorization: `Bearer ${key}` });
      expect([(await byCookie.get("/me")).status, (await byKey.get("/me")).status]).toEqual([
        200, 200,
      ]);
    }
    for (const used of servers) {
      expect((await used.as(ada).post(`/projects/${projectId}/restore`)).status).toBe(200);
      expect((await used.as(ada).delete(`/projects/${projectId}`)).status).toBe(200);
    }
  }
  // A minute is less than any of the skews.
  for (const [minutes, status] of [
    [1, 200],
    [-1, 401],
  ] as const) {
    const about = { name: "Ending", scopes: ["read"], expiresInDays: 1 };
    const { id, key } = await read(await right.as(ada).post("/me/api-keys", about), createdApiKey);
    await withDepsOf(
      right,
      ({ database: { sql } }) =>
        sql`update api_keys set expires_at = now() + ${minutes} * interval '1 minute' where id = ${id}`,
    );
    for (const { send } of servers) {
      const used = await caller(send, { authorization: `Bearer ${key}` }).get("/me");
      expect(used.status).toBe(status);
    }
  }
}, 60_000);

test("messages stand in the order in which they were sent, whichever process took them", async () => {
  provider.scenario = { text: "Yes." };
  const threadId = await newThread(ada);
  let parentId: string | null = null;
  for (const server of [ahead, behind, right, ahead]) {
    const asked: Asked = await ask(server.as(ada), { threadId, parentId, modelId });
    await until(async () => (await lastOf(server, asked))?.status === "complete");
    parentId = asked.answerId;
  }
  const { messages } = await readThread(ada, threadId);
  const times = messages.map(({ createdAt }) => createdAt);
  expect(times).toEqual([...times].sort());
  const ids = messages.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
});

test("a file is read by a process whose clock is wrong", async () => {
  const path = `/projects/${ada.me.personalProjectId}/files/plan.md`;
  const stored = await behind.as(ada).request("PUT", path, new Blob(["The rent is low."]));
  const { id } = await read(stored, uploadedFile);
  await until(async () => {
    const found = await ada.get(`/projects/${ada.me.personalProjectId}/files/${id}`);
    return (await read(found, file)).newest.status === "ready";
  }, 20_000);
});

test("an answer whose process is gone is ended by a process whose clock is wrong, in time", async () => {
  provider.scenario = { endless: true, text: "and so on ", chunkMs: 20 };
  const asked = await ask(right.as(ada), { modelId });
  await until(() => provider.running.length === 1);
  right.signal("SIGKILL");
  await right.exited;
  await until(async () => (await lastOf(ahead, asked))?.status === "interrupted", 20_000);
}, 40_000);

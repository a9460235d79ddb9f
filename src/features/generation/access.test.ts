import { afterAll, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import {
  type Caller,
  createTestApp,
  type Person,
  type TestApp,
} from "../../../test/support/app.ts";
import { eventually } from "../../../test/support/eventually.ts";
import {
  ask,
  connectServer,
  parseEvents,
  readThread,
  type StreamedEvent,
} from "../../../test/support/generation.ts";
import { read, readId, readProblem } from "../../../test/support/read.ts";
import { createdApiKey } from "../identity/schema.ts";

const server = openAiServer();
let app: TestApp;
let ada: Person;
let bob: Person;
let modelId: string;
beforeAll(async () => {
  await server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", ATELIER_GENERATION_IDLE_SECONDS: "5" },
  });
  ada = await app.person("Ada");
  bob = await app.person("Bob");
  modelId = await connectServer(app, server, "openai");
  server.scenario = { endless: true, text: "and so on ", chunkMs: 10 };
});
afterAll(async () => {
  await app.close();
  await server.stop();
});

/** A running answer in a thread that the project may see, with Bob in the project. */
async function running() {
  const projectId = await readId(await ada.post("/projects", { name: "Shared" }));
  await ada.post(`/projects/${projectId}/members`, { email: bob.me.email, role: "viewer" });
  const threadId = await readId(
    await ada.post(`/projects/${projectId}/threads`, { visibility: "project" }),
  );
  const { generationId } = await ask(ada, { threadId, modelId });
  return { projectId, threadId, generationId };
}

/** Follows an answer's events, starting with its first one. */
async function follow(caller: Caller, generationId: string) {
  const response = await caller.get(`/generations/${generationId}/events`);
  if (response.body === null) throw new Error("no events");
  const { body } = response;
  const events: StreamedEvent[] = [];
  let ended = false;
  const reading = (async () => {
    for await (const event of parseEvents(body)) events.push(event);
    ended = true;
  })();
  const grows = (by: number) => {
    const before = events.length;
    return eventually("more events", () => events.length >= before + by);
  };
  await grows(1);
  return {
    grows,
    /** The last event, once the stream has ended. */
    last: async () => {
      await eventually("the end of the stream", () => ended);
      await reading;
      return events.at(-1)?.event;
    },
  };
}

const STOPPED = { type: "done", status: "stopped" } as const;

test("a removed member's stream of a running answer ends, while the others read on", async () => {
  const { projectId, generationId } = await running();
  const bobs = await follow(bob, generationId);
  const adas = await follow(ada, generationId);
  await ada.delete(`/projects/${projectId}/members/${bob.me.id}`);
  expect((await bobs.last())?.type).toBe("delta");
  await adas.grows(3);
  await ada.post(`/generations/${generationId}/stop`);
  expect(await adas.last()).toEqual(STOPPED);
});

test("making the thread private ends the streams of everybody else", async () => {
  const { threadId, generationId } = await running();
  const bobs = await follow(bob, generationId);
  expect((await ada.patch(`/threads/${threadId}`, { visibility: "private" })).status).toBe(200);
  expect((await bobs.last())?.type).toBe("delta");
  await ada.post(`/generations/${generationId}/stop`);
});

test("a revoked key's stream ends at once", async () => {
  const { generationId } = await running();
  const { key, id } = await read(
    await bob.post("/me/api-keys", { name: "Reader", scopes: ["read"] }),
    createdApiKey,
  );
  const byKey = await follow(app.withKey(key), generationId);
  const bobs = await follow(bob, generationId);
  await bob.delete(`/me/api-keys/${id}`);
  expect((await byKey.last())?.type).toBe("delta");
  await bobs.grows(3);
  await ada.post(`/generations/${generationId}/stop`);
  expect(await bobs.last()).toEqual(STOPPED);
});

test("a message that names no agent and no model gets the thread's", async () => {
  const projectId = await readId(await ada.post("/projects", { name: "Choices" }));
  const agentId = await readId(await ada.post(`/projects/${projectId}/agents`, { name: "Brief" }));
  const thread = await ada.post(`/projects/${projectId}/threads`, { agentId, modelId });
  const { generationId, answerId, threadId } = await ask(ada, { threadId: await readId(thread) });
  await ada.post(`/generations/${generationId}/stop`);
  const { messages } = await readThread(ada, threadId);
  expect(messages.find(({ id }) => id === answerId)).toMatchObject({ agentId, modelId });
});

test("another project's agent can be chosen neither for a thread nor for a message", async () => {
  const { projectId, threadId } = await running();
  const elsewhere = await readId(await ada.post("/projects", { name: "Elsewhere" }));
  const agentId = await readId(await ada.post(`/projects/${elsewhere}/agents`, { name: "Theirs" }));
  const answers = [
    await ada.post(`/projects/${projectId}/threads`, { agentId }),
    await ada.patch(`/threads/${threadId}`, { agentId }),
    await ada.post(`/threads/${threadId}/messages`, { text: "Hello", agentId }),
  ];
  for (const answer of answers) expect((await readProblem(answer)).code).toBe("agent_unknown");
});

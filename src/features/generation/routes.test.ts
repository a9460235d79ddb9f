import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import {
  ask,
  connectServer,
  readEvents,
  readGeneration,
  readThread,
  TEST_PRICES,
  textOf,
  until,
} from "../../../test/support/generation.ts";
import { codeOf, readProblem } from "../../../test/support/read.ts";
import { slowness } from "../../../test/support/slowness.ts";

const server = openAiServer();
let app: TestApp;
let ada: Person;
let modelId: string;

beforeAll(async () => {
  await server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", ATELIER_GENERATION_IDLE_SECONDS: "2" },
  });
  ada = await app.person("Ada");
  modelId = await connectServer(app, server, "openai");
});
afterEach(() => server.reset());
afterAll(async () => {
  await app.close();
  await server.stop();
});

const STORY = "The rent is 1,200 € a month — “net”, as agreed. 🏠 ".repeat(20);

test("an answer streams, ends as complete, and is stored byte for byte as the provider sent it", async () => {
  server.scenario = { text: STORY, chunkMs: 1 };
  const asked = await ask(ada, { modelId });
  const events = await readEvents(ada, asked.generationId);
  expect(textOf(events)).toBe(STORY);
  expect(events[0]?.event).toEqual({ type: "start", messageId: asked.answerId });
  expect(events.at(-1)?.event).toEqual({ type: "done", status: "complete" });
  const { messages, title, leafId } = await readThread(ada, asked.threadId);
  expect(messages.map(({ role, status }) => [role, status])).toEqual([
    ["user", "complete"],
    ["assistant", "complete"],
  ]);
  expect(messages[1]?.parts).toEqual([{ type: "text", text: STORY }]);
  expect(title).toBe("How high is the rent?");
  expect(leafId).toBe(asked.answerId);
});

test("the answer shows the tokens that the provider reported and their exact cost", async () => {
  server.scenario = {
    text: "Short.",
    usage: { inputTokens: 1_000, cacheReadTokens: 500, outputTokens: 200, reasoningTokens: 50 },
  };
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId);
  const answer = (await readThread(ada, asked.threadId)).messages[1];
  expect(answer?.usage).toMatchObject({
    inputTokens: 1_000,
    cacheReadTokens: 500,
    outputTokens: 200,
    reasoningTokens: 50,
  });
  const { input, cacheRead, output } = TEST_PRICES;
  expect(answer?.costMicroUsd).toBe((1_000 * input + 500 * cacheRead + 200 * output) / 1_000_000);
});

test("a reader can resume at any number without gap or repetition", async () => {
  server.scenario = { text: STORY, chunkMs: 2 };
  const asked = await ask(ada, { modelId });
  let at = 0;
  let text = "";
  for (let visit = 0; ; visit++) {
    const events = await readEvents(ada, asked.generationId, {
      after: at,
      atMost: 1 + (visit % 3),
    });
    text += textOf(events);
    const ids = events.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    at = events.at(-1)?.id ?? at;
    if (events.some(({ event }) => event.type === "done")) break;
  }
  expect(text).toBe(STORY);
});

test("stopping keeps the written text, charges it, and closes the provider's socket within a second", async () => {
  server.scenario = { endless: true, text: "and so on ", chunkMs: 5 };
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId, { atMost: 3 });
  const stoppedAt = performance.now();
  expect((await ada.post(`/generations/${asked.generationId}/stop`)).status).toBe(202);
  const events = await readEvents(ada, asked.generationId);
  expect(events.at(-1)?.event).toEqual({ type: "done", status: "stopped" });
  await until(() => server.calls[0]?.ended === "closed_by_client");
  expect((server.calls[0]?.endedAt ?? 0) - stoppedAt).toBeLessThan(1_000 * slowness());
  const answer = (await readThread(ada, asked.threadId)).messages[1];
  expect(answer?.status).toBe("stopped");
  expect(answer?.parts).toEqual([{ type: "text", text: textOf(events) }]);
  expect(answer?.costMicroUsd).toBeGreaterThan(0);
});

test("stopping an answer that has ended changes nothing", async () => {
  server.scenario = { text: "Done already." };
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId);
  expect((await ada.post(`/generations/${asked.generationId}/stop`)).status).toBe(202);
  expect((await readGeneration(ada, asked.generationId)).status).toBe("complete");
});

test("a follow-up cannot be asked while the answer is being written", async () => {
  server.scenario = { endless: true, text: "more ", chunkMs: 5 };
  const asked = await ask(ada, { modelId });
  const early = await ada.post(`/threads/${asked.threadId}/messages`, {
    text: "And the deposit?",
    parentId: asked.answerId,
  });
  expect(await readProblem(early)).toMatchObject({ status: 409, code: "answer_running" });
  const again = await ada.post(`/messages/${asked.answerId}/regenerate`, {});
  expect(await readProblem(again)).toMatchObject({ status: 409, code: "answer_running" });
  await ada.post(`/generations/${asked.generationId}/stop`);
  await readEvents(ada, asked.generationId);
});

test("of two concurrent regenerations one runs and the other is refused", async () => {
  server.scenario = { text: "First." };
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId);
  server.scenario = { text: "Second.", firstMs: 300 };
  const both = await Promise.all(
    [0, 1].map(() => ada.post(`/messages/${asked.answerId}/regenerate`, {})),
  );
  expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
});

test("regenerating adds an answer beside the first, and the thread shows the new one", async () => {
  server.scenario = { text: "First." };
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId);
  server.scenario = { text: "Second." };
  const again = await ada.post(`/messages/${asked.answerId}/regenerate`, {});
  expect(again.status).toBe(202);
  await until(async () =>
    (await readThread(ada, asked.threadId)).messages.every(({ status }) => status === "complete"),
  );
  const { messages, leafId } = await readThread(ada, asked.threadId);
  const [question, answer] = messages;
  expect([question?.id, answer?.parentId]).toEqual([asked.questionId, asked.questionId]);
  expect(answer?.versionIds).toEqual([asked.answerId, leafId ?? ""]);
  expect(answer?.id).toBe(leafId ?? "");
});

test("editing a question makes a branch that does not see the old one", async () => {
  server.scenario = { text: "Answer." };
  const first = await ask(ada, { modelId, text: "What is the secret word?" });
  await readEvents(ada, first.generationId);
  const edited = await ask(ada, {
    threadId: first.threadId,
    modelId,
    text: "What is the public word?",
    parentId: null,
  });
  await readEvents(ada, edited.generationId);
  const sent = JSON.stringify(server.calls.at(-1)?.body);
  expect(sent).toContain("public word");
  expect(sent).not.toContain("secret word");
});

test("a follow-up sends the conversation so far, and the manifest accounts for it", async () => {
  server.scenario = { text: "It is 1,200." };
  const first = await ask(ada, { modelId });
  await readEvents(ada, first.generationId);
  const second = await ask(ada, {
    threadId: first.threadId,
    modelId,
    parentId: first.answerId,
    text: "And the deposit?",
  });
  await readEvents(ada, second.generationId);
  expect(JSON.stringify(server.calls.at(-1)?.body)).toContain("It is 1,200.");
  const { manifest } = await readGeneration(ada, second.generationId);
  const conversation = manifest.items.filter(({ kind }) => kind === "message");
  expect(conversation.map(({ included }) => included)).toEqual([true, true, true]);
});

for (const [kind, code] of [
  ["bad_key", "bad_key"],
  ["unknown_model", "unknown_model"],
  ["context_too_long", "context_too_long"],
] as const) {
  test(`a provider error ${kind} fails the answer with its message, and no output is charged`, async () => {
    server.scenario = { fault: { kind } };
    const asked = await ask(ada, { modelId });
    const events = await readEvents(ada, asked.generationId);
    expect(events.at(-1)?.event).toMatchObject({ type: "error", error: { code } });
    const answer = (await readThread(ada, asked.threadId)).messages[1];
    expect(answer).toMatchObject({ status: "failed", error: { code } });
    expect(answer?.usage?.outputTokens).toBe(0);
  });
}

test("a stream that is cut in the middle keeps its text and fails with a message", async () => {
  server.scenario = { text: STORY, chunkMs: 2, fault: { kind: "truncated", afterDeltas: 5 } };
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId);
  const answer = (await readThread(ada, asked.threadId)).messages[1];
  expect(answer).toMatchObject({ status: "failed", error: { code: "cut" } });
  expect(answer?.parts).toEqual([{ type: "text", text: server.calls[0]?.sentText ?? "" }]);
  expect(answer?.costMicroUsd).toBeGreaterThan(0);
});

test("a silent provider fails the answer in time", async () => {
  server.scenario = { text: STORY, fault: { kind: "silence", afterDeltas: 2 } };
  const asked = await ask(ada, { modelId });
  const events = await readEvents(ada, asked.generationId);
  expect(events.at(-1)?.event).toMatchObject({ type: "error", error: { code: "silent" } });
});

test("a non-member may neither read nor stop an answer", async () => {
  server.scenario = { text: "Private." };
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId);
  const mallory = await app.person("Mallory");
  expect(await codeOf(await mallory.get(`/generations/${asked.generationId}`))).toBe(
    "404 generation_not_found",
  );
  expect(await codeOf(await mallory.get(`/generations/${asked.generationId}/events`))).toBe(
    "404 generation_not_found",
  );
  expect(await codeOf(await mallory.post(`/generations/${asked.generationId}/stop`))).toBe(
    "404 generation_not_found",
  );
});

test("no hold is left when every answer has ended", async () => {
  const holds = async () => (await app.deps.database.sql`select 1 from holds`).length;
  await until(async () => (await holds()) === 0);
  expect(await holds()).toBe(0);
});

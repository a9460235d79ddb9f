import { afterAll, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { fakeAnswer, fakeProvider } from "../../../test/providers/fake.ts";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import {
  ask,
  connectServer,
  newThread,
  readEvents,
  readGeneration,
  readThread,
  until,
} from "../../../test/support/generation.ts";
import { read, readId, readProblem } from "../../../test/support/read.ts";
import type { ProviderRequest } from "../../providers/port.ts";
import { startedAnswer } from "./schema.ts";

// Whole answers take seconds on a busy machine.
setDefaultTimeout(30_000);

const server = openAiServer();
let app: TestApp;
let ada: Person;
let bob: Person;
let modelId: string;
const requests: ProviderRequest[] = [];
beforeAll(async () => {
  server.start();
  app = await createTestApp({ env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" } });
  ada = await app.person("Ada");
  bob = await app.person("Bob");
  modelId = await connectServer(app, server, "openai");
  const { runner } = app.deps.services.generation;
  const start = runner.start.bind(runner);
  spyOn(runner, "start").mockImplementation((plan) => {
    requests.push(plan.request);
    start(
      plan,
      fakeProvider(() => fakeAnswer("Fine.")),
    );
  });
});
afterAll(async () => {
  await app.close();
  server.stop();
});

const codeOf = async (response: Response) => {
  const { status, code } = await readProblem(response);
  return `${status} ${code}`;
};

/** A question with its whole answer. */
async function answered(input: Parameters<typeof ask>[1] = {}) {
  const asked = await ask(ada, { modelId, ...input });
  await readEvents(ada, asked.generationId);
  await until(() => app.deps.services.generation.runner.find(asked.generationId) === undefined);
  return asked;
}

describe("a question is refused", () => {
  test.each([
    ["behind another question", "question", "422 wrong_parent"],
    ["behind a message that is not there", "nothing", "422 wrong_parent"],
    ["behind a message of another thread", "elsewhere", "422 wrong_parent"],
  ])("%s", async (_, parent, code) => {
    const { threadId, questionId } = await answered();
    const elsewhere = await answered();
    const parentId = { question: questionId, elsewhere: elsewhere.answerId }[parent];
    const refused = await ada.post(`/threads/${threadId}/messages`, {
      text: "And?",
      parentId: parentId ?? Bun.randomUUIDv7(),
    });
    expect(await codeOf(refused)).toBe(code);
    expect((await readThread(ada, threadId)).messages).toHaveLength(2);
  });

  test("with a model that there is not, and nothing is stored", async () => {
    const threadId = await newThread(ada);
    const path = `/threads/${threadId}/messages`;
    const refused = await ada.post(path, { text: "Hello?", modelId: Bun.randomUUIDv7() });
    expect(await codeOf(refused)).toBe("422 model_not_available");
    expect((await readThread(ada, threadId)).messages).toEqual([]);
  });

  test("that is too long for its model, and nothing is stored", async () => {
    const small = await connectServer(app, server, "openai");
    await app.deps.database.sql`update models set context_window = 400 where id = ${small}`;
    const threadId = await newThread(ada);
    const path = `/threads/${threadId}/messages`;
    const refused = await ada.post(path, { text: "word ".repeat(300), modelId: small });
    expect(await codeOf(refused)).toBe("422 message_too_long");
    expect((await readThread(ada, threadId)).messages).toEqual([]);
  });

  test("in a thread that one may not see, like any other request there", async () => {
    const { threadId, answerId, generationId } = await answered();
    const say = bob.post(`/threads/${threadId}/messages`, { text: "Hello?" });
    expect(await codeOf(await say)).toBe("404 thread_not_found");
    const again = bob.post(`/messages/${answerId}/regenerate`, {});
    expect(await codeOf(await again)).toBe("404 message_not_found");
    for (const refused of [
      await bob.get(`/generations/${generationId}`),
      await bob.get(`/generations/${generationId}/events`),
      await bob.post(`/generations/${generationId}/stop`),
      await ada.get(`/generations/${Bun.randomUUIDv7()}`),
    ])
      expect(await codeOf(refused)).toBe("404 generation_not_found");
    const unknown = ada.post(`/messages/${Bun.randomUUIDv7()}/regenerate`, {});
    expect(await codeOf(await unknown)).toBe("404 message_not_found");
  });
});

describe("a thread is named after its first question", () => {
  test.each([
    ["  How  high\tis the rent?\nSecond line", "How high is the rent?"],
    [" \n ", "New thread"],
    ["a".repeat(80), "a".repeat(80)],
    ["a".repeat(81), `${"a".repeat(79)}…`],
    [`${"a".repeat(78)} bcd`, `${"a".repeat(78)}…`],
    [`${"a".repeat(78)}😀b`, `${"a".repeat(78)}…`],
  ])("%j", async (text, title) => {
    const { threadId } = await answered({ text });
    expect((await readThread(ada, threadId)).title).toBe(title);
  });

  test("and keeps its name with the second one", async () => {
    const first = await answered({ text: "First" });
    await answered({ threadId: first.threadId, parentId: first.answerId, text: "Second" });
    expect((await readThread(ada, first.threadId)).title).toBe("First");
  });
});

test("what has begun is told: question, author, empty answer, model, nothing spent", async () => {
  const threadId = await newThread(ada);
  const response = await ada.post(`/threads/${threadId}/messages`, { text: "Hello?", modelId });
  const { userMessage, assistantMessage, generationId } = await read(response, startedAnswer);
  expect(userMessage).toMatchObject({
    parentId: null,
    role: "user",
    parts: [{ type: "text", text: "Hello?" }],
    status: "complete",
    authorName: "Ada",
    modelName: null,
    usage: null,
    costMicroUsd: null,
  });
  expect(assistantMessage).toMatchObject({
    parentId: userMessage.id,
    role: "assistant",
    parts: [],
    status: "running",
    authorName: null,
    modelId,
    modelName: "Test openai",
    generationId,
    usage: null,
    costMicroUsd: null,
  });
  await readEvents(ada, generationId);
});

test("a repeated question has one answer, and is answered with the same words", async () => {
  const path = `/threads/${await newThread(ada)}/messages`;
  const send = () =>
    ada.request("POST", path, { text: "Hello?", modelId }, { "idempotency-key": "the-same-key" });
  const [first, again] = [await send(), await send()];
  expect([first.status, again.status]).toEqual([202, 202]);
  const started = await read(first, startedAnswer);
  expect(await read(again, startedAnswer)).toEqual(started);
  await readEvents(ada, started.generationId);
});

test("asking, answering again and stopping each leave their row in the audit log", async () => {
  const asked = await answered();
  const again = await read(
    await ada.post(`/messages/${asked.answerId}/regenerate`, {}),
    startedAnswer,
  );
  await ada.post(`/generations/${again.generationId}/stop`);
  await readEvents(ada, again.generationId);
  const rows = await app.deps.database
    .sql`select action, target_kind, target_id, detail from audit_log
    where target_id in (${asked.threadId}, ${again.generationId}) and action <> 'thread.created'
    order by id`;
  expect(rows.map((row) => ({ ...row }))).toMatchObject([
    {
      action: "message.sent",
      target_kind: "thread",
      target_id: asked.threadId,
      detail: { messageId: asked.answerId },
    },
    {
      action: "message.regenerated",
      target_kind: "thread",
      target_id: asked.threadId,
      detail: { messageId: again.assistantMessage.id },
    },
    { action: "generation.stopped", target_kind: "generation", target_id: again.generationId },
  ]);
});

describe("answering again", () => {
  test("sends the same branch to the model that is named, else to the one that answered", async () => {
    const other = await connectServer(app, server, "openai");
    const first = await answered();
    const second = await answered({
      threadId: first.threadId,
      parentId: first.answerId,
      text: "And the deposit?",
    });
    const sent = requests.at(-1)?.messages;
    expect(sent).toHaveLength(3);
    for (const [body, model, target] of [
      [{}, modelId, second.answerId],
      [{ modelId: other }, other, second.answerId],
      [{}, modelId, second.answerId],
    ] as const) {
      const again = await ada.post(`/messages/${target}/regenerate`, body);
      const { assistantMessage, userMessage, generationId } = await read(again, startedAnswer);
      expect(assistantMessage).toMatchObject({ modelId: model, parentId: second.questionId });
      expect(userMessage).toMatchObject({ id: second.questionId, authorName: "Ada" });
      expect(requests.at(-1)?.messages).toEqual(sent ?? []);
      await readEvents(ada, generationId);
    }
  });

  test("may start from the question too", async () => {
    const first = await answered();
    const again = await ada.post(`/messages/${first.questionId}/regenerate`, { modelId });
    const { assistantMessage, generationId } = await read(again, startedAnswer);
    expect(assistantMessage.parentId).toBe(first.questionId);
    await readEvents(ada, generationId);
  });
});

describe("how much the model thinks", () => {
  const asked = async (input: object, threadId?: string) => {
    requests.length = 0;
    const id = threadId ?? (await newThread(ada));
    const response = await ada.post(`/threads/${id}/messages`, { text: "?", modelId, ...input });
    const { generationId, assistantMessage } = await read(response, startedAnswer);
    await readEvents(ada, generationId);
    await until(() => app.deps.services.generation.runner.find(generationId) === undefined);
    return { effort: requests[0]?.effort, answerId: assistantMessage.id };
  };

  test("is said by the message, else by the thread, else by the agent, else by nobody", async () => {
    const projectId = ada.me.personalProjectId;
    const agent = { name: "Thinker", effort: "high" };
    const agentId = await readId(await ada.post(`/projects/${projectId}/agents`, agent));
    const plain = await newThread(ada);
    const quick = await readId(
      await ada.post(`/projects/${projectId}/threads`, { effort: "off", modelId }),
    );
    expect((await asked({})).effort).toBeUndefined();
    expect((await asked({ agentId })).effort).toBe("high");
    expect((await asked({ agentId, effort: "low" }, plain)).effort).toBe("low");
    expect((await asked({ agentId }, quick)).effort).toBe("off");
    expect((await asked({ agentId, effort: null }, quick)).effort).toBe("high");
    await ada.patch(`/threads/${quick}`, { effort: "medium" });
    const { effort, answerId } = await asked({}, quick);
    expect(effort).toBe("medium");
    requests.length = 0;
    await ada.post(`/messages/${answerId}/regenerate`, {});
    expect(requests[0]?.effort).toBe("medium");
    expect((await ada.post(`/threads/${quick}/messages`, { text: "?", effort: "x" })).status).toBe(
      422,
    );
  });
});

test("an answer may be as long as its hold, also where its agent allows more", async () => {
  const projectId = await readId(await ada.post("/projects", { name: "Long" }));
  const agent = { name: "Novelist", maxOutputTokens: 700, instructions: "Be long." };
  const agentId = await readId(await ada.post(`/projects/${projectId}/agents`, agent));
  const threadId = await readId(await ada.post(`/projects/${projectId}/threads`, { agentId }));
  const { generationId } = await answered({ threadId });
  expect(requests.at(-1)?.maxOutputTokens).toBe(700);
  const { manifest } = await readGeneration(ada, generationId);
  expect(manifest.maxOutputTokens).toBe(700);
  expect(manifest.items[0]).toMatchObject({ kind: "agent", title: "Novelist", included: true });
});

test("a process that leaves takes no question, also when it began to leave while its context was built", async () => {
  const threadId = await newThread(ada);
  const { db } = app.deps.database;
  const transaction = db.transaction.bind(db);
  const path = `/threads/${threadId}/messages`;
  const late = spyOn(db, "transaction").mockImplementation((...given) => {
    app.deps.lifecycle.leave();
    return transaction(...given);
  });
  const refused = [await ada.post(path, { text: "Hello?", modelId })];
  expect(late).toHaveBeenCalledTimes(1);
  late.mockClear();
  refused.push(await ada.post(path, { text: "Hello?", modelId }));
  expect(late).not.toHaveBeenCalled();
  late.mockRestore();
  for (const response of refused) {
    expect(response.headers.get("retry-after")).not.toBeNull();
    expect(await codeOf(response)).toBe("503 shutting_down");
  }
  expect((await readThread(ada, threadId)).messages).toEqual([]);
  expect(await app.deps.database.sql`select 1 from holds`).toHaveLength(0);
});

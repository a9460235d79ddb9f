import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { startedAnswer } from "../../src/features/generation/schema.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person, TestApp } from "../support/app.ts";
import { type DatabaseProxy, loseCommitAfter } from "../support/database-proxy.ts";
import { newThread, readThread, until } from "../support/generation.ts";
import { read, readId, readProblem } from "../support/read.ts";
import { openAppBehindProxy } from "./app-behind-proxy.ts";

const provider = openAiServer();
let subject: Awaited<ReturnType<typeof openAppBehindProxy>>;
let proxy: DatabaseProxy;
let app: TestApp;
let ada: Person;
let modelId: string;
let count = 0;
/** A key that occurs in no other test's statements. */
let key: string;

beforeAll(async () => {
  subject = await openAppBehindProxy(provider);
  ({ app, ada, proxy, modelId } = subject);
});
beforeEach(() => {
  subject.reset();
  key = `key-${count++}`;
});
afterAll(() => subject.close());

const send = (method: string, path: string, body: unknown) =>
  ada.request(method, path, body, { "idempotency-key": key });
const askIn = (threadId: string) =>
  send("POST", `/threads/${threadId}/messages`, { text: key, parentId: null, modelId });

/** The first response again, once the first request has ended. */
async function repeated(request: () => Promise<Response>): Promise<Response> {
  let answer = await request();
  await until(async () => {
    if (answer.status !== 409) return true;
    expect((await readProblem(answer)).code).toBe("request_in_progress");
    answer = await request();
    return false;
  });
  return answer;
}

/** The content of a thread, once nothing runs any more. */
async function settled(threadId: string) {
  await until(async () => (await readThread(ada, threadId)).messages.at(-1)?.status === "complete");
  return (await readThread(ada, threadId)).messages;
}

for (const what of ["answer", "statement", "late"] as const) {
  test(`a question whose COMMIT is lost (${what}) is asked once, however often it is sent with its key`, async () => {
    const threadId = await newThread(ada);
    const calls = provider.calls.length;
    const lost = loseCommitAfter(proxy, `"text":"${key}"`, what);
    const first = await askIn(threadId);
    expect([lost(), first.status]).toEqual([true, what === "statement" ? 503 : 202]);
    const again = await repeated(() => askIn(threadId));
    expect(again.headers.get("idempotency-replayed")).toBe(what === "statement" ? null : "true");
    const { generationId } = await read(again, startedAnswer);
    if (first.status === 202)
      expect((await read(first, startedAnswer)).generationId).toBe(generationId);
    expect(await settled(threadId)).toHaveLength(2);
    expect(provider.calls.length - calls).toBe(1);
  });
}

test("a question of which the database did not say whether it was stored is not asked again", async () => {
  const threadId = await newThread(ada);
  const lost = loseCommitAfter(proxy, `"text":"${key}"`, "answer");
  const isLost = proxy.onSend;
  proxy.onSend = (bytes, sent) => (lost() ? "cut" : (isLost?.(bytes, sent) ?? "pass"));
  expect(await readProblem(await askIn(threadId))).toMatchObject({
    status: 503,
    code: "outcome_unknown",
  });
  proxy.onSend = undefined;
  const again = await repeated(() => askIn(threadId));
  expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([202, "true"]);
  // No provider was called, so it ends without cost.
  await until(
    async () => (await readThread(ada, threadId)).messages.at(-1)?.status === "interrupted",
    20_000,
  );
  const { messages } = await readThread(ada, threadId);
  expect(messages).toHaveLength(2);
  expect(messages[1]?.costMicroUsd).toBe(0);
}, 60_000);

test("a change is answered with success, and its answer kept, though the key's row could not be written behind it", async () => {
  const id = await readId(await ada.post("/projects", { name: "Kept" }));
  const change = () => send("PATCH", `/projects/${id}`, { name: key });
  let cuts = 0;
  proxy.onSend = (_, { statements }) => {
    if (!statements.some((one) => one.startsWith('update "idempotency_keys" set "status"')))
      return "pass";
    cuts++;
    return "cut";
  };
  expect((await change()).status).toBe(200);
  await until(() => cuts > 1);
  expect((await readProblem(await change())).code).toBe("request_in_progress");
  proxy.onSend = undefined;
  const again = await repeated(change);
  expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
  const rows = await app.deps.database
    .sql`select 1 from audit_log where action = 'project.updated' and target_id = ${id}`;
  expect(rows).toHaveLength(1);
});

test("a key whose taking was not acknowledged is the request's all the same", async () => {
  let lost = false;
  proxy.onSend = (bytes, { statements }) => {
    if (lost || !statements.some((one) => one.startsWith('insert into "idempotency_keys"')))
      return "pass";
    lost = bytes.includes(key);
    return lost ? "answer" : "pass";
  };
  const create = () => send("POST", "/projects", { name: key });
  expect([(await create()).status, lost]).toEqual([201, true]);
  expect((await create()).headers.get("idempotency-replayed")).toBe("true");
  const made = await app.deps.database.sql`select 1 from projects where name = ${key}`;
  expect(made).toHaveLength(1);
});

test("a key of which nobody knows whether it was taken is free again at once", async () => {
  let lost = 0;
  proxy.onSend = (bytes, { statements }) => {
    const claims = statements.some((one) => one.startsWith('insert into "idempotency_keys"'));
    if (lost === 2 || !claims || !bytes.includes(key)) return "pass";
    lost++;
    return lost === 1 ? "cut" : "answer";
  };
  const create = () => send("POST", "/projects", { name: key });
  expect(await readProblem(await create())).toMatchObject({
    status: 503,
    code: "database_unavailable",
  });
  const again = await create();
  expect([lost, again.status, again.headers.get("idempotency-replayed")]).toEqual([2, 201, null]);
});

test("a secret is shown once, also when the COMMIT behind it is lost", async () => {
  const lost = loseCommitAfter(proxy, key, "answer");
  const create = () => send("POST", "/me/api-keys", { name: "CI", scopes: ["read"] });
  const first = await create();
  expect([lost(), first.status]).toEqual([true, 201]);
  expect(await readProblem(await create())).toMatchObject({ status: 409, code: "answer_not_kept" });
});

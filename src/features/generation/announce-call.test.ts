import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { ask, connectServer, readEvents } from "../../../test/support/generation.ts";
import { aRunningAnswer } from "../../../test/support/running-answer.ts";
import { statementsThrough } from "../../../test/support/statements.ts";
import { inTransaction, systemContext } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import { placeHold } from "../metering/index.ts";
import { holds } from "../metering/tables.ts";
import { announceCall } from "./announce-call.ts";
import type { RunningAnswer } from "./running-answer.ts";

const server = openAiServer();
let app: TestApp;
let ada: Person;
let modelId: string;
/** What the database has stored of each call when its request leaves. */
const sentWhenCalled: unknown[] = [];

beforeAll(async () => {
  server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" },
    deps: {
      fetch: async (url, init) => {
        const rows = await app.deps.database.sql`select sent_at from holds`;
        sentWhenCalled.push(...rows.map((row) => row.sent_at));
        return fetch(url, init);
      },
    },
  });
  ada = await app.person("Ada");
  modelId = await connectServer(app, server, "openai");
});
afterAll(async () => {
  await app.close();
  server.stop();
});

async function heldAnswer(): Promise<RunningAnswer> {
  const answer = aRunningAnswer();
  const { generationId, projectId, userId, model } = answer.plan;
  await inTransaction(systemContext(app.deps, "test"), (tx) =>
    placeHold(tx, {
      generationId,
      projectId,
      threadId: null,
      messageId: null,
      userId,
      model,
      inputTokens: 1,
      maxOutputTokens: 1,
      lastsMs: 600_000,
    }),
  );
  return answer;
}

async function sentAt({ plan }: RunningAnswer): Promise<Date | null | undefined> {
  const { db } = app.deps.database;
  const [row] = await db.select().from(holds).where(eq(holds.id, plan.generationId));
  return row?.sentAt;
}

/** The dependencies, with a database that answers the first statements like this. */
function answering(...wrong: (() => Promise<unknown>)[]): Deps {
  const db = statementsThrough(app.deps.database.db, ({ send }) => (wrong.shift() ?? send)());
  return { ...app.deps, database: { ...app.deps.database, db } };
}

const away = () => Promise.reject(new Error("The database is away"));

test("a question's hold says that it was sent before its provider has the request", async () => {
  const { generationId } = await ask(ada, { modelId });
  await readEvents(ada, generationId);
  expect(sentWhenCalled).toHaveLength(1);
  expect(sentWhenCalled[0]).not.toBeNull();
});

test("a call is announced once", async () => {
  const answer = await heldAnswer();
  expect(await sentAt(answer)).toBeNull();
  await announceCall(app.deps, answer);
  expect(await sentAt(answer)).toBeInstanceOf(Date);
  expect(answer.cause).toBeUndefined();
});

test("while the database is down the call waits", async () => {
  const answer = await heldAnswer();
  await announceCall(answering(away, away), answer);
  expect(await sentAt(answer)).toBeInstanceOf(Date);
  expect(answer.cause).toBeUndefined();
});

test("an answer that another process has settled is lost, and its provider is not called", async () => {
  const answer = aRunningAnswer();
  await announceCall(app.deps, answer);
  expect(answer.cause).toBe("lost");
});

test("an answer that was ended is not announced", async () => {
  const answer = await heldAnswer();
  answer.end("stopped");
  await announceCall(app.deps, answer);
  expect(await sentAt(answer)).toBeNull();
});

test("an answer that is ended while the database hangs or is down stops waiting", async () => {
  const hanging = () => new Promise(() => {});
  for (const wrong of [hanging, away]) {
    const answer = await heldAnswer();
    const announcing = announceCall(answering(wrong, wrong), answer);
    setTimeout(() => answer.end("stopped"), 20);
    await announcing;
    expect(answer.cause).toBe("stopped");
    expect(await sentAt(answer)).toBeNull();
  }
});

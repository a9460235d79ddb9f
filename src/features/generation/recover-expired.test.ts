import { afterAll, beforeAll, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { eq } from "drizzle-orm";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import {
  ask,
  connectServer,
  readEvents,
  readGeneration,
  readThread,
  textOf,
  until,
} from "../../../test/support/generation.ts";
import { memoryBus } from "../../platform/bus/memory.ts";
import { estimateTokens } from "../../providers/index.ts";
import { ledger } from "../metering/tables.ts";
import { recoverExpired } from "./recover-expired.ts";
import { AnswerPubSub } from "./stream/answer-pubsub.ts";

// Whole answers take seconds on a busy machine.
setDefaultTimeout(30_000);

const server = openAiServer();
let app: TestApp;
let ada: Person;
let modelId: string;
let unsteady: { mockRestore(): void };

beforeAll(async () => {
  server.start();
  app = await createTestApp({ env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" } });
  ada = await app.person("Ada");
  modelId = await connectServer(app, server, "openai");
  server.scenario = { endless: true, text: "and so on ", chunkMs: 20 };
  // The process's own recovery waits, so that each test recovers by itself what it lost.
  unsteady = spyOn(app.deps.clock, "steadyMs").mockReturnValue(0);
});
afterAll(async () => {
  await app.close();
  server.stop();
});

const statusOf = async (threadId: string) =>
  (await readThread(ada, threadId)).messages.at(-1)?.status;

/** Recovers until so many were: an answer that its process is storing at that moment is left to the next round. */
async function recover(count: number, pubsub = new AnswerPubSub(app.deps.bus)): Promise<void> {
  let recovered = 0;
  await until(async () => {
    recovered += await recoverExpired(app.deps, pubsub, []);
    return recovered >= count;
  });
  expect(recovered).toBe(count);
}

test("an answer that cannot be recovered does not keep the others from it", async () => {
  const { sql } = app.deps.database;
  const asked = [await ask(ada, { modelId }), await ask(ada, { modelId })];
  for (const { generationId } of asked) await readEvents(ada, generationId, { atMost: 2 });
  const [broken, sound] = asked;
  if (broken === undefined || sound === undefined) throw new Error("Nothing was asked");
  await sql`delete from holds where id = ${broken.generationId}`;
  // Their process is gone, as far as the database can tell.
  await sql`update generations set process_id = 'gone', lease_expires_at = now() - interval '1 minute'`;
  const counted = async () => {
    const { values } = await app.deps.metrics.generations.get();
    const labels = { status: "interrupted", provider: "unknown" };
    return values.find((one) => Bun.deepEquals(one.labels, labels))?.value ?? 0;
  };
  const before = await counted();
  await recover(1);
  expect(await counted()).toBe(before + 1);
  expect(await statusOf(sound.threadId)).toBe("interrupted");
  expect(await statusOf(broken.threadId)).toBe("running");
});

test("a failing notification delays neither the recovery of the others nor its result", async () => {
  const { sql } = app.deps.database;
  const asked = [await ask(ada, { modelId }), await ask(ada, { modelId })];
  const ids = asked.map(({ generationId }) => generationId);
  for (const id of ids) await readEvents(ada, id, { atMost: 2 });
  await sql`update generations set process_id = 'gone', lease_expires_at = now() - interval '1 minute'
    where id in ${sql(ids)}`;
  const told: string[] = [];
  const pubsub = new AnswerPubSub({
    ...memoryBus(),
    publish: async (_, id) => {
      told.push(id);
      throw new Error("The bus is away");
    },
  });
  await recover(ids.length, pubsub);
  expect(told.sort()).toEqual(ids.sort());
  for (const { threadId } of asked) expect(await statusOf(threadId)).toBe("interrupted");
});

test("a process does not recover its own answers, however late it renews", async () => {
  const { sql } = app.deps.database;
  const { generationId, threadId } = await ask(ada, { modelId });
  await readEvents(ada, generationId, { atMost: 2 });
  await sql`update generations set lease_expires_at = now() - interval '1 minute' where id = ${generationId}`;
  const pubsub = new AnswerPubSub(memoryBus());
  expect(await recoverExpired(app.deps, pubsub, [generationId])).toBe(0);
  expect(await statusOf(threadId)).toBe("running");
  await ada.post(`/generations/${generationId}/stop`);
  await until(async () => (await statusOf(threadId)) === "stopped");
});

test("a recovered answer reaches its readers and ends in the log with its bill, in order", async () => {
  const { generationId, threadId } = await ask(ada, { modelId });
  await lose(generationId);
  const told: string[] = [];
  const bus = memoryBus();
  bus.subscribe("generation.grew", (id) => void told.push(id));
  await recover(1, new AnswerPubSub(bus));
  expect(told).toEqual([generationId]);
  // The process that wrote it had received more than it could store.
  await until(() => app.deps.services.generation.runner.find(generationId) === undefined);
  const events = await readEvents(ada, generationId);
  const { costMicroUsd, ...row } = await ledgerRow(generationId);
  expect(events.slice(-2)).toEqual([
    {
      id: (events.at(-3)?.id ?? 0) + 1,
      event: {
        type: "usage",
        costMicroUsd,
        usage: {
          inputTokens: row.inputTokens,
          cacheReadTokens: row.cacheReadTokens,
          cacheWriteTokens: row.cacheWriteTokens,
          outputTokens: row.outputTokens,
          reasoningTokens: row.reasoningTokens,
        },
      },
    },
    { id: (events.at(-3)?.id ?? 0) + 2, event: { type: "done", status: "interrupted" } },
  ]);
  const message = (await readThread(ada, threadId)).messages.at(-1);
  expect(message).toMatchObject({ status: "interrupted", error: null });
  expect(message?.parts).toEqual([{ type: "text", text: textOf(events) }]);
  const { endedAt, status } = await readGeneration(ada, generationId);
  expect({ status, ended: endedAt !== null }).toEqual({ status: "interrupted", ended: true });
  expect(await recoverExpired(app.deps, new AnswerPubSub(bus), [])).toBe(0);
});

/**
 * Takes an answer from its process, waits until its call is closed, and sets the times of its stored output:
 * within 4.9 seconds, the last 5 seconds ago.
 */
async function lose(generationId: string): Promise<void> {
  const { sql } = app.deps.database;
  const call = server.calls.at(-1);
  const outputs = () => sql`select seq from generation_events
    where generation_id = ${generationId} and event->>'type' <> 'start' order by seq`;
  await until(async () => (await outputs()).length >= 3);
  await sql`update generations
    set process_id = 'gone', lease_expires_at = now() + interval '10 minutes'
    where id = ${generationId}`;
  await until(() => call?.ended === "closed_by_client");
  // The process notes its count with each renewal: right behind one there is time until the next.
  await sql`update holds set counted_at = null where id = ${generationId}`;
  await until(
    async () =>
      (await sql`select 1 from holds where id = ${generationId} and counted_at is not null`)
        .length > 0,
  );
  const [first] = await outputs();
  await sql`update generation_events set stored_at = now() - case
      when event->>'type' = 'start' then interval '20 seconds'
      when seq = ${first?.seq} then interval '9.9 seconds'
      else interval '5 seconds' end
    where generation_id = ${generationId}`;
  await sql`update holds
    set sent_at = now() - interval '20 seconds', counted_at = null, output_tokens = 0
    where id = ${generationId}`;
  await sql`update generations set lease_expires_at = now() - interval '1 minute'
    where id = ${generationId}`;
}

const ledgerRow = async (generationId: string) => {
  const { db } = app.deps.database;
  const [row] = await db.select().from(ledger).where(eq(ledger.generationId, generationId));
  if (!row) throw new Error("Nothing was booked");
  return row;
};

test("a lost answer is charged what was stored, plus what may have been produced since at that rate", async () => {
  const asked = await ask(ada, { modelId });
  await lose(asked.generationId);
  await recover(1);
  const { messages } = await readThread(ada, asked.threadId);
  const parts = messages.at(-1)?.parts.map((part) => (part.type === "text" ? part.text : ""));
  const stored = estimateTokens(parts?.join("") ?? "");
  expect(stored).toBeGreaterThan(0);
  const row = await ledgerRow(asked.generationId);
  expect(row).toMatchObject({ status: "interrupted", estimated: "yes", reasoningTokens: 0 });
  // As much again in 5 seconds as in those 5, and a little for the moments until now.
  expect(row.outputTokens).toBeWithin(2 * stored, 3 * stored);
});

test("a lost answer whose provider was never called is not charged", async () => {
  const asked = await ask(ada, { modelId });
  await lose(asked.generationId);
  await app.deps.database.sql`update holds set sent_at = null where id = ${asked.generationId}`;
  await recover(1);
  expect(await ledgerRow(asked.generationId)).toMatchObject({
    status: "interrupted",
    estimated: "no",
    costMicroUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
  });
  const events = await readEvents(ada, asked.generationId);
  expect(events.at(-2)?.event).toMatchObject({ type: "usage", costMicroUsd: 0 });
});

test("stored thinking of a lost answer is charged as thinking", async () => {
  server.queue({ reasoning: "let me think ".repeat(400), text: "x", chunkMs: 20 });
  const asked = await ask(ada, { modelId });
  await lose(asked.generationId);
  await recover(1);
  const row = await ledgerRow(asked.generationId);
  expect(row.reasoningTokens).toBeGreaterThan(0);
  expect(row.outputTokens).toBeWithin(2 * row.reasoningTokens, 3 * row.reasoningTokens);
});

test("a process that has lost an answer stops writing it, and may recover it like any other", async () => {
  unsteady.mockRestore();
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId, { atMost: 2 });
  const call = server.calls.at(-1);
  await app.deps.database.sql`update generations
    set process_id = 'taken, and lost again', lease_expires_at = now() + interval '3 seconds'
    where id = ${asked.generationId}`;
  await until(() => call?.ended === "closed_by_client", 6_000);
  await until(async () => (await statusOf(asked.threadId)) === "interrupted", 12_000);
  const events = await readEvents(ada, asked.generationId);
  expect(events.at(-1)?.event).toEqual({ type: "done", status: "interrupted" });
}, 30_000);

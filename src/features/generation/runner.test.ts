import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { type FakeStep, fakeAnswer, fakeProvider } from "../../../test/providers/fake.ts";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import {
  ask,
  connectServer,
  readEvents,
  readGeneration,
  textOf,
  until,
} from "../../../test/support/generation.ts";
import { statementsThrough } from "../../../test/support/statements.ts";
import { memoryBus } from "../../platform/bus/memory.ts";
import type { Deps } from "../../platform/deps.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { recoverExpired } from "./recover-expired.ts";
import { Runner } from "./runner.ts";
import { AnswerPubSub } from "./stream/answer-pubsub.ts";

// Whole answers take seconds on a busy machine.
setDefaultTimeout(30_000);

const lines: string[] = [];
const server = openAiServer();
const bus = memoryBus();
let app: TestApp;
let ada: Person;
let modelId: string;
/** While set, publishing fails. */
let mute = false;
beforeAll(async () => {
  server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" },
    deps: {
      logger: createLogger("info", { write: (line: string) => void lines.push(line) }),
      bus: {
        ...bus,
        publish: async (topic, payload) => {
          if (mute) throw new Error("The bus is away");
          await bus.publish(topic, payload);
        },
      },
    },
  });
  ada = await app.person("Ada");
  modelId = await connectServer(app, server, "openai");
});
afterEach(() => {
  mute = false;
});
afterAll(async () => {
  await app.close();
  server.stop();
});

/** A separate runner beside the application's, which gets the answers started from now on. */
function runner(steps: FakeStep[], deps: Deps = app.deps) {
  const pubsub = new AnswerPubSub(deps.bus);
  const own = new Runner(deps, pubsub);
  const stub = spyOn(app.deps.services.generation.runner, "start").mockImplementation((plan) =>
    own.start(
      plan,
      fakeProvider(() => steps),
    ),
  );
  return {
    own,
    pubsub,
    [Symbol.asyncDispose]: async () => {
      stub.mockRestore();
      await own.close();
    },
  };
}

const ENDLESS: FakeStep[] = [
  { events: [{ type: "text", text: "Hello." }] },
  { until: new Promise(() => {}) },
];

test("a draining process lets its answers finish within the grace period, also those started meanwhile, and counts them", async () => {
  const gate = Promise.withResolvers<void>();
  await using running = runner([{ until: gate.promise }, ...fakeAnswer("Whole.")]);
  const first = await ask(ada, { modelId });
  const drained = running.own.drain(600_000);
  const second = await ask(ada, { modelId });
  expect(running.own.size).toBe(2);
  expect((await app.deps.metrics.generationsRunning.get()).values[0]?.value).toBe(2);
  gate.resolve();
  await drained;
  expect(running.own.size).toBe(0);
  expect((await app.deps.metrics.generationsRunning.get()).values[0]?.value).toBe(0);
  for (const { generationId } of [first, second])
    expect((await readGeneration(ada, generationId)).status).toBe("complete");
});

test("after the grace period it interrupts the rest, and that is stored when it has closed", async () => {
  await using running = runner(ENDLESS);
  const { generationId } = await ask(ada, { modelId });
  await until(() => running.own.find(generationId)?.text === "Hello.");
  const began = performance.now();
  await running.own.drain(300);
  expect(performance.now() - began).toBeGreaterThan(290);
  expect((await readGeneration(ada, generationId)).status).toBe("interrupted");
  expect(textOf(await readEvents(ada, generationId))).toBe("Hello.");
});

test("a bus that is down delays no answer and does not block its end", async () => {
  await using running = runner(fakeAnswer("Whole."));
  running.own.startUpkeep();
  mute = true;
  const { generationId } = await ask(ada, { modelId });
  await until(async () => (await readGeneration(ada, generationId)).status === "complete");
  mute = false;
  expect(textOf(await readEvents(ada, generationId))).toBe("Whole.");
});

test("the text of a running answer is stored within moments, and announced to processes that follow it", async () => {
  await using running = runner(ENDLESS);
  running.own.startUpkeep();
  const { generationId } = await ask(ada, { modelId });
  const told: string[] = [];
  const end = bus.subscribe("generation.grew", (ids) => void told.push(ids));
  const events = await readEvents(ada, generationId, { atMost: 2 });
  end();
  expect(textOf(events)).toBe("Hello.");
  expect(told).toContain(generationId);
  const [row] = await app.deps.database.sql`select count(*) from generation_events
    where generation_id = ${generationId}`;
  expect(Number(row?.count)).toBeGreaterThan(0);
});

test("an answer that no other process follows is stored and not announced", async () => {
  await using running = runner(ENDLESS);
  running.own.startUpkeep();
  const told: string[] = [];
  const end = bus.subscribe("generation.grew", (ids) => void told.push(ids));
  const { generationId } = await ask(ada, { modelId });
  await until(async () => {
    const rows = await app.deps.database.sql`select 1 from generation_events
      where generation_id = ${generationId} and event->>'type' = 'delta'`;
    return rows.length === 1;
  });
  end();
  expect(told).toEqual([]);
});

test("a follower in another process whose notification cannot be answered does no harm", async () => {
  await using running = runner(ENDLESS);
  const { generationId } = await ask(ada, { modelId });
  await until(() => running.own.find(generationId)?.text === "Hello.");
  mute = true;
  await bus.publish("generation.follow", generationId);
  expect(running.own.find(generationId)?.followedUntil).toBeGreaterThan(performance.now());
});

test("a new follower in another process is notified at once, and not again at each follow message", async () => {
  await using running = runner(ENDLESS);
  const { generationId } = await ask(ada, { modelId });
  const told: string[] = [];
  const end = bus.subscribe("generation.grew", (ids) => void told.push(ids));
  await bus.publish("generation.follow", generationId);
  await bus.publish("generation.follow", generationId);
  await bus.publish("generation.follow", Bun.randomUUIDv7());
  end();
  expect(told).toEqual([generationId]);
  expect(running.own.size).toBe(1);
});

test("a stop requested in another process ends the answer, also when its message is lost", async () => {
  for (const lost of [false, true]) {
    await using running = runner(ENDLESS);
    if (lost) running.own.startUpkeep();
    const { generationId } = await ask(ada, { modelId });
    await until(() => running.own.find(generationId)?.text === "Hello.");
    mute = lost;
    expect((await ada.post(`/generations/${generationId}/stop`)).status).toBe(202);
    await until(async () => (await readGeneration(ada, generationId)).status === "stopped");
  }
});

test("an answer whose end cannot be stored is left to recovery, and logged", async () => {
  await using running = runner(fakeAnswer("Whole."));
  const { runner: theirs } = app.deps.services.generation;
  lines.length = 0;
  spyOn(theirs, "start").mockImplementationOnce((plan) => {
    // A citation of a source without text: an internal error after the provider's end.
    Reflect.set(plan, "sources", null);
    running.own.start(
      plan,
      fakeProvider(() => fakeAnswer('[S1: "x"]')),
    );
  });
  const { generationId } = await ask(ada, { modelId });
  await until(() => running.own.size === 0);
  const told = lines.filter((line) => line.includes("left to recovery"));
  expect(told).toHaveLength(1);
  expect(JSON.parse(told[0] ?? "")).toMatchObject({ level: "error", generationId });
  await app.deps.database.sql`update generations set lease_expires_at = now() - interval '1 minute'
    where id = ${generationId}`;
  await recoverExpired(app.deps, running.pubsub, []);
  await until(async () => (await readGeneration(ada, generationId)).status === "interrupted");
});

test("a lasting upkeep failure is logged once in ten seconds, and the upkeep goes on", async () => {
  const { db } = app.deps.database;
  let away = true;
  let tries = 0;
  const flaky = statementsThrough(db, async ({ text, send }) => {
    if (!away || !text.includes("generation_events")) return send();
    tries++;
    throw new Error("gone");
  });
  const deps = { ...app.deps, database: { ...app.deps.database, db: flaky } };
  await using running = runner(ENDLESS, deps);
  lines.length = 0;
  running.own.startUpkeep();
  const { generationId } = await ask(ada, { modelId });
  await until(() => tries >= 3);
  away = false;
  const stored = async () =>
    (
      await app.deps.database
        .sql`select 1 from generation_events where generation_id = ${generationId}`
    ).length > 0;
  await until(stored);
  expect(lines.filter((line) => line.includes("generation upkeep failed"))).toHaveLength(1);
});

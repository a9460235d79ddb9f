import {
  afterAll,
  afterEach,
  beforeAll,
  expect,
  setDefaultTimeout,
  setSystemTime,
  spyOn,
  test,
} from "bun:test";
import { type FakeStep, fakeAnswer, fakeProvider } from "../../../../test/providers/fake.ts";
import { openAiServer } from "../../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../../test/support/app.ts";
import {
  ask,
  connectServer,
  readEvents,
  readGeneration,
  until,
} from "../../../../test/support/generation.ts";
import { createLogger } from "../../../platform/observability/logger.ts";
import { foldLog, readLog } from "../repo.ts";
import type { Runner } from "../runner.ts";

// Whole answers take seconds on a busy machine.
setDefaultTimeout(30_000);

const lines: string[] = [];
const server = openAiServer();
let app: TestApp;
let ada: Person;
let modelId: string;
let runner: Runner;
let steps: FakeStep[] = [];
beforeAll(async () => {
  server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" },
    deps: { logger: createLogger("info", { write: (line: string) => void lines.push(line) }) },
  });
  ada = await app.person("Ada");
  modelId = await connectServer(app, server, "openai");
  runner = app.deps.services.generation.runner;
  const start = runner.start.bind(runner);
  spyOn(runner, "start").mockImplementation((plan) =>
    start(
      plan,
      fakeProvider(() => steps),
    ),
  );
});
afterEach(() => {
  setSystemTime();
});
afterAll(async () => {
  await app.close();
  server.stop();
});

const ENDLESS: FakeStep[] = [
  { events: [{ type: "text", text: "Hello." }] },
  { until: new Promise(() => {}) },
];

async function asked(script: FakeStep[]) {
  steps = script;
  return ask(ada, { modelId });
}

/** Reads an answer's stream as it comes over the wire, read by read. */
async function wire(generationId: string, after = 0) {
  const response = await ada.get(`/generations/${generationId}/events?after=${after}`);
  if (response.body === null) throw new Error("There is no stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  return {
    next: async () => (await reader.read()).value,
    until: async (part: string) => {
      let text = "";
      while (!text.includes(part)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`The stream ended with ${text}`);
        text += value;
      }
      return text;
    },
    leave: () => reader.cancel(),
  };
}

/** What happens while every statement about a table fails. */
async function without<T>(table: string, work: () => Promise<T>): Promise<T> {
  const { sql } = app.owner;
  try {
    await sql`alter table ${sql(table)} rename to away`;
    return await work();
  } finally {
    await sql`alter table away rename to ${sql(table)}`;
  }
}

const openStreams = async () => (await app.deps.metrics.streams.get()).values[0]?.value ?? 0;

test("an event has its number, its type and its JSON, and the stream is neither stored nor buffered", async () => {
  const { generationId, answerId } = await asked(fakeAnswer("Hello."));
  await until(async () => (await readGeneration(ada, generationId)).status === "complete");
  await until(() => runner.find(generationId) === undefined);
  const response = await ada.get(`/generations/${generationId}/events`);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  const blocks = (await response.text()).split("\n\n");
  expect(blocks.pop()).toBe("");
  const heads = blocks.map((block) => block.split("\ndata: ")[0]);
  expect(heads).toEqual([
    "id: 1\nevent: start",
    "id: 7\nevent: delta",
    "id: 8\nevent: usage",
    "id: 9\nevent: done",
  ]);
  const usage = { inputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2 };
  expect(blocks.map((block): unknown => JSON.parse(block.split("\ndata: ")[1] ?? ""))).toEqual([
    { type: "start", messageId: answerId },
    { type: "delta", text: "Hello." },
    { type: "usage", usage: { ...usage, reasoningTokens: 0 }, costMicroUsd: 60 },
    { type: "done", status: "complete" },
  ]);
});

test("an ended answer takes a few rows, and goes on at every number as it was said", async () => {
  const citing = { text: 'Rent [S1: "due"]: ', type: "text" } as const;
  const { generationId } = await asked([
    { events: [{ type: "reasoning", text: "Hm." }] },
    ...Array.from({ length: 6 }, (_, n) => ({
      events: [n === 3 ? citing : ({ type: "text", text: `Piece ${n}. ` } as const)],
      until: Bun.sleep(n * 130),
    })),
    ...fakeAnswer("End."),
  ]);
  const live = await readEvents(ada, generationId);
  await until(() => runner.find(generationId) === undefined);
  const [stored] = await app.owner.sql`
    select count(*)::int as rows from generation_events where generation_id = ${generationId}`;
  expect(stored?.rows).toBe(5);
  const text = (events: typeof live) =>
    events.map(({ event }) => ("text" in event ? event.text : `<${event.type}>`)).join("");
  const whole = text(await readEvents(ada, generationId));
  expect(whole).toBe(text(live));
  const end = live.at(-1)?.id ?? 0;
  for (let after = 0; after < end; after++) {
    const rest = await readEvents(ada, generationId, { after });
    expect(rest.at(-1)).toEqual(live.at(-1));
    expect(text(rest)).toBe(whole.slice(whole.length - text(rest).length));
    const seen = live.filter(({ id }) => id <= after);
    if (after === (seen.at(-1)?.id ?? 0)) expect(text(seen) + text(rest)).toBe(whole);
  }
});

test("a row that another connection stores while the log is folded hides no part of the answer", async () => {
  const { generationId } = await asked(ENDLESS);
  const { db } = app.deps.database;
  const { processId } = app.deps;
  const text = "Hello, world.";
  const whole = [{ end: text.length, event: { type: "delta", text } as const }];
  let folding: Promise<void> | undefined;
  await app.owner.sql.begin(async (late) => {
    for (const [seq, piece] of [
      [text.length, "d."],
      [text.length - 2, "l"],
    ] as const)
      await late`insert into generation_events (generation_id, seq, event)
        values (${generationId}, ${seq}, ${JSON.stringify({ type: "delta", text: piece })}::text::jsonb)`;
    folding = foldLog(db, processId, generationId, whole);
    await until(async () => (await late`select 1 from pg_locks where not granted`).length > 0);
  });
  await folding;
  const said = (await readLog(db, generationId, 0)).map(({ event }) => event);
  expect(said).toEqual([{ type: "delta", text }]);
  expect((await readLog(db, generationId, 7)).map(({ event }) => event)).toEqual([
    { type: "delta", text: "world." },
  ]);
  await ada.post(`/generations/${generationId}/stop`);
  await until(() => runner.find(generationId) === undefined);
});

test("a reader that has seen more than there is gets the end all the same, under the next number", async () => {
  const { generationId } = await asked(fakeAnswer("Hello."));
  const whole = await readEvents(ada, generationId);
  await until(() => runner.find(generationId) === undefined);
  const done = { type: "done", status: "complete" } as const;
  expect(whole.at(-1)).toEqual({ id: 9, event: done });
  for (const [after, id] of [
    [8, 9],
    [9, 10],
    [500, 501],
  ] as const)
    expect(await readEvents(ada, generationId, { after })).toEqual([{ id, event: done }]);
});

test("the number of the last event may come in the header that browsers send, which counts", async () => {
  const { generationId } = await asked(fakeAnswer("Hello."));
  await readEvents(ada, generationId);
  const response = await ada.request(
    "GET",
    `/generations/${generationId}/events?after=0`,
    undefined,
    {
      "last-event-id": "7",
    },
  );
  expect(await response.text()).toStartWith("id: 8\nevent: usage\n");
});

test("while nothing comes there is a sign of life after fifteen seconds, and not before", async () => {
  const { generationId } = await asked(ENDLESS);
  const stream = await wire(generationId);
  expect(await stream.until("Hello.")).toContain("event: start");
  const wake = () => runner.find(generationId)?.wakeReaders();
  setSystemTime(Date.now() + 9_000);
  wake();
  let came = false;
  const next = stream.next().finally(() => {
    came = true;
  });
  await Bun.sleep(50);
  expect(came).toBe(false);
  setSystemTime(Date.now() + 7_000);
  wake();
  expect(await next).toMatch(/^: .+\n\n$/);
  await stream.leave();
  await ada.post(`/generations/${generationId}/stop`);
});

test("a reader that goes is forgotten", async () => {
  const { generationId } = await asked(ENDLESS);
  const before = await openStreams();
  const stream = await wire(generationId);
  await stream.until("Hello.");
  expect(await openStreams()).toBe(before + 1);
  await stream.leave();
  await until(async () => (await openStreams()) === before);
  await ada.post(`/generations/${generationId}/stop`);
});

test("a stream whose log cannot be read ends with a hint to come back, and the log says why", async () => {
  const { generationId } = await asked(fakeAnswer("Hello."));
  await readEvents(ada, generationId);
  await until(() => runner.find(generationId) === undefined);
  lines.length = 0;
  const text = await without("generation_events", async () =>
    (await ada.get(`/generations/${generationId}/events`)).text(),
  );
  expect(text).toBe("retry: 250\n\n");
  const told = lines.filter((line) => line.includes("event stream aborted"));
  expect(told).toHaveLength(1);
  expect(JSON.parse(told[0] ?? "")).toMatchObject({ level: "warn", generationId });
});

test("a reader whose right cannot be asked for is told to come back, not sent away", async () => {
  const { generationId } = await asked(ENDLESS);
  const stream = await wire(generationId);
  await stream.until("Hello.");
  const told = await without("threads", async () => {
    await app.deps.bus.publish("project.access", ada.me.personalProjectId ?? "");
    return stream.next();
  });
  expect(told).toBe("retry: 250\n\n");
  await ada.post(`/generations/${generationId}/stop`);
});

test("a reader whose right still stands after a change reads on", async () => {
  const gate = Promise.withResolvers<void>();
  const { generationId } = await asked([
    { events: [{ type: "text", text: "Hello." }] },
    { until: gate.promise },
    ...fakeAnswer(" Bye."),
  ]);
  const stream = await wire(generationId);
  await stream.until("Hello.");
  await app.deps.bus.publish("project.access", ada.me.personalProjectId ?? "");
  gate.resolve();
  expect(await stream.until("event: done")).toContain(" Bye.");
});

test("when the process leaves, streams of running answers end with a hint to come back elsewhere", async () => {
  const { generationId } = await asked(ENDLESS);
  const stream = await wire(generationId);
  await stream.until("Hello.");
  app.deps.lifecycle.leave();
  expect(await stream.next()).toBe("retry: 250\n\n");
  expect(await stream.next()).toBeUndefined();
});

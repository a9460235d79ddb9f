import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { estimateTokens } from "../../src/providers/estimate-tokens.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import {
  type Asked,
  ask,
  connectServer,
  readGeneration,
  readThread,
  textOf,
  until,
} from "../support/generation.ts";
import { randomFrom } from "../support/random.ts";
import { slowness } from "../support/slowness.ts";
import { visit } from "./reader.ts";
import {
  endServers,
  listeningAgain,
  type ServerProcess,
  startServer,
  withDepsOf,
} from "./server-process.ts";

const provider = openAiServer();
let database: TestDatabase;
let writing: ServerProcess;
let other: ServerProcess;
let ada: Person;
let adaElsewhere: Person;
let modelId: string;

beforeAll(async () => {
  provider.start();
  database = await createTestDatabase();
  const options = { databaseUrl: database.url, env: { ATELIER_ROLE: "api" } };
  [writing, other] = await Promise.all([startServer(options), startServer(options)]);
  ada = await writing.person("Ada");
  adaElsewhere = other.as(ada);
  modelId = await withDepsOf(writing, (deps) => connectServer({ deps }, provider, "openai"));
});
afterEach(() => provider.reset());
afterAll(async () => {
  await endServers();
  await database.drop();
  provider.stop();
});

async function stopElsewhere({ generationId }: Asked): Promise<number> {
  const call = provider.running.at(-1);
  const askedAt = performance.now();
  expect((await adaElsewhere.post(`/generations/${generationId}/stop`)).status).toBe(202);
  await until(() => call?.ended !== undefined);
  expect(call?.ended).toBe("closed_by_client");
  return (call?.endedAt ?? Number.POSITIVE_INFINITY) - askedAt;
}

test("stop, asked of another process, closes the provider's socket within a second and charges what was produced", async () => {
  provider.scenario = { endless: true, text: "and so on ", chunkMs: 5 };
  const asked = await ask(ada, { modelId });
  await visit(writing.origin, ada, asked.generationId, 0, { afterBytes: 500 });
  expect(await stopElsewhere(asked)).toBeLessThan(1_000 * slowness());
  const { events } = await visit(other.origin, ada, asked.generationId, 0);
  expect(events.at(-1)?.event).toEqual({ type: "done", status: "stopped" });
  const { messages } = await readThread(adaElsewhere, asked.threadId);
  expect(messages[1]?.parts).toEqual([{ type: "text", text: textOf(events) }]);
  const { usage, costMicroUsd } = await readGeneration(adaElsewhere, asked.generationId);
  expect(usage?.outputTokens).toBe(estimateTokens(textOf(events)));
  expect(costMicroUsd).toBeGreaterThan(0);
});

const STORY = Array.from({ length: 400 }, (_, n) => `${n}·Absatz “${n * 3}” 🏠\n`).join("");

test("database connections that are ended again and again, the listening ones too, cost no text and come back", async () => {
  provider.scenario = { text: STORY, chunkMs: 8, deltaChars: 9 };
  const asked = await ask(ada, { modelId });
  let ended = false;
  const reading = (async () => {
    const events: Awaited<ReturnType<typeof visit>>["events"] = [];
    while (events.at(-1)?.event.type !== "done") {
      const seen = await visit(other.origin, ada, asked.generationId, events.at(-1)?.id ?? 0);
      events.push(...seen.events);
      // A browser's pause before it reconnects.
      await Bun.sleep(50);
    }
    ended = true;
    return events;
  })();
  let cuts = 0;
  await withDepsOf(writing, async ({ database: { sql } }) => {
    while (!ended) {
      // Pace of the cuts: enough time to open new connections.
      await Bun.sleep(700);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
      cuts++;
    }
  });
  const events = await reading;
  expect(cuts).toBeGreaterThan(2);
  expect(textOf(events)).toBe(STORY);
  // Connections cut just now are noticed with the next request on them.
  for (const person of [ada, adaElsewhere])
    await eventually("an answer", async () => (await person.get("/me")).status === 200);
  const { messages } = await readThread(adaElsewhere, asked.threadId);
  expect(messages[1]).toMatchObject({ status: "complete", parts: [{ type: "text", text: STORY }] });
  await listeningAgain(writing, 2);
  provider.scenario = { endless: true, text: "and so on ", chunkMs: 5 };
  const next = await ask(ada, { modelId });
  await visit(writing.origin, ada, next.generationId, 0, { afterBytes: 200 });
  expect(await stopElsewhere(next)).toBeLessThan(1_000 * slowness());
});

test("a thousand readers that leave at any moment leave nothing behind, and the answers go on", async () => {
  const ANSWERS = 10;
  const READERS = 1_000;
  provider.scenario = { endless: true, text: "and so on ", chunkMs: 50 };
  const asked = await Promise.all(Array.from({ length: ANSWERS }, () => ask(ada, { modelId })));
  const random = randomFrom(7);
  for (let left = READERS; left > 0; left -= 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const origin = n % 2 === 0 ? writing.origin : other.origin;
        const { generationId } = asked[n % ANSWERS] ?? { generationId: "" };
        return visit(origin, ada, generationId, 0, { afterMs: random() * 150 });
      }),
    );
  }
  for (const server of [writing, other])
    await until(async () => (await server.metric("atelier_event_streams_open")) === 0);
  expect(provider.running.length).toBe(ANSWERS);
  await Promise.all(
    asked.map(({ generationId }) => adaElsewhere.post(`/generations/${generationId}/stop`)),
  );
  await until(() => provider.running.length === 0);
  expect(provider.calls.every(({ ended }) => ended === "closed_by_client")).toBe(true);
  await until(async () => (await writing.metric("atelier_generations_running")) === 0);
});

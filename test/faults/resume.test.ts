import { afterAll, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  ask,
  connectServer,
  readThread,
  type StreamedEvent,
  textOf,
} from "../support/generation.ts";
import { randomFrom } from "../support/random.ts";
import { visit } from "./reader.ts";
import { endServers, type ServerProcess, startServer, withDepsOf } from "./server-process.ts";

const provider = openAiServer();
let database: TestDatabase;
let writing: ServerProcess;
let other: ServerProcess;
let ada: Person;
let modelId: string;

beforeAll(async () => {
  provider.start();
  database = await createTestDatabase();
  const options = { databaseUrl: database.url, env: { ATELIER_ROLE: "api" } };
  writing = await startServer(options);
  other = await startServer(options);
  ada = await writing.person("Ada");
  modelId = await withDepsOf(writing, (deps) => connectServer({ deps }, provider, "openai"));
});
afterAll(async () => {
  await endServers();
  await database.drop();
  provider.stop();
});

/**
 * Text in which every gap shows: no two places alike, characters of one to four bytes; within the model's cap.
 */
const STORY = Array.from({ length: 600 }, (_, n) => `${n}·Straße “${n * 7}” 世界🏠\n`).join("");
const READERS = 3;
const RELOADS = 50;

for (const where of ["the process that writes it", "another process"] as const) {
  test(`fifty reloads and cuts at random bytes, reading from ${where}, miss and repeat nothing`, async () => {
    provider.scenario = { text: STORY, chunkMs: 4, deltaChars: 9, writeSizes: [300, 7, 61] };
    const asked = await ask(ada, { modelId });
    const { origin } = where === "another process" ? other : writing;
    const seeds = Array.from({ length: READERS }, () => Math.floor(Math.random() * 2 ** 31));
    process.stdout.write(`seeds: ${seeds.join(", ")}\n`);
    const readers = seeds.map((seed) => readWithReloads(origin, asked.generationId, seed));
    for (const { events, visits } of await Promise.all(readers)) {
      expect(visits).toBeGreaterThan(RELOADS);
      expectSame(textOf(events), STORY);
      expect(events.at(-1)?.event).toEqual({ type: "done", status: "complete" });
      const ids = events.map(({ id }) => id);
      expect(ids.every((id, index) => id > (ids[index - 1] ?? 0))).toBe(true);
    }
    expectSame(provider.calls.at(-1)?.sentText ?? "", STORY);
    const { messages } = await readThread(other.as(ada), asked.threadId);
    expect(messages[1]?.parts).toEqual([{ type: "text", text: STORY }]);
  });
}

/** Compares byte by byte; reports the first difference instead of printing both. */
function expectSame(text: string, wanted: string): void {
  let at = 0;
  while (at < wanted.length && text[at] === wanted[at]) at++;
  expect({ at, length: text.length, rest: text.slice(at, at + 40) }).toEqual({
    at: wanted.length,
    length: wanted.length,
    rest: "",
  });
}

/** Reads an answer to its end over many connections, each left at a random byte or moment. */
async function readWithReloads(origin: string, generationId: string, seed: number) {
  const random = randomFrom(seed);
  const events: StreamedEvent[] = [];
  let visits = 0;
  let patience = 1;
  for (;;) {
    const leave =
      random() < 0.7
        ? { afterBytes: Math.ceil(random() * 700 * patience) }
        : { afterMs: random() * 120 * patience };
    const seen = await visit(origin, ada, generationId, events.at(-1)?.id ?? 0, leave);
    expect(seen.status === 200 || seen.status === 0).toBe(true);
    visits++;
    if (visits > 2000)
      throw new Error(
        `stuck at ${events.at(-1)?.id} status ${seen.status}: ${seen.text}\n${writing.output()}\n${other.output()}`,
      );
    // An event longer than the visit would never arrive completely: stay longer until it does.
    patience = seen.events.length > 0 ? 1 : patience * 2;
    events.push(...seen.events);
    if (seen.ended) return { events, visits };
  }
}

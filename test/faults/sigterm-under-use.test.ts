import { afterAll, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import {
  type Asked,
  ask,
  connectServer,
  newThread,
  readThread,
  until,
} from "../support/generation.ts";
import { readProblem } from "../support/read.ts";
import { endServers, type ServerProcess, startServer, withDepsOf } from "./server-process.ts";

const DRAIN_SECONDS = 1;
const CLIENTS = 8;
const provider = openAiServer();
/** Some seconds long: longer than the drain delay, far shorter than an answer may take. */
const STORY = Array.from({ length: 120 }, (_, n) => `${n}·Zeile “${n * 3}” 🏠\n`).join("");
let server: ServerProcess;
let ada: Person;
let modelId: string;

beforeAll(async () => {
  provider.start();
  server = await startServer({ env: { ATELIER_DRAIN_SECONDS: String(DRAIN_SECONDS) } });
  ada = await server.person("Ada");
  modelId = await withDepsOf(server, (deps) => connectServer({ deps }, provider, "openai"));
  provider.scenario = { text: STORY, chunkMs: 25, deltaChars: 9 };
}, 60_000);
afterAll(async () => {
  await endServers();
  provider.stop();
});

test("told to end while clients go on asking, one machine finishes what runs, refuses new questions, and ends", async () => {
  const refusals = new Set<string>();
  const retryAfter = new Set<string | null>();
  const asked: Asked[] = await Promise.all(
    Array.from({ length: CLIENTS }, () => ask(ada, { modelId })),
  );
  let gone = false;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!gone) {
      try {
        const threadId = await newThread(ada);
        const body = { text: "And now?", parentId: null, modelId };
        const response = await ada.post(`/threads/${threadId}/messages`, body);
        if (response.status === 202) {
          await response.body?.cancel();
        } else {
          retryAfter.add(response.headers.get("retry-after"));
          refusals.add((await readProblem(response)).code);
        }
      } catch {
        // The process is gone, or accepts no connections any more.
      }
      await Bun.sleep(100);
    }
  });
  await until(() => provider.running.length > CLIENTS);
  server.signal("SIGTERM");
  const ended = await Promise.race([server.exited, Bun.sleep(40_000).then(() => "still running")]);
  gone = true;
  await Promise.all(clients);
  expect(ended).toBe(0);
  expect([...refusals]).toEqual(["shutting_down"]);
  expect([...retryAfter]).toEqual(["5"]);
  const again = await startServer({ dataDir: server.dataDir });
  for (const { threadId } of asked) {
    const { messages } = await readThread(again.as(ada), threadId);
    expect(messages[1]).toMatchObject({
      status: "complete",
      parts: [{ type: "text", text: STORY }],
    });
  }
  const statuses = await withDepsOf(
    again,
    ({ database: { sql } }) => sql`select distinct status from generations`,
  );
  expect(statuses.map(({ status }) => status)).toEqual(["complete"]);
}, 120_000);

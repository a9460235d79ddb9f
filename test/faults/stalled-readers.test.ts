import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { readConfig } from "../../src/config.ts";
import { newSecretKey } from "../../src/platform/crypto/secret-keys.ts";
import { type RunningServer, serve } from "../../src/serve.ts";
import { openAiServer } from "../providers/openai-server.ts";
import { type Person, type Send, signUp } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  type Asked,
  ask,
  connectServer,
  readGeneration,
  readThread,
  until,
} from "../support/generation.ts";
import { endServers, newFolder } from "./server-process.ts";

// In this process, so that memory can be measured after garbage collection.
const provider = openAiServer();
let database: TestDatabase;
let server: RunningServer;
let ada: Person;
let modelId: string;

const READERS = 40;
/** Maximum size of an answer, in characters. */
const OFFERED = 12_000_000;
const BYTES = 3 * OFFERED;

beforeAll(async () => {
  provider.start();
  database = await createTestDatabase();
  server = await serve(
    readConfig({
      PORT: "0",
      ATELIER_ROLE: "api",
      ATELIER_HOST: "127.0.0.1",
      ATELIER_METRICS_PORT: "0",
      ATELIER_DATA_DIR: newFolder(),
      DATABASE_URL: database.url,
      ATELIER_SECRET_KEYS: newSecretKey("test"),
      ATELIER_LOG_LEVEL: "silent",
      ATELIER_PROVIDER_PRIVATE_HOSTS: "true",
    }),
  );
  const send: Send = (path, init) => fetch(`${server.url}${path}`, init);
  ada = await signUp(send, "Ada", new URL(server.setupUrl ?? "").searchParams.get("token"));
  modelId = await connectServer(server, provider, "openai");
  // A model and an agent with a large cap: an ordinary one would end the flood at once.
  await server.deps.database.sql`
    update models set max_output_tokens = ${OFFERED}, context_window = ${4 * OFFERED}`;
  await server.deps.database.sql`update agents set max_output_tokens = ${OFFERED}`;
});
afterAll(async () => {
  await server.stop(0);
  await endServers();
  await database.drop();
  provider.stop();
});

test("readers that never read keep no memory while a provider floods, and the flood has an end", async () => {
  const alone = await flood(0);
  const watched = await flood(READERS);
  // Far from what buffers would hold, as the process's memory also grows between two floods without readers.
  expect(watched - alone).toBeLessThan((READERS * BYTES) / 8);
}, 400_000);

/** @returns the memory retained after a flood, while its readers are still connected. */
async function flood(readers: number): Promise<number> {
  provider.scenario = { endless: true, text: "世".repeat(8_000), deltaChars: 4_000, chunkMs: 1 };
  const asked = await ask(ada, { modelId });
  const stalled = Array.from({ length: readers }, () => stall(asked));
  await until(
    async () => (await readGeneration(ada, asked.generationId)).status !== "running",
    150_000,
  );
  const { messages } = await readThread(ada, asked.threadId);
  expect(messages[1]).toMatchObject({ status: "complete", error: { code: "length" } });
  expect(await openStreams()).toBe(readers);
  Bun.gc(true);
  await Bun.sleep(500);
  Bun.gc(true);
  const kept = process.memoryUsage.rss();
  for (const socket of stalled) socket.destroy();
  await until(async () => (await openStreams()) === 0);
  return kept;
}

async function openStreams(): Promise<number> {
  const metrics = await (await fetch(server.metricsUrl)).text();
  return Number(/^atelier_event_streams_open (.+)$/m.exec(metrics)?.[1]);
}

function stall({ generationId }: Asked): Socket {
  const { hostname, port, host } = new URL(server.url);
  const socket = connect(Number(port), hostname).pause();
  socket.on("error", () => {});
  socket.write(
    `GET /api/v1/generations/${generationId}/events HTTP/1.1\r\nhost: ${host}\r\ncookie: ${ada.cookie}\r\n\r\n`,
  );
  return socket;
}

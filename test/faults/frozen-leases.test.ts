import { afterAll, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type DatabaseProxy, proxyTo } from "../support/database-proxy.ts";
import { ask, connectServer, readThread, until } from "../support/generation.ts";
import { endServers, type ServerProcess, startServer, withDepsOf } from "./server-process.ts";

const provider = openAiServer();
/** Longer than a lease of nine seconds, with time for its last renewal. */
const FROZEN_MS = 14_000;
let database: TestDatabase;
let proxy: DatabaseProxy;
let servers: ServerProcess[];
let ada: Person;
let modelId: string;

beforeAll(async () => {
  provider.start();
  database = await createTestDatabase();
  proxy = await proxyTo(database.url);
  const options = { databaseUrl: proxy.url, env: { ATELIER_ROLE: "api" } };
  servers = await Promise.all([startServer(options), startServer(options)]);
  const [first] = servers;
  if (first === undefined) throw new Error("No server");
  ada = await first.person("Ada");
  modelId = await withDepsOf(first, (deps) => connectServer({ deps }, provider, "openai"));
}, 60_000);
afterAll(async () => {
  await endServers();
  await proxy.close();
  await database.drop();
  provider.stop();
});

test("a database that hung for longer than a lease ends no living answer", async () => {
  provider.scenario = { endless: true, text: "and so on ", chunkMs: 20 };
  const asked = await Promise.all(
    [...servers, ...servers].map((server) => ask(server.as(ada), { modelId })),
  );
  await until(() => provider.running.length === asked.length);
  proxy.hold();
  await Bun.sleep(FROZEN_MS);
  proxy.release();
  const steady = async () =>
    (await Promise.all(servers.map(({ origin }) => fetch(`${origin}/readyz`)))).every((r) => r.ok);
  await until(steady, 20_000);
  // Long enough for a process that considers the others' leases expired to end them.
  const since = performance.now();
  await until(() => performance.now() - since > 8_000, 20_000);
  expect(provider.running.length).toBe(asked.length);
  for (const { threadId, generationId } of asked) {
    expect((await ada.post(`/generations/${generationId}/stop`)).status).toBe(202);
    await until(
      async () => (await readThread(ada, threadId)).messages.at(-1)?.status !== "running",
    );
    expect((await readThread(ada, threadId)).messages.at(-1)?.status).toBe("stopped");
  }
}, 90_000);

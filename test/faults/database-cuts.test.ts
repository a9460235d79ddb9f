import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type EmbeddedServer, startEmbedded } from "../../src/platform/db/embedded.ts";
import { migrateDatabase } from "../../src/platform/db/migrate.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import {
  ask,
  connectServer,
  readThread,
  type StreamedEvent,
  textOf,
  until,
} from "../support/generation.ts";
import { randomFrom } from "../support/random.ts";
import { slowness } from "../support/slowness.ts";
import { visit } from "./reader.ts";
import {
  endServers,
  freePort,
  listeningAgain,
  moneyOf,
  newFolder,
  type ServerProcess,
  startServer,
  withDepsOf,
} from "./server-process.ts";

const provider = openAiServer();
const folder = newFolder();
let embedded: EmbeddedServer;
let proxy: CuttingProxy;
let servers: ServerProcess[];
let ada: Person;
let modelId: string;

/** A proxy to the database that breaks after a random number of bytes from the database. */
class CuttingProxy {
  cuts = 0;
  /** Bytes that a connection lets through before it breaks; undefined: unlimited. */
  patience: (() => number) | undefined;
  readonly #pairs = new Set<[Socket, Socket]>();
  readonly #server: Server;

  constructor(socketPath: string) {
    this.#server = createServer((client) => {
      const upstream = connect(socketPath);
      const pair: [Socket, Socket] = [client, upstream];
      this.#pairs.add(pair);
      let left = this.patience?.();
      const end = () => {
        this.#pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      };
      client.on("data", (bytes) => upstream.write(bytes));
      upstream.on("data", (bytes: Buffer) => {
        left ??= this.patience?.();
        if (this.patience === undefined) left = undefined;
        if (left !== undefined && bytes.length >= left) {
          this.cuts++;
          client.write(bytes.subarray(0, left), () => end());
          return;
        }
        if (left !== undefined) left -= bytes.length;
        client.write(bytes);
      });
      for (const socket of pair) socket.on("error", end).on("close", end);
    });
  }

  async listen(): Promise<number> {
    const port = await freePort();
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return port;
  }

  close(): void {
    this.#server.close();
    for (const sockets of this.#pairs) for (const socket of sockets) socket.destroy();
  }
}

beforeAll(async () => {
  provider.start();
  embedded = await startEmbedded(folder);
  await migrateDatabase(embedded.ownerUrl);
  const socketFolder = new URL(embedded.ownerUrl).searchParams.get("host");
  proxy = new CuttingProxy(`${socketFolder}/.s.PGSQL.5432`);
  const databaseUrl = `postgres://atelier@127.0.0.1:${await proxy.listen()}/atelier`;
  const options = { databaseUrl, env: { ATELIER_ROLE: "api" } };
  servers = await Promise.all([startServer(options), startServer(options)]);
  const [first] = servers;
  if (first === undefined) throw new Error("No server");
  ada = await first.person("Ada");
  modelId = await withDepsOf(first, (deps) => connectServer({ deps }, provider, "openai"));
});
afterAll(async () => {
  proxy.close();
  // Before its folder is removed, or it would be restarted.
  await embedded.stop();
  await endServers();
  provider.stop();
});

const STORY = Array.from({ length: 400 }, (_, n) => `${n}·Kapitel “${n * 3}” 🏠\n`).join("");

/** Reads an answer to its end, however often the connection or the database breaks. */
async function readAll(server: ServerProcess, generationId: string): Promise<StreamedEvent[]> {
  const events: StreamedEvent[] = [];
  while (events.at(-1)?.event.type !== "done") {
    const seen = await visit(server.origin, ada, generationId, events.at(-1)?.id ?? 0, {
      afterMs: 5_000,
    });
    expect([0, 200, 503]).toContain(seen.status);
    events.push(...seen.events);
    // A browser's pause before it comes back.
    await Bun.sleep(50);
  }
  return events;
}

/** Other requests in between, so that connections break as often on a slow machine as on a fast one. */
async function readProjectsWhileCut(server: ServerProcess): Promise<void> {
  while (proxy.patience !== undefined) {
    expect([200, 503]).toContain((await server.as(ada).get("/projects")).status);
    await Bun.sleep(20);
  }
}

test("connections to the database that break at random bytes lose and double neither text nor money", async () => {
  const [writing, other] = servers;
  if (writing === undefined || other === undefined) throw new Error("No servers");
  const seed = Math.floor(Math.random() * 2 ** 31);
  process.stdout.write(`seed: ${seed}\n`);
  const random = randomFrom(seed);
  provider.scenario = { text: STORY, chunkMs: 10, deltaChars: 9 };
  const asked = await Promise.all([1, 2, 3].map(() => ask(ada, { modelId })));
  proxy.patience = () => 1 + Math.floor(random() * 3_000);
  const readers = asked.flatMap(({ generationId }) =>
    servers.map((server) => readAll(server, generationId)),
  );
  const others = servers.map((server) => readProjectsWhileCut(server));
  // Until every answer has been written, and a while into the storing of their ends.
  await until(() => provider.running.length === 0, 60_000);
  const cutsSoFar = proxy.cuts;
  await until(() => proxy.cuts > Math.max(20, cutsSoFar + 3), 60_000);
  proxy.patience = undefined;
  await Promise.all(others);
  for (const events of await Promise.all(readers)) expect(textOf(events) === STORY).toBe(true);
  for (const { threadId, generationId } of asked) {
    const { messages } = await readThread(other.as(ada), threadId);
    expect(messages[1]).toMatchObject({
      status: "complete",
      parts: [{ type: "text", text: STORY }],
    });
    expect(await moneyOf(writing, generationId)).toEqual({ holds: 0, charges: 1 });
  }
});

test("a configured database that is away for some seconds ends no answer, and stopping elsewhere works again", async () => {
  const [writing, other] = servers;
  if (writing === undefined || other === undefined) throw new Error("No servers");
  provider.scenario = { text: STORY, chunkMs: 10, deltaChars: 9 };
  const asked = await ask(ada, { modelId });
  const reader = readAll(other, asked.generationId);
  await visit(other.origin, ada, asked.generationId, 0, { afterBytes: 300 });
  await embedded.stop();
  const refused = await ada.get("/projects");
  expect(refused.status).toBe(503);
  expect((await fetch(`${writing.origin}/readyz`)).status).toBe(503);
  expect((await fetch(`${writing.origin}/livez`)).status).toBe(200);
  // As long as it is away: longer than the pauses of what asks it again and again.
  await Bun.sleep(3_000);
  embedded = await startEmbedded(folder);
  expect(textOf(await reader) === STORY).toBe(true);
  const { messages } = await readThread(other.as(ada), asked.threadId);
  expect(messages[1]?.status).toBe("complete");

  provider.scenario = { endless: true, text: "and so on ", chunkMs: 10 };
  const next = await ask(ada, { modelId });
  await listeningAgain(writing, servers.length);
  const askedAt = performance.now();
  await other.as(ada).post(`/generations/${next.generationId}/stop`);
  await until(() => provider.running.length === 0);
  expect(performance.now() - askedAt).toBeLessThan(1_000 * slowness());
});

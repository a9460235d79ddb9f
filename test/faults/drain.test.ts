import { afterAll, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import {
  ask,
  connectServer,
  readThread,
  type StreamedEvent,
  textOf,
  until,
} from "../support/generation.ts";
import { slowness } from "../support/slowness.ts";
import { visit } from "./reader.ts";
import { endServers, type ServerProcess, startServer, withDepsOf } from "./server-process.ts";

const provider = openAiServer();
const DRAIN_SECONDS = 3;
const STORY = Array.from({ length: 300 }, (_, n) => `${n}·Punkt “${n * 3}” 🏠\n`).join("");
let database: TestDatabase;
let servers: ServerProcess[];
let ada: Person;
let modelId: string;

beforeAll(async () => {
  provider.start();
  database = await createTestDatabase();
  const options = {
    databaseUrl: database.url,
    env: { ATELIER_ROLE: "api", ATELIER_DRAIN_SECONDS: String(DRAIN_SECONDS) },
  };
  servers = await Promise.all([startServer(options), startServer(options)]);
  const [first] = servers;
  if (first === undefined) throw new Error("No server");
  ada = await first.person("Ada");
  modelId = await withDepsOf(first, (deps) => connectServer({ deps }, provider, "openai"));
});
afterAll(async () => {
  await endServers();
  await database.drop();
  provider.stop();
});

/** Distributes requests to the servers that report ready; sees a change half a second late. */
class Balancer {
  #ready = servers;
  #turn = 0;
  readonly #timer = setInterval(async () => {
    const states = await Promise.all(
      servers.map(async ({ origin }) => (await fetch(`${origin}/readyz`).catch(() => null))?.ok),
    );
    const ready = servers.filter((_, index) => states[index]);
    // Typical delay of a load balancer after a probe.
    await Bun.sleep(500);
    this.#ready = ready;
  }, 200);

  next(): ServerProcess {
    const server = this.#ready[this.#turn++ % this.#ready.length];
    if (server === undefined) throw new Error("No server is ready");
    return server;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** A request every few milliseconds, whether or not earlier ones were answered. */
class Load {
  readonly failures: string[] = [];
  sent = 0;
  readonly #pending = new Set<Promise<void>>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(balancer: Balancer) {
    this.#timer = setInterval(() => {
      if (this.#pending.size > 50) return;
      const one = this.#request(balancer.next(), this.sent++).finally(() =>
        this.#pending.delete(one),
      );
      this.#pending.add(one);
    }, 15);
  }

  async #request(server: ServerProcess, count: number): Promise<void> {
    try {
      const person = server.as(ada);
      const response =
        count % 10 === 0
          ? await person.post(`/projects/${ada.me.personalProjectId}/threads`, {})
          : await person.get("/projects");
      await response.text();
      if (!response.ok) this.failures.push(String(response.status));
    } catch (error) {
      this.failures.push(String(error));
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }
}

test("a process told to end under load refuses no request, finishes its answers, and its readers go on elsewhere", async () => {
  const [leaving, staying] = servers;
  if (leaving === undefined || staying === undefined) throw new Error("No servers");
  const balancer = new Balancer();
  const load = new Load(balancer);
  provider.scenario = { text: STORY, chunkMs: 15, deltaChars: 9 };
  const asked = await Promise.all(Array.from({ length: 8 }, () => ask(ada, { modelId })));
  let hints = 0;
  let moved = 0;
  const readers = asked.map(async ({ generationId }) => {
    const events: StreamedEvent[] = [];
    let from = leaving;
    while (events.at(-1)?.event.type !== "done") {
      const seen = await visit(from.origin, ada, generationId, events.at(-1)?.id ?? 0);
      events.push(...seen.events);
      expect(seen.ended).toBe(true);
      if (seen.text.endsWith("retry: 250\n\n")) hints++;
      if (from === leaving) moved++;
      from = balancer.next();
    }
    return textOf(events);
  });
  await eventually("load, and answers under way", () => load.sent > 50);
  await visit(leaving.origin, ada, asked[0]?.generationId ?? "", 0, { afterBytes: 300 });
  const toldAt = performance.now();
  leaving.signal("SIGTERM");
  await until(async () => (await fetch(`${leaving.origin}/readyz`)).status === 503);
  expect(await leaving.exited).toBe(0);
  expect(performance.now() - toldAt).toBeGreaterThan(DRAIN_SECONDS * 1_000);
  expect(provider.running.length).toBe(0);
  const sentMeanwhile = load.sent;
  await eventually("load on the other one alone", () => load.sent > sentMeanwhile + 30);
  await load.stop();
  balancer.stop();
  expect(load.failures).toEqual([]);
  expect(load.sent).toBeGreaterThan(100);
  for (const text of await Promise.all(readers)) expect(text === STORY).toBe(true);
  expect(hints).toBeGreaterThan(0);
  expect(moved).toBeGreaterThanOrEqual(asked.length);
  for (const { threadId } of asked) {
    const { messages } = await readThread(staying.as(ada), threadId);
    expect(messages[1]).toMatchObject({
      status: "complete",
      parts: [{ type: "text", text: STORY }],
    });
  }
  expect(leaving.output()).not.toContain("dependency not closed cleanly");
});

test("a second signal ends a process at once", async () => {
  const server = servers[1];
  if (server === undefined) throw new Error("No server");
  provider.scenario = { endless: true, text: "and so on ", chunkMs: 20 };
  const { generationId } = await ask(server.as(ada), { modelId });
  server.signal("SIGTERM");
  // Its readers are sent away when the drain ends and it only waits for its answers.
  expect((await visit(server.origin, ada, generationId, 0)).text).toEndWith("retry: 250\n\n");
  const askedAt = performance.now();
  server.signal("SIGTERM");
  expect(await server.exited).toBe(1);
  expect(performance.now() - askedAt).toBeLessThan(500 * slowness());
});

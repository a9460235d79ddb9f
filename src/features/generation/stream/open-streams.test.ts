import { afterAll, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../../test/support/app.ts";
import { ask, connectServer, until } from "../../../../test/support/generation.ts";
import { readProblem } from "../../../../test/support/read.ts";
import { OpenStreams } from "./open-streams.ts";

const server = openAiServer();
let app: TestApp;
let ada: Person;
let ben: Person;
let modelId: string;
beforeAll(async () => {
  server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", ATELIER_EVENT_STREAMS_PER_USER: "2" },
  });
  [ada, ben] = [await app.person("Ada"), await app.person("Ben")];
  modelId = await connectServer(app, server, "openai");
  server.scenario = { text: "On and on. ".repeat(500), chunkMs: 20 };
});
afterAll(async () => {
  await app.close();
  server.stop();
});

test("a user may follow so many answers at once, others as many, and each that is closed makes room", async () => {
  const { generationId } = await ask(ada, { modelId });
  const path = `/generations/${generationId}/events`;
  const follow = async () => {
    const reader = (await ada.get(path)).body?.getReader();
    await reader?.read();
    return reader;
  };
  const first = await follow();
  const second = await follow();
  const refused = await ada.get(path);
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("5");
  expect((await readProblem(refused)).code).toBe("too_many_streams");
  const own = await ask(ben, { modelId });
  const bens = await ben.get(`/generations/${own.generationId}/events`);
  expect(bens.status).toBe(200);
  await bens.body?.cancel();
  await first?.cancel();
  await until(async () => {
    const again = await ada.get(path);
    await again.body?.cancel();
    return again.status === 200;
  });
  await second?.cancel();
  const { streams } = app.deps.services.generation;
  await until(async () => streams.of(ada.me.id) === 0);
});

test("without a limit there is always room", () => {
  const streams = new OpenStreams(0);
  for (let n = 0; n < 1_000; n++) streams.open("ada");
  expect(() => streams.requireRoom("ada")).not.toThrow();
});

test("the last stream that fits fits, and ending one makes room for one", () => {
  const streams = new OpenStreams(2);
  streams.open("ada");
  streams.requireRoom("ada");
  const end = streams.open("ada");
  expect(() => streams.requireRoom("ada")).toThrow("too_many_streams");
  streams.requireRoom("ben");
  end();
  streams.requireRoom("ada");
  expect(streams.of("ada")).toBe(1);
});

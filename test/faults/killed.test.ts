import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import {
  type Asked,
  ask,
  connectServer,
  readEvents,
  readThread,
  textOf,
  until,
} from "../support/generation.ts";
import { readProblem } from "../support/read.ts";
import { slowness } from "../support/slowness.ts";
import { visit } from "./reader.ts";
import { endServers, moneyOf, postgresPid, startServer, withDepsOf } from "./server-process.ts";

const provider = openAiServer();
const STORY = Array.from({ length: 500 }, (_, n) => `${n}·Zeile “${n * 3}” 🏠\n`).join("");

beforeAll(() => void provider.start());
afterEach(async () => {
  provider.reset();
  await endServers();
});
afterAll(() => provider.stop());

async function startWithModel() {
  const server = await startServer();
  const ada = await server.person("Ada");
  const modelId = await withDepsOf(server, (deps) => connectServer({ deps }, provider, "openai"));
  return { server, ada, modelId };
}

const textOfAnswer = async (person: Person, { threadId, answerId }: Asked) => {
  const { messages } = await readThread(person, threadId);
  const answer = messages.find(({ id }) => id === answerId);
  const text = answer?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
  return { ...answer, text };
};

for (const victims of ["server", "server and its database"]) {
  test(`a killed ${victims}: the answer is interrupted within 15 s, keeps its text, is charged, and can be asked again`, () =>
    killAndRecover(victims !== "server"));
}

async function killAndRecover(databaseToo: boolean): Promise<void> {
  const { server, ada, modelId } = await startWithModel();
  provider.scenario = { text: "Said before." };
  const before = await ask(ada, { modelId });
  await readEvents(ada, before.generationId);
  provider.scenario = { text: STORY, chunkMs: 10, deltaChars: 9 };
  const asked = await ask(ada, { modelId });
  const seen = await visit(server.origin, ada, asked.generationId, 0, { afterBytes: 3_000 });
  // Text shown half a second ago is stored; the last moment may be lost.
  await Bun.sleep(500 * slowness());
  const killedAt = performance.now();
  server.signal("SIGKILL");
  const postgres = postgresPid(server.dataDir);
  if (databaseToo && postgres !== undefined) process.kill(postgres, "SIGKILL");
  await server.exited;
  const again = await startServer({ dataDir: server.dataDir });
  const person = again.as(ada);
  await until(async () => (await textOfAnswer(person, asked)).status === "interrupted", 60_000);
  expect(performance.now() - killedAt).toBeLessThan(15_000 * slowness());
  const answer = await textOfAnswer(person, asked);
  expect(answer.text.length).toBeGreaterThanOrEqual(textOf(seen.events).length);
  expect(STORY.startsWith(answer.text)).toBe(true);
  expect(answer.costMicroUsd).toBeGreaterThan(0);
  expect(await moneyOf(again, asked.generationId)).toEqual({ holds: 0, charges: 1 });
  expect((await textOfAnswer(person, before)).text).toBe("Said before.");

  // A reader that had seen more than was stored gets the end too.
  const late = await visit(again.origin, person, asked.generationId, STORY.length + 50);
  expect(late.events.map(({ event }) => event)).toEqual([{ type: "done", status: "interrupted" }]);

  provider.scenario = { text: "Said again." };
  expect((await person.post(`/messages/${asked.answerId}/regenerate`, {})).status).toBe(202);
  await until(async () => {
    const { messages } = await readThread(person, asked.threadId);
    return messages.at(-1)?.status === "complete";
  });
}

test("a killed embedded database is started again; meanwhile requests are told so, and the running answer ends whole", async () => {
  const { server, ada, modelId } = await startWithModel();
  provider.scenario = { text: STORY, chunkMs: 5, deltaChars: 9 };
  const asked = await ask(ada, { modelId });
  const reading = visit(server.origin, ada, asked.generationId, 0);
  await visit(server.origin, ada, asked.generationId, 0, { afterBytes: 300 });
  const first = postgresPid(server.dataDir);
  if (first === undefined) throw new Error("There is no embedded PostgreSQL");
  process.kill(first, "SIGKILL");
  const answers: { ready: number; status: number; code?: string }[] = [];
  await until(async () => {
    const ready = (await fetch(`${server.origin}/readyz`)).status;
    const response = await ada.get("/projects");
    if (response.status === 200) answers.push({ ready, status: 200 });
    else answers.push({ ready, status: response.status, code: (await readProblem(response)).code });
    const last = answers.slice(-3);
    return (
      last.length === 3 && last.every((answer) => answer.ready === 200 && answer.status === 200)
    );
  }, 60_000);
  expect(postgresPid(server.dataDir)).not.toBe(first);
  expect(answers.some(({ ready }) => ready === 503)).toBe(true);
  for (const { status, code } of answers)
    expect(status === 200 || code === "database_unavailable").toBe(true);
  const { events } = await reading;
  expect(textOf(events)).toBe(STORY);
  expect(events.at(-1)?.event).toEqual({ type: "done", status: "complete" });
  expect(await textOfAnswer(ada, asked)).toMatchObject({ status: "complete", text: STORY });
  expect(await moneyOf(server, asked.generationId)).toEqual({ holds: 0, charges: 1 });
  expect(server.output()).toContain("embedded PostgreSQL exited unexpectedly");

  // Everything that uses the database works again.
  provider.scenario = { text: "Here again." };
  const next = await ask(ada, { modelId });
  expect(textOf(await readEvents(ada, next.generationId))).toBe("Here again.");
});

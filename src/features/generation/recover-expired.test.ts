import { afterAll, beforeAll, expect, test } from "bun:test";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import {
  ask,
  connectServer,
  readEvents,
  readThread,
  until,
} from "../../../test/support/generation.ts";
import { recoverExpired } from "./recover-expired.ts";
import { AnswerPubSub } from "./stream/answer-pubsub.ts";

const server = openAiServer();
let app: TestApp;
let ada: Person;
let modelId: string;

beforeAll(async () => {
  server.start();
  app = await createTestApp({ env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" } });
  ada = await app.person("Ada");
  modelId = await connectServer(app, server, "openai");
  server.scenario = { endless: true, text: "and so on ", chunkMs: 20 };
});
afterAll(async () => {
  await app.close();
  server.stop();
});

const statusOf = async (threadId: string) =>
  (await readThread(ada, threadId)).messages.at(-1)?.status;

test("an answer that cannot be recovered does not keep the others from it", async () => {
  const { sql } = app.deps.database;
  const asked = [await ask(ada, { modelId }), await ask(ada, { modelId })];
  for (const { generationId } of asked) await readEvents(ada, generationId, { atMost: 2 });
  const [broken, sound] = asked;
  if (broken === undefined || sound === undefined) throw new Error("Nothing was asked");
  await sql`delete from holds where id = ${broken.generationId}`;
  // Their process is gone, as far as the database can tell.
  await sql`update generations set process_id = 'gone', lease_expires_at = now() - interval '1 minute'`;
  await recoverExpired(app.deps, new AnswerPubSub(app.deps.bus), []);
  expect(await statusOf(sound.threadId)).toBe("interrupted");
  expect(await statusOf(broken.threadId)).toBe("running");
});

test("a process that has lost an answer stops writing it, and may recover it like any other", async () => {
  const asked = await ask(ada, { modelId });
  await readEvents(ada, asked.generationId, { atMost: 2 });
  const call = server.calls.at(-1);
  await app.deps.database.sql`update generations
    set process_id = 'taken, and lost again', lease_expires_at = now() + interval '3 seconds'
    where id = ${asked.generationId}`;
  await until(() => call?.ended === "closed_by_client", 6_000);
  await until(async () => (await statusOf(asked.threadId)) === "interrupted", 12_000);
  const events = await readEvents(ada, asked.generationId);
  expect(events.at(-1)?.event).toEqual({ type: "done", status: "interrupted" });
});

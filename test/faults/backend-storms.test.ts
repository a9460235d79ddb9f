import { afterAll, beforeAll, expect, test } from "bun:test";
import { startedAnswer } from "../../src/features/generation/schema.ts";
import { uploadedFile } from "../../src/features/knowledge/schema.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { connectServer, newThread, readThread, until } from "../support/generation.ts";
import { randomFrom } from "../support/random.ts";
import { read, readId } from "../support/read.ts";
import { endServers, type ServerProcess, startServer, withDepsOf } from "./server-process.ts";

const STORM_MS = 15_000;
/** Clients of each kind; each sends requests in sequence until the storm ends. */
const CLIENTS = 3;
const provider = openAiServer();
let database: TestDatabase;
let server: ServerProcess;
let ada: Person;
let modelId: string;

beforeAll(async () => {
  provider.start();
  database = await createTestDatabase();
  server = await startServer({ databaseUrl: database.url, env: { ATELIER_ROLE: "api" } });
  ada = await server.person("Ada");
  modelId = await withDepsOf(server, (deps) => connectServer({ deps }, provider, "openai"));
  provider.scenario = { text: "An answer." };
}, 60_000);
afterAll(async () => {
  await endServers();
  await database.drop();
  provider.stop();
});

/** Repeats a request until it is acknowledged, like a client that was told to retry. */
async function insist(request: () => Promise<Response>): Promise<Response> {
  for (let tries = 0; tries < 300; tries++) {
    const response = await request();
    if (response.ok) return response;
    const text = await response.text();
    if (response.status !== 503 && !text.includes("request_in_progress"))
      throw new Error(`${response.status}: ${text}`);
    await Bun.sleep(50);
  }
  throw new Error("It was never acknowledged");
}

test("what is acknowledged while backends are terminated is stored once, readable, and charged once", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  process.stdout.write(`seed: ${seed}\n`);
  const random = randomFrom(seed);
  const uploads = new Map<string, string>();
  const questions = new Map<string, string>();
  const projects = new Set<string>();
  let over = false;
  let count = 0;
  const forever = async (one: (name: string) => Promise<void>) => {
    while (!over) await one(`storm-${count++}`);
  };
  const upload = async (name: string) => {
    const path = `/projects/${ada.me.personalProjectId}/files/${name}.md`;
    const put = () => ada.request("PUT", path, new Blob([`Words of ${name}.`]));
    uploads.set(name, (await read(await insist(put), uploadedFile)).newest.id);
  };
  const ask = async (name: string) => {
    const threadId = await readId(
      await insist(() =>
        ada.request("POST", `/projects/${ada.me.personalProjectId}/threads`, {}, keyed(`t${name}`)),
      ),
    );
    const body = { text: name, parentId: null, modelId };
    const send = () => ada.request("POST", `/threads/${threadId}/messages`, body, keyed(name));
    await read(await insist(send), startedAnswer);
    questions.set(name, threadId);
  };
  const create = async (name: string) => {
    await readId(await insist(() => ada.request("POST", "/projects", { name }, keyed(name))));
    projects.add(name);
  };
  const keyed = (name: string) => ({ "idempotency-key": `${seed}-${name}` });
  let terminated = 0;
  const storm = withDepsOf(server, async ({ database: { sql } }) => {
    const until = performance.now() + STORM_MS;
    while (performance.now() < until) {
      await Bun.sleep(40 + random() * 160);
      const ended = await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and random() < 0.4`;
      terminated += ended.length;
    }
    over = true;
  });
  const clients = [upload, ask, create].flatMap((one) =>
    Array.from({ length: CLIENTS }, () => forever(one)),
  );
  await Promise.all([storm, ...clients]);
  process.stdout.write(
    `${terminated} backends, ${uploads.size} files, ${questions.size} questions, ${projects.size} projects\n`,
  );
  expect(terminated).toBeGreaterThan(50);
  for (const counted of [uploads, questions, projects]) expect(counted.size).toBeGreaterThan(5);

  for (const [name, versionId] of uploads) {
    const content = await ada.get(
      `/projects/${ada.me.personalProjectId}/file-versions/${versionId}/content`,
    );
    expect(await content.text()).toBe(`Words of ${name}.`);
  }
  for (const threadId of questions.values()) {
    await until(
      async () => (await readThread(ada, threadId)).messages.at(-1)?.status === "complete",
      30_000,
    );
    expect((await readThread(ada, threadId)).messages).toHaveLength(2);
  }
  await withDepsOf(server, async ({ database: { sql } }) => {
    const [found] = await sql`select
      (select count(*)::int from file_versions) as versions,
      (select count(*)::int from messages where role = 'user') as asked,
      (select count(*)::int from projects where name like 'storm-%') as made,
      (select count(*)::int from threads) as threads,
      (select count(*)::int from ledger where cost_micro_usd > 0) as charged,
      (select count(*)::int from holds) as held`;
    expect(found).toEqual({
      versions: uploads.size,
      asked: questions.size,
      made: projects.size,
      threads: questions.size,
      charged: questions.size,
      held: 0,
    });
  });
  expect(provider.calls.length).toBe(questions.size);
  expect(server.output()).not.toContain("TypeError");
}, 120_000);

test("a thread is begun as usual once the storm is over", async () => {
  expect(await newThread(ada)).toMatch(/^[0-9a-f-]{36}$/);
});

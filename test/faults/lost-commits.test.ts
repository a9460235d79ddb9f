import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { uploadedFile, versionPage } from "../../src/features/knowledge/schema.ts";
import { samples } from "../app/samples.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person, TestApp } from "../support/app.ts";
import { makeCast } from "../support/cast.ts";
import { type DatabaseProxy, loseCommitAfter } from "../support/database-proxy.ts";
import { newThread, readThread, until } from "../support/generation.ts";
import { permittedRole, readOperations } from "../support/operations.ts";
import { read, readProblem } from "../support/read.ts";
import { openAppBehindProxy } from "./app-behind-proxy.ts";

const provider = openAiServer();
let subject: Awaited<ReturnType<typeof openAppBehindProxy>>;
let proxy: DatabaseProxy;
let app: TestApp;
let ada: Person;
let modelId: string;
let count = 0;
/** A text that occurs in no other test's statements. */
let mark: string;

beforeAll(async () => {
  subject = await openAppBehindProxy(provider);
  ({ app, ada, proxy, modelId } = subject);
});
beforeEach(() => {
  subject.reset();
  mark = `mark-${count++}`;
});
afterAll(() => subject.close());

const put = (name: string, content: string) =>
  ada.request("PUT", `/projects/${ada.me.personalProjectId}/files/${name}`, new Blob([content]));
const contentOf = async (versionId: string) =>
  ada.get(`/projects/${ada.me.personalProjectId}/file-versions/${versionId}/content`);

/** Sends the sample request of each change, while the COMMIT of its effect is lost. */
async function changeAll(what: "answer" | "statement") {
  const results: { name: string; status: number; right: boolean; lost: boolean; rows: number }[] =
    [];
  for (const { name, method, access, audit, success } of await readOperations(app)) {
    if (typeof audit !== "string" || method === "GET") continue;
    const role = permittedRole({ access });
    const cast = await makeCast(app);
    const sample = await samples[name]?.(cast, role);
    if (sample === undefined || sample.always !== undefined) continue;
    const lost = loseCommitAfter(proxy, audit, what);
    const response = await cast.callers[role].request(method, sample.path, sample.body);
    proxy.onSend = undefined;
    const requestId = response.headers.get("x-request-id") ?? "";
    const rows = await app.deps.database
      .sql`select action from audit_log where request_id = ${requestId}`;
    const right = response.status === (sample.status ?? success);
    results.push({ name, status: response.status, right, lost: lost(), rows: rows.length });
  }
  return results;
}

test("every change whose COMMIT was carried out is acknowledged, though the answer is lost", async () => {
  const results = await changeAll("answer");
  expect(results.length).toBeGreaterThan(40);
  expect(results.filter(({ right, lost, rows }) => !right || !lost || rows !== 1)).toEqual([]);
}, 60_000);

test("every change whose COMMIT never came is refused, and nothing of it is there", async () => {
  const results = await changeAll("statement");
  // A form reports the result of each file.
  const isRefused = ({ name, status }: { name: string; status: number }) =>
    name === "POST /projects/{projectId}/files" ? status === 200 : status === 503;
  expect(results.filter((r) => !isRefused(r) || !r.lost || r.rows !== 0)).toEqual([]);
}, 60_000);

describe("the answer to COMMIT is lost, and it was carried out", () => {
  test("an upload is acknowledged, its bytes are there, and the same upload again changes nothing", async () => {
    const lost = loseCommitAfter(proxy, `${mark}.md`, "answer");
    const first = await put(`${mark}.md`, "Words that must stay.");
    expect(lost()).toBe(true);
    expect(first.status).toBe(201);
    const stored = await read(first, uploadedFile);
    expect(stored.newest.status).toBe("queued");
    expect(await (await contentOf(stored.newest.id)).text()).toBe("Words that must stay.");
    proxy.onSend = undefined;
    const again = await put(`${mark}.md`, "Words that must stay.");
    expect(await read(again, uploadedFile)).toMatchObject({ id: stored.id, outcome: "unchanged" });
    expect(await (await contentOf(stored.newest.id)).text()).toBe("Words that must stay.");
  });

  test("also when it is carried out only after somebody has asked whether it was", async () => {
    const lost = loseCommitAfter(proxy, `${mark}.md`, "late");
    const stored = await put(`${mark}.md`, "Words that come late.");
    expect([lost(), stored.status]).toEqual([true, 201]);
    const { newest } = await read(stored, uploadedFile);
    expect(await (await contentOf(newest.id)).text()).toBe("Words that come late.");
  });

  test("a question is acknowledged and answered, once", async () => {
    const threadId = await newThread(ada);
    const lost = loseCommitAfter(proxy, mark, "answer");
    const asked = await ada.post(`/threads/${threadId}/messages`, {
      text: mark,
      parentId: null,
      modelId,
    });
    expect(lost()).toBe(true);
    expect(asked.status).toBe(202);
    await until(
      async () => (await readThread(ada, threadId)).messages.at(-1)?.status === "complete",
    );
    expect((await readThread(ada, threadId)).messages).toHaveLength(2);
    expect(provider.calls.length).toBeGreaterThan(0);
  });
});

describe("COMMIT itself is lost", () => {
  test("an upload is refused, leaves nothing, and can be made again", async () => {
    const lost = loseCommitAfter(proxy, `${mark}.md`, "statement");
    const refused = await put(`${mark}.md`, "Words.");
    expect(lost()).toBe(true);
    expect(await readProblem(refused)).toMatchObject({ status: 503, code: "database_unavailable" });
    proxy.onSend = undefined;
    const bytes = await Array.fromAsync(app.deps.blobs.list("files"));
    const versions = await app.deps.database.sql`select id from file_versions`;
    expect(bytes).toHaveLength(versions.length);
    expect(await read(await put(`${mark}.md`, "Words."), uploadedFile)).toMatchObject({
      outcome: "created",
    });
  });

  test("a question is refused, is nowhere, costs nothing, and can be asked again", async () => {
    const threadId = await newThread(ada);
    const body = { text: mark, parentId: null, modelId };
    const calls = provider.calls.length;
    loseCommitAfter(proxy, mark, "statement");
    const refused = await ada.post(`/threads/${threadId}/messages`, body);
    expect(await readProblem(refused)).toMatchObject({ status: 503, code: "database_unavailable" });
    proxy.onSend = undefined;
    expect((await readThread(ada, threadId)).messages).toEqual([]);
    expect(provider.calls.length).toBe(calls);
    expect((await ada.post(`/threads/${threadId}/messages`, body)).status).toBe(202);
  });
});

test("while the database does not say whether it was committed, nothing is thrown away", async () => {
  const name = `${mark}.md`;
  const lost = loseCommitAfter(proxy, name, "answer");
  const isLost = proxy.onSend;
  proxy.onSend = (bytes, sent) => (lost() ? "cut" : (isLost?.(bytes, sent) ?? "pass"));
  const refused = await put(name, "Words that must stay.");
  expect(await readProblem(refused)).toMatchObject({ status: 503, code: "outcome_unknown" });
  proxy.onSend = undefined;
  const again = await read(await put(name, "Words that must stay."), uploadedFile);
  expect(again.outcome).toBe("unchanged");
  expect(await (await contentOf(again.newest.id)).text()).toBe("Words that must stay.");
}, 30_000);

test("a file whose bytes are gone, or that could not be read, takes them from the same upload", async () => {
  const stored = await read(await put(`${mark}.md`, "Lost words."), uploadedFile);
  const { sql } = app.deps.database;
  await app.deps.blobs.delete(`files/${ada.me.personalProjectId}/${stored.newest.id}`);
  await sql`update file_versions set status = 'failed', failure = 'lost' where id = ${stored.newest.id}`;
  const again = await read(await put(`${mark}.md`, "Lost words."), uploadedFile);
  expect(again).toMatchObject({ id: stored.id, outcome: "updated", newest: { status: "queued" } });
  expect(await (await contentOf(again.newest.id)).text()).toBe("Lost words.");
  const versions = await ada.get(
    `/projects/${ada.me.personalProjectId}/files/${stored.id}/versions`,
  );
  expect((await read(versions, versionPage)).items).toHaveLength(1);
});

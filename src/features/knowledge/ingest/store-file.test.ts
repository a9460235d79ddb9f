import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { and, eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../../test/support/app.ts";
import { read, readId, readProblem } from "../../../../test/support/read.ts";
import { contextOf, projectScope } from "../../../../test/support/scopes.ts";
import type { Ctx } from "../../../platform/context.ts";
import { CommitUnknownError } from "../../../platform/db/errors.ts";
import { createLogger } from "../../../platform/observability/logger.ts";
import { auditLog } from "../../audit/index.ts";
import type { ProjectScope } from "../../projects/index.ts";
import { uploadResults } from "../schema.ts";
import { files, fileVersions } from "../tables.ts";
import { receiveFiles } from "./receive-files.ts";
import { storeFile } from "./store-file.ts";

const lines: string[] = [];
let app: TestApp;
let ada: Person;
let ctx: Ctx;
let scope: ProjectScope<"editor">;
beforeAll(async () => {
  app = await createTestApp({
    deps: { logger: createLogger("warn", { write: (line: string) => void lines.push(line) }) },
  });
  ada = await app.person("Ada");
  ctx = contextOf(app, ada);
  const projectId = await readId(await ada.post("/projects", { name: "Uploads" }));
  scope = await projectScope(app, ada, projectId, "editor");
});
afterEach(() => {
  lines.length = 0;
});
afterAll(() => app.close());

const store = (name: string, text: string) =>
  storeFile(ctx, scope, name, new Blob([text]).stream());
const failing = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => error,
  );
const told = (message: string) =>
  lines.filter((line) => line.includes(message)).map((line): unknown => JSON.parse(line));
async function blobs(): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of app.deps.blobs.list(`files/${scope.projectId}`)) keys.push(key);
  return keys.sort();
}

test("what is stored is named, counted, hashed, recorded, and kept under its version", async () => {
  const { file, newest, outcome } = await store("a.txt", "Hello.");
  expect(outcome).toBe("created");
  expect(newest).toMatchObject({
    fileId: file.id,
    version: 1,
    sha256: new Bun.CryptoHasher("sha256").update("Hello.").digest("hex"),
    sizeBytes: 6,
    mediaType: "text/plain",
    status: "queued",
    createdBy: ada.me.id,
  });
  expect(await blobs()).toContain(`files/${scope.projectId}/${newest.id}`);
  const rows = await ctx.db
    .select()
    .from(auditLog)
    .where(and(eq(auditLog.action, "file.uploaded"), eq(auditLog.targetId, file.id)));
  expect(rows).toMatchObject([
    { projectId: scope.projectId, detail: { version: 1, sizeBytes: 6 } },
  ]);
});

describe("bytes of an upload that was refused are removed", () => {
  test("when the transaction fails", async () => {
    const before = await blobs();
    const broken = spyOn(ctx.db, "transaction").mockRejectedValueOnce(new Error("refused"));
    expect(await failing(store("b.txt", "refused"))).toMatchObject({ message: "refused" });
    broken.mockRestore();
    expect(await blobs()).toEqual(before);
    expect(lines).toEqual([]);
  });

  test("and where that fails too, the refusal is what is answered, and the log names the key", async () => {
    const broken = spyOn(ctx.db, "transaction").mockRejectedValueOnce(new Error("refused"));
    const stuck = spyOn(app.deps.blobs, "delete").mockRejectedValueOnce(new Error("store away"));
    expect(await failing(store("b.txt", "refused"))).toMatchObject({ message: "refused" });
    broken.mockRestore();
    stuck.mockRestore();
    expect(told("blob of a refused upload not deleted")).toMatchObject([
      { level: "warn", key: expect.stringContaining(`files/${scope.projectId}/`) },
    ]);
  });

  test("but not when it is unknown whether it was committed", async () => {
    const before = (await blobs()).length;
    const lost = new CommitUnknownError(new Error("lost"));
    const broken = spyOn(ctx.db, "transaction").mockRejectedValueOnce(lost);
    expect(await failing(store("b.txt", "maybe"))).toBe(lost);
    broken.mockRestore();
    expect(await blobs()).toHaveLength(before + 1);
  });
});

describe("the same bytes again", () => {
  test("change nothing and leave nothing, also where the second copy cannot be removed", async () => {
    const first = await store("same.txt", "same");
    const before = await blobs();
    const second = await store("same.txt", "same");
    expect(second).toMatchObject({ outcome: "unchanged", newest: { id: first.newest.id } });
    expect(await blobs()).toEqual(before);
    const stuck = spyOn(app.deps.blobs, "delete").mockRejectedValueOnce(new Error("store away"));
    expect((await store("same.txt", "same")).outcome).toBe("unchanged");
    stuck.mockRestore();
    expect(await blobs()).toHaveLength(before.length + 1);
  });

  test("restore bytes that were lost, and read once more what could not be read", async () => {
    const { file, newest } = await store("lost.txt", "lost");
    const key = `files/${scope.projectId}/${newest.id}`;
    await app.deps.blobs.delete(key);
    expect((await store("lost.txt", "lost")).outcome).toBe("unchanged");
    expect(await (await app.deps.blobs.get(key))?.text()).toBe("lost");
    const failed = { status: "failed" as const, failure: "lost", attempts: 3 };
    await ctx.db.update(fileVersions).set(failed).where(eq(fileVersions.id, newest.id));
    const again = await store("lost.txt", "lost");
    expect(again).toMatchObject({
      outcome: "updated",
      file: { id: file.id },
      newest: { id: newest.id, version: 1, status: "queued", failure: null, attempts: 0 },
    });
    expect((await store("lost.txt", "lost")).outcome).toBe("unchanged");
  });
});

describe("a form", () => {
  const form = (parts: [string, string][]) => {
    const data = new FormData();
    for (const [name, text] of parts) data.append("file", new Blob([text]), name);
    return new Response(data);
  };
  const receive = (response: Response, type = response.headers.get("content-type")) =>
    receiveFiles(ctx, scope, response.body, type ?? undefined);

  test("whose file meets a fault of ours says so for that file, logs it, and stores the others", async () => {
    const put = app.deps.blobs.put.bind(app.deps.blobs);
    let calls = 0;
    const broken = spyOn(app.deps.blobs, "put").mockImplementation((key, body) =>
      calls++ === 0 ? Promise.reject(new Error("what was in it")) : put(key, body),
    );
    const received = await receive(
      form([
        ["one.txt", "one"],
        ["two.txt", "two"],
      ]),
    );
    broken.mockRestore();
    // The files of a form are stored side by side: which one comes first is not said.
    const outcomes = received.map(({ problem, stored }) => problem?.code ?? stored?.outcome);
    expect(received.map(({ name }) => name)).toEqual(["one.txt", "two.txt"]);
    expect(outcomes.sort()).toEqual(["created", "internal_error"]);
    expect(received.find(({ problem }) => problem)?.problem?.status).toBe(500);
    expect(told("file not stored")).toMatchObject([{ level: "error", err: { type: "Error" } }]);
    expect(lines.join()).not.toContain("what was in it");
  });

  test("whose file is refused is no fault of ours and not logged", async () => {
    const received = await receive(form([["empty.txt", ""]]));
    expect(received.map(({ problem }) => problem?.code)).toEqual(["file_empty"]);
    expect(lines).toEqual([]);
  });

  test.each([
    ["is of another type", "text/plain", "unsupported_media_type"],
    ["has no boundary", "multipart/form-data; charset=utf-8", "malformed_body"],
    ["has another boundary", "multipart/form-data; boundary=other", "malformed_body"],
  ])("that %s is refused", async (_, type, code) => {
    const response = form([["one.txt", "one"]]);
    expect(await failing(receive(response, type))).toMatchObject({ code });
  });

  test("without a body or without a file is refused", async () => {
    const type = "multipart/form-data; boundary=x";
    expect(await failing(receiveFiles(ctx, scope, null, type))).toMatchObject({
      code: "malformed_body",
    });
    expect(await failing(receive(new Response("--x--\r\n"), type))).toMatchObject({
      code: "malformed_body",
    });
  });

  test("that breaks off keeps the files before, and nothing of the one that was open", async () => {
    const before = (await blobs()).length;
    const part = (name: string, text: string) =>
      `--x\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n${text}`;
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        const text = `${part("whole.txt", "whole")}\r\n${part("half.txt", "ha")}`;
        controller.enqueue(new TextEncoder().encode(text));
        controller.error(new Error("hung up"));
      },
    });
    const type = "multipart/form-data; boundary=x";
    const error = await failing(receiveFiles(ctx, scope, broken, type));
    expect(error).toMatchObject({ code: "malformed_body" });
    const names = await ctx.db
      .select({ name: files.name })
      .from(files)
      .where(eq(files.projectId, scope.projectId));
    expect(names.map(({ name }) => name)).not.toContain("half.txt");
    expect((await blobs()).length).toBeLessThanOrEqual(before + 1);
  });

  test("has a hundred files at most; the rest is named as refused", async () => {
    const data = new FormData();
    for (let index = 0; index < 101; index++) data.append("f", new Blob(["x"]), `f${index}.txt`);
    const response = await ada.request("POST", `/projects/${scope.projectId}/files`, data);
    const { items } = await read(response, uploadResults);
    expect(items).toHaveLength(101);
    expect(items.slice(0, 100).every(({ problem }) => problem === null)).toBe(true);
    expect(items[100]?.problem?.code).toBe("too_many_files");
  }, 30_000);

  test("over the API has the code of what is refused", async () => {
    const path = `/projects/${scope.projectId}/files`;
    const refused = await ada.request("POST", path, "x", { "content-type": "text/plain" });
    expect(await readProblem(refused)).toMatchObject({
      status: 415,
      code: "unsupported_media_type",
    });
  });
});

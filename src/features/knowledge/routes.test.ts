import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { makePdf, makeScannedPdf } from "../../../test/support/make-pdf.ts";
import { codeOf, read, readId, readProblem } from "../../../test/support/read.ts";
import { projectScope } from "../../../test/support/scopes.ts";
import { systemContext } from "../../platform/context.ts";
import { auditLog } from "../audit/index.ts";
import {
  projectCorpus,
  purgeDeletedFiles,
  purgeOrphans,
  retrievePassages,
  versionTexts,
} from "./index.ts";
import { LEASE_MS } from "./ingest/claim-version.ts";
import { readVersion } from "./ingest/read-version.ts";
import { recoverReading, startKnowledgeJobs } from "./run-jobs.ts";
import {
  file,
  filePage,
  fileText,
  fileVersion,
  searchHits,
  uploadedFile,
  uploadResults,
  versionPage,
} from "./schema.ts";
import { chunks, files, fileVersions } from "./tables.ts";

const LIMIT = 200_000;
let app: TestApp;
let clock: TestClock;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  clock = new TestClock();
  app = await createTestApp({
    env: { ATELIER_FILE_MAX_BYTES: String(LIMIT) },
    deps: { clock },
  });
  ada = await app.person("Ada");
  bob = await app.person("Bob");
});
afterAll(() => app.close());

const newProject = async () => readId(await ada.post("/projects", { name: "Plans" }));
const scopeOf = (projectId: string) => projectScope(app, ada, projectId, "editor");
const put = (projectId: string, name: string, content: string | Uint8Array, by: Person = ada) =>
  by.request(
    "PUT",
    `/projects/${projectId}/files/${encodeURIComponent(name)}`,
    new Blob([content]),
  );
/** Reads every queued version of the test's database, like the worker. */
const readAll = async () => {
  const ctx = systemContext(app.deps, "test");
  const queued = await ctx.db.select().from(fileVersions).where(eq(fileVersions.status, "queued"));
  for (const { id } of queued) await readVersion(ctx, id, new AbortController().signal);
};
const add = async (projectId: string, name: string, content: string | Uint8Array) => {
  const stored = await read(await put(projectId, name, content), uploadedFile);
  await readAll();
  return read(await ada.get(`/projects/${projectId}/files/${stored.id}`), file);
};
const search = async (projectId: string, q: string) =>
  (
    await read(
      await ada.get(`/projects/${projectId}/search?q=${encodeURIComponent(q)}`),
      searchHits,
    )
  ).items;

describe("a script that syncs a folder", () => {
  test("a new name creates a file, the same bytes change nothing, other bytes add a version", async () => {
    const projectId = await newProject();
    const first = await put(projectId, "plan.md", "# Plan A");
    expect(first.status).toBe(201);
    const created = await read(first, uploadedFile);
    expect(created).toMatchObject({
      name: "plan.md",
      outcome: "created",
      newest: { version: 1, status: "queued", mediaType: "text/markdown", sizeBytes: 8 },
    });
    const again = await put(projectId, "plan.md", "# Plan A");
    expect(again.status).toBe(200);
    expect(await read(again, uploadedFile)).toMatchObject({
      id: created.id,
      outcome: "unchanged",
      newest: { version: 1 },
    });
    const other = await put(projectId, "plan.md", "# Plan B");
    expect(other.status).toBe(200);
    expect(await read(other, uploadedFile)).toMatchObject({
      id: created.id,
      outcome: "updated",
      newest: { version: 2 },
    });
    const { items } = await read(
      await ada.get(`/projects/${projectId}/files/${created.id}/versions`),
      versionPage,
    );
    expect(items.map(({ version }) => version)).toEqual([2, 1]);
    const rows = await app.deps.database.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.targetId, created.id));
    expect(rows.map(({ action }) => action)).toEqual(["file.uploaded", "file.uploaded"]);
  });

  test("two concurrent uploads of one name make one file", async () => {
    const projectId = await newProject();
    const answers = await Promise.all(
      [1, 2, 3, 4].map((i) => put(projectId, "same.txt", `content ${i}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    const { items } = await read(await ada.get(`/projects/${projectId}/files`), filePage);
    expect(items.map(({ name, newest }) => [name, newest.version])).toEqual([["same.txt", 4]]);
  });

  test("dangerous names are refused with the reason, and stored names are normalised", async () => {
    const projectId = await newProject();
    const refused: [string, string][] = [
      ["a/b.txt", "slash"],
      ["..\\x", "slash"],
      ["in\u202Efdp.exe", "direction_mark"],
      ["a\u0007", "control_character"],
      ["x".repeat(300), "too_long"],
    ];
    for (const [name, reason] of refused) {
      const answer = await put(projectId, name, "text");
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ code: "file_name_refused", reason });
    }
    expect(await read(await put(projectId, "cafe\u0301.md", "x"), uploadedFile)).toMatchObject({
      name: "café.md",
    });
    expect((await put(projectId, "café.md", "x")).status).toBe(200);
  });

  test("unreadable file types are refused before anything is stored", async () => {
    const projectId = await newProject();
    const refusals: [string | Uint8Array, number, string][] = [
      ["x".repeat(LIMIT + 1), 413, "file_too_large"],
      ["PK\u0003\u0004 an archive", 415, "file_type_refused"],
      [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), 415, "file_type_refused"],
      [Uint8Array.of(7, 0, 8, 0, 0, 1), 415, "file_type_refused"],
      ["", 422, "file_empty"],
    ];
    for (const [content, status, code] of refusals) {
      expect(await readProblem(await put(projectId, "a.txt", content))).toMatchObject({
        status,
        code,
      });
    }
    expect((await put(projectId, "just.txt", "x".repeat(LIMIT))).status).toBe(201);
    expect(
      (await read(await ada.get(`/projects/${projectId}/files`), filePage)).items,
    ).toHaveLength(1);
  });
});

test("a form of many files stores each separately, and reports which were refused", async () => {
  const projectId = await newProject();
  const form = new FormData();
  form.append("files", new Blob(["# One"]), "one.md");
  form.append("files", new Blob(["x".repeat(LIMIT + 100_000)]), "huge.txt");
  form.append("files", new Blob(["PK\u0003\u0004"]), "two.docx");
  form.append("files", new Blob([makePdf(["Three"])]), "three.pdf");
  const answer = await ada.request("POST", `/projects/${projectId}/files`, form);
  expect(answer.status).toBe(200);
  const { items } = await read(answer, uploadResults);
  expect(items.map(({ name, file, problem }) => [name, file?.outcome ?? problem?.code])).toEqual([
    ["one.md", "created"],
    ["huge.txt", "file_too_large"],
    ["two.docx", "file_type_refused"],
    ["three.pdf", "created"],
  ]);
  for (const [body, code] of [
    [new FormData(), "malformed_body"],
    [new Blob(["no form"]), "unsupported_media_type"],
    [{}, "unsupported_media_type"],
  ] as const) {
    const refused = await ada.request("POST", `/projects/${projectId}/files`, body);
    expect((await readProblem(refused)).code).toBe(code);
  }
  const cut = '--b\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhalf';
  const broken = await ada.request("POST", `/projects/${projectId}/files`, new Blob([cut]), {
    "content-type": "multipart/form-data; boundary=b",
  });
  expect((await readProblem(broken)).code).toBe("malformed_body");
  expect((await read(await ada.get(`/projects/${projectId}/files`), filePage)).items).toHaveLength(
    2,
  );
});

test("a form's file is named as the browser's user sees it", async () => {
  const projectId = await newProject();
  const named = (name: string) =>
    `--b\r\ncontent-disposition: form-data; name="files"; filename="${name}"\r\n\r\ntext\r\n`;
  const form = Buffer.from(
    `${named("the %22best%22.txt")}${named("50%25 off.txt")}${named("a%0Ab.txt")}${named("caf\xe9.txt")}--b--\r\n`,
    "latin1",
  );
  const answer = await ada.request("POST", `/projects/${projectId}/files`, new Blob([form]), {
    "content-type": "multipart/form-data; boundary=b",
  });
  const { items } = await read(answer, uploadResults);
  expect(items.map(({ name, problem }) => [name, problem?.code])).toEqual([
    ['the "best".txt', undefined],
    ["50%25 off.txt", undefined],
    ["a\nb.txt", "file_name_refused"],
    ["caf\ufffd.txt", "file_name_refused"],
  ]);
});

describe("reading", () => {
  test("makes a file ready, searchable and quotable at exact places", async () => {
    const projectId = await newProject();
    const pages = [
      "The lease ends in March 2027.",
      "Rent is 900 euros. The deposit is two months of rent.",
    ];
    const pdf = await add(projectId, "lease.pdf", makePdf(pages));
    expect(pdf.newest).toMatchObject({
      status: "ready",
      language: "english",
      pageCount: 2,
      mediaType: "application/pdf",
    });
    expect(pdf.currentVersionId).toBe(pdf.newest.id);
    await add(projectId, "notes.md", "# Notes\n\nNothing about money here.");
    const [hit] = await search(projectId, "how high is the deposit");
    expect(hit).toMatchObject({
      fileId: pdf.id,
      fileVersionId: pdf.newest.id,
      fileName: "lease.pdf",
      page: 1,
    });
    expect(hit?.highlights.map(({ start, end }) => hit.text.slice(start, end))).toEqual([
      "deposit",
    ]);
    const path = `/projects/${projectId}/file-versions/${pdf.newest.id}/text`;
    const whole = await read(await ada.get(path), fileText);
    expect(whole.text).toBe(pages.join("\n\n"));
    expect(whole.pageStarts).toEqual(
      [0, pages[0]?.length ?? 0 + 2].map((at, i) => (i === 0 ? 0 : at + 2)),
    );
    const part = await read(await ada.get(`${path}?start=4&end=9`), fileText);
    expect(part).toMatchObject({ text: "lease", start: 4, end: 9, textLength: whole.text.length });
    expect(await read(await ada.get(`${path}?start=99999`), fileText)).toMatchObject({ text: "" });
    const ctx = systemContext(app.deps, "test");
    expect(await versionTexts(ctx, await scopeOf(projectId), [pdf.newest.id])).toEqual(
      new Map([[pdf.newest.id, whole.text]]),
    );
  }, 30_000);

  test("keeps a long text whole, at any span", async () => {
    const projectId = await newProject();
    const text = Array.from(
      { length: 900 },
      (_, i) => `Paragraph ${i} says 😀 and “quotes”.\n\n`,
    ).join("");
    const { newest } = await add(projectId, "long.md", text);
    const ctx = systemContext(app.deps, "test");
    expect((await versionTexts(ctx, await scopeOf(projectId), [newest.id])).get(newest.id)).toBe(
      text,
    );
    for (const [start, end] of [
      [0, 10],
      [5000, 12_000],
      [text.length - 5, text.length],
    ] as const) {
      const part = await read(
        await ada.get(
          `/projects/${projectId}/file-versions/${newest.id}/text?start=${start}&end=${end}`,
        ),
        fileText,
      );
      expect(part.text).toBe(text.slice(start, end));
    }
  });

  test("that fails gives the reason, can be retried, and leaves the older version in use", async () => {
    const projectId = await newProject();
    const good = await add(projectId, "report.pdf", makePdf(["Profit doubled."]));
    const bad = await add(projectId, "report.pdf", makeScannedPdf());
    expect(bad.newest).toMatchObject({
      version: 2,
      status: "failed",
      failure: { code: "no_text" },
    });
    expect(bad.newest.failure?.detail).toContain("OCR");
    expect(bad.currentVersionId).toBe(good.newest.id);
    expect((await search(projectId, "profit")).map(({ fileVersionId }) => fileVersionId)).toEqual([
      good.newest.id,
    ]);
    const retried = await ada.post(`/projects/${projectId}/files/${bad.id}/retry`);
    expect((await read(retried, file)).newest.status).toBe("queued");
    await readAll();
    expect(
      (await readProblem(await ada.post(`/projects/${projectId}/files/${good.id}/restore`))).status,
    ).toBe(404);
    const fine = await add(projectId, "fine.txt", "fine");
    expect(
      (await readProblem(await ada.post(`/projects/${projectId}/files/${fine.id}/retry`))).code,
    ).toBe("file_not_failed");
  });

  test("replaces search results when a new version is ready, not before", async () => {
    const projectId = await newProject();
    await add(projectId, "price.txt", "The price is twelve crowns.");
    await put(projectId, "price.txt", "The price is thirteen crowns.");
    expect((await search(projectId, "price")).map(({ text }) => text)).toEqual([
      "The price is twelve crowns.",
    ]);
    await readAll();
    expect((await search(projectId, "price")).map(({ text }) => text)).toEqual([
      "The price is thirteen crowns.",
    ]);
    expect(await search(projectId, "twelve")).toEqual([]);
  });

  test("happens once, however often it is queued", async () => {
    const projectId = await newProject();
    const stored = await read(await put(projectId, "once.txt", "Zebras read this."), uploadedFile);
    const ctx = systemContext(app.deps, "test");
    const signal = new AbortController().signal;
    await Promise.all([1, 2, 3].map(() => readVersion(ctx, stored.newest.id, signal)));
    await readVersion(ctx, stored.newest.id, signal);
    expect(await ctx.db.$count(chunks, eq(chunks.fileVersionId, stored.newest.id))).toBe(1);
    expect(await search(projectId, "zebra")).toHaveLength(1);
  });

  test("of a file that crashes its readers is given up", async () => {
    const projectId = await newProject();
    const stored = await read(
      await put(projectId, "killer.txt", "Harmless, in truth."),
      uploadedFile,
    );
    const { db } = systemContext(app.deps, "test");
    await db
      .update(fileVersions)
      .set({ status: "reading", attempts: 3, leaseExpiresAt: new Date(0) })
      .where(eq(fileVersions.id, stored.newest.id));
    await readVersion(
      systemContext(app.deps, "test"),
      stored.newest.id,
      new AbortController().signal,
    );
    const version = await read(
      await ada.get(`/projects/${projectId}/file-versions/${stored.newest.id}`),
      fileVersion,
    );
    expect(version).toMatchObject({ status: "failed", failure: { code: "given_up" } });
  });
});

describe("a deleted file", () => {
  test("cannot be restored when its name is in use again", async () => {
    const projectId = await newProject();
    const old = await add(projectId, "name.txt", "old");
    await ada.delete(`/projects/${projectId}/files/${old.id}`);
    expect((await put(projectId, "name.txt", "new")).status).toBe(201);
    expect(
      (await readProblem(await ada.post(`/projects/${projectId}/files/${old.id}/restore`))).code,
    ).toBe("file_name_taken");
  });

  test("is purged with its bytes, text and index after the restore window", async () => {
    const projectId = await newProject();
    const gone = await add(projectId, "gone.txt", "Soon forgotten.");
    await ada.delete(`/projects/${projectId}/files/${gone.id}`);
    const ctx = systemContext(app.deps, "test");
    await purgeDeletedFiles(ctx);
    expect(await ctx.db.$count(files, eq(files.id, gone.id))).toBe(1);
    await ctx.db
      .update(files)
      .set({ deletedAt: new Date(0) })
      .where(eq(files.id, gone.id));
    await purgeDeletedFiles(ctx);
    expect(await ctx.db.$count(files, eq(files.id, gone.id))).toBe(0);
    expect(await ctx.db.$count(chunks, eq(chunks.fileVersionId, gone.newest.id))).toBe(0);
    expect(await app.deps.blobs.get(`files/${projectId}/${gone.newest.id}`)).toBeNull();
  });
});

test("bytes without a version are removed once they are old, and nothing else is", async () => {
  const projectId = await newProject();
  const file = await add(projectId, "kept.txt", "Kept.");
  const { blobs } = app.deps;
  const keyOf = (id: string) => `files/${projectId}/${id}`;
  const idMadeAt = (date: Date) => Bun.randomUUIDv7("hex", date);
  const [old, fresh] = [idMadeAt(new Date(0)), idMadeAt(new Date())];
  const half = `${old}_${fresh}`;
  for (const id of [old, fresh, half]) await blobs.put(keyOf(id), new Uint8Array([1]));
  await purgeOrphans(systemContext(app.deps, "test"));
  expect(await blobs.get(keyOf(old))).toBeNull();
  expect(await blobs.get(keyOf(half))).toBeNull();
  expect(await blobs.get(keyOf(fresh))).not.toBeNull();
  expect(await blobs.get(keyOf(file.newest.id))).not.toBeNull();
  const inAYear = new TestClock(new Date(Date.now() + 365 * 86_400_000));
  await purgeOrphans(systemContext({ ...app.deps, clock: inAYear }, "test"));
  expect(await blobs.get(keyOf(fresh))).toBeNull();
  expect(await blobs.get(keyOf(file.newest.id))).not.toBeNull();
});

test("bytes that cannot be deleted keep no others from removal", async () => {
  const projectId = await newProject();
  const { blobs } = app.deps;
  const keys = [0, 1, 2].map(() => `files/${projectId}/${Bun.randomUUIDv7("hex", new Date(0))}`);
  for (const key of keys) await blobs.put(key, new Uint8Array([1]));
  const broken = spyOn(blobs, "delete");
  broken.mockRejectedValueOnce(new Error("S3 answered 500"));
  await purgeOrphans(systemContext(app.deps, "test"));
  const left = async () =>
    (await Promise.all(keys.map((key) => blobs.has(key)))).filter((has) => has).length;
  expect(await left()).toBe(1);
  await purgeOrphans(systemContext(app.deps, "test"));
  expect(await left()).toBe(0);
  broken.mockRestore();
});

describe("access", () => {
  test("a non-member learns nothing, a viewer reads and cannot write", async () => {
    const projectId = await newProject();
    const { id, newest } = await add(projectId, "secret.txt", "The password is swordfish.");
    const paths = [
      "files",
      `files/${id}`,
      `files/${id}/versions`,
      `file-versions/${newest.id}`,
      `file-versions/${newest.id}/text`,
      `file-versions/${newest.id}/content`,
      "search?q=swordfish",
    ];
    const own = await readId(await bob.post("/projects", { name: "Own" }));
    for (const path of paths) {
      expect(await codeOf(await bob.get(`/projects/${projectId}/${path}`))).toBe(
        "404 project_not_found",
      );
      expect(await codeOf(await app.anonymous.get(`/projects/${projectId}/${path}`))).toBe(
        "401 not_signed_in",
      );
    }
    expect(await codeOf(await put(projectId, "a.txt", "x", bob))).toBe("404 project_not_found");
    // A file of another project is not accessible through one's own.
    expect(await codeOf(await bob.get(`/projects/${own}/files/${id}`))).toBe("404 file_not_found");
    expect(await codeOf(await bob.get(`/projects/${own}/file-versions/${newest.id}/text`))).toBe(
      "404 file_not_found",
    );
    expect(await codeOf(await bob.delete(`/projects/${own}/files/${id}`))).toBe(
      "404 file_not_found",
    );
    await ada.post(`/projects/${projectId}/members`, { email: "bob@example.com", role: "viewer" });
    for (const path of paths)
      expect((await bob.get(`/projects/${projectId}/${path}`)).status).toBe(200);
    expect(await codeOf(await put(projectId, "a.txt", "x", bob))).toBe("403 project_role_needed");
    expect(await codeOf(await bob.delete(`/projects/${projectId}/files/${id}`))).toBe(
      "403 project_role_needed",
    );
    expect(await codeOf(await bob.post(`/projects/${projectId}/files/${id}/retry`))).toBe(
      "403 project_role_needed",
    );
  });

  test("a download is saved under its name and never rendered", async () => {
    const projectId = await newProject();
    const html = "<script>alert(1)</script>";
    const { newest } = await add(projectId, 'naïve "page".html', html);
    const answer = await ada.get(`/projects/${projectId}/file-versions/${newest.id}/content`);
    expect(await answer.text()).toBe(html);
    expect(answer.headers.get("content-type")).toBe("text/plain");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-security-policy")).toContain("sandbox");
    expect(answer.headers.get("content-disposition")).toBe(
      "attachment; filename=\"na_ve _page_.html\"; filename*=UTF-8''na%C3%AFve%20%22page%22.html",
    );
  });

  test("bad input is a problem, not an internal error", async () => {
    const projectId = await newProject();
    for (const path of [
      "search",
      "search?q=",
      `search?q=${"x".repeat(1001)}`,
      "search?q=a&limit=0",
      "files?limit=x",
    ]) {
      const refused = await ada.get(`/projects/${projectId}/${path}`);
      expect(await codeOf(refused)).toBe("422 validation_failed");
    }
    const foreign = await ada.get(`/projects/${projectId}/files?cursor=zzz`);
    expect(await codeOf(foreign)).toBe("422 invalid_cursor");
    expect(await codeOf(await ada.get(`/projects/${projectId}/files/not-an-id`))).toBe(
      "422 validation_failed",
    );
    expect(await codeOf(await ada.get(`/projects/${projectId}/files/${Bun.randomUUIDv7()}`))).toBe(
      "404 file_not_found",
    );
    expect((await ada.get(`/projects/${projectId}/search?q=%00%01`)).status).toBe(200);
  });
});

describe("an answer's context", () => {
  test("lists the usable files, and the passages within the budget", async () => {
    const projectId = await newProject();
    const ctx = systemContext(app.deps, "test");
    const scope = await scopeOf(projectId);
    expect(await projectCorpus(ctx, scope)).toEqual({ files: [], next: null });
    expect(await versionTexts(ctx, scope, [])).toEqual(new Map());
    const budget = { tokens: 800, overhead: () => 20 };
    expect(await retrievePassages(ctx, scope, "anything", budget)).toEqual([]);
    const filler = (topic: string) =>
      `All there is to say about the ${topic} stands here. `.repeat(60);
    await add(projectId, "otter.md", filler("otter"));
    await add(projectId, "heron.md", filler("heron"));
    const failed = await add(projectId, "scan.pdf", makeScannedPdf());
    expect(failed.newest.status).toBe("failed");
    const { files, next } = await projectCorpus(ctx, scope);
    expect(next).toBeNull();
    expect(files.map(({ name }) => name)).toEqual(["otter.md", "heron.md"]);
    for (const { tokenCount } of files) expect(tokenCount).toBeGreaterThan(500);
    const passages = await retrievePassages(ctx, scope, "what about the heron?", budget);
    expect(new Set(passages.map(({ fileName }) => fileName))).toEqual(new Set(["heron.md"]));
    expect(passages.reduce((sum, { tokenCount }) => sum + tokenCount, 0)).toBeLessThanOrEqual(800);
    for (const passage of passages) {
      const texts = await versionTexts(ctx, scope, [passage.fileVersionId]);
      const text = texts.get(passage.fileVersionId);
      expect(text?.slice(passage.start, passage.end)).toBe(passage.text);
    }
    const summary = await retrievePassages(ctx, scope, "zusammenfassen", budget);
    expect(summary.length).toBeGreaterThan(0);
  });
});

/** From here on workers run in this process, so these tests come last. */
describe("with workers running", () => {
  test("reading continues in another process when the reader died", async () => {
    const projectId = await newProject();
    const stored = await read(
      await put(projectId, "orphan.txt", "Survives a crash."),
      uploadedFile,
    );
    const { db } = systemContext(app.deps, "test");
    const dead = {
      status: "reading" as const,
      attempts: 1,
      leaseExpiresAt: new Date(Date.now() + LEASE_MS),
    };
    await db.update(fileVersions).set(dead).where(eq(fileVersions.id, stored.newest.id));
    const statusOf = async () =>
      (await read(await ada.get(`/projects/${projectId}/files/${stored.id}`), file)).newest.status;
    await readVersion(
      systemContext(app.deps, "test"),
      stored.newest.id,
      new AbortController().signal,
    );
    expect(await statusOf()).toBe("reading");
    await db.update(fileVersions).set({ leaseExpiresAt: new Date(0) });
    await startKnowledgeJobs(app.deps);
    await recoverReading(app.deps);
    for (let i = 0; i < 100 && (await statusOf()) !== "ready"; i++) await Bun.sleep(100);
    expect(await statusOf()).toBe("ready");
  }, 20_000);

  test("a deleted file disappears from lists and search at once, and can be restored completely", async () => {
    const projectId = await newProject();
    const kept = await add(projectId, "kept.txt", "The otter sleeps.");
    expect((await ada.delete(`/projects/${projectId}/files/${kept.id}`)).status).toBe(204);
    expect(await search(projectId, "otter")).toEqual([]);
    expect(await codeOf(await ada.get(`/projects/${projectId}/files/${kept.id}`))).toBe(
      "404 file_not_found",
    );
    expect(
      (await ada.get(`/projects/${projectId}/file-versions/${kept.newest.id}/text`)).status,
    ).toBe(404);
    expect(await codeOf(await ada.delete(`/projects/${projectId}/files/${kept.id}`))).toBe(
      "404 file_not_found",
    );
    const listed = async (query: string) =>
      (await read(await ada.get(`/projects/${projectId}/files${query}`), filePage)).items.length;
    expect([await listed(""), await listed("?deleted=true")]).toEqual([0, 1]);
    expect((await ada.post(`/projects/${projectId}/files/${kept.id}/restore`)).status).toBe(200);
    for (let i = 0; i < 100 && (await search(projectId, "otter")).length === 0; i++)
      await Bun.sleep(50);
    expect(await search(projectId, "otter")).toHaveLength(1);
  }, 20_000);
});

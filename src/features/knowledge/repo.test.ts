import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { readId } from "../../../test/support/read.ts";
import { contextOf, projectScope } from "../../../test/support/scopes.ts";
import type { Ctx } from "../../platform/context.ts";
import type { ProjectScope } from "../projects/index.ts";
import { readText, versionTexts } from "./read-text.ts";
import {
  findFile,
  findFileOf,
  findNewestVersion,
  findVersion,
  listFiles,
  listOpenings,
  listReadyVersions,
  listVersions,
  setDeleted,
  takeFile,
} from "./repo.ts";
import { countCorpus, projectCorpus, retrievePassages } from "./retrieve-passages.ts";
import { chunks, files, fileVersions } from "./tables.ts";

let app: TestApp;
let ada: Person;
let ctx: Ctx;
let scope: ProjectScope<"editor">;
let other: ProjectScope<"editor">;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  ctx = contextOf(app, ada);
});
beforeEach(async () => {
  [scope, other] = [await newProject(), await newProject()];
});
afterAll(() => app.close());

const newProject = async () =>
  projectScope(app, ada, await readId(await ada.post("/projects", { name: "Plans" })), "editor");
const id = () => Bun.randomUUIDv7();
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

interface Stored {
  fileId: string;
  /** Of its versions, the oldest first. */
  versionIds: string[];
}

/**
 * Stores a file of a moment with these versions, the last one current. Passages overlap by `overlap` characters
 * and count a token each.
 */
async function add(
  name: string,
  second: number,
  options: {
    within?: ProjectScope;
    versions?: { texts?: string[]; status?: "ready" | "failed"; tokenCount?: number | null }[];
    current?: boolean;
    deletedAt?: Date;
    pageStarts?: number[];
  } = {},
): Promise<Stored> {
  const { within = scope, versions = [{}], current = true, deletedAt = null } = options;
  const [fileId, versionIds] = [id(), versions.map(id)];
  const { db } = ctx;
  await db.insert(files).values({
    id: fileId,
    projectId: within.projectId,
    name,
    currentVersionId: current ? (versionIds.at(-1) ?? null) : null,
    createdAt: at(second),
    deletedAt,
  });
  for (const [index, { texts = [], status = "ready", tokenCount = 7 }] of versions.entries()) {
    const fileVersionId = versionIds[index] ?? "";
    const text = texts.join("");
    await db.insert(fileVersions).values({
      ...{ id: fileVersionId, fileId, version: index + 1, sha256: name, sizeBytes: 1 },
      ...{ mediaType: "text/plain", status, tokenCount, textLength: text.length },
      pageStarts: options.pageStarts ?? null,
    });
    let start = 0;
    for (const [ordinal, passage] of texts.entries()) {
      const end = start + passage.length;
      const row = { fileVersionId, ordinal, start, end, tokenCount: 1, text: passage };
      await db.insert(chunks).values(row);
      start = end;
    }
  }
  return { fileId, versionIds };
}
const names = (rows: readonly { file: { name: string } }[]) => rows.map(({ file }) => file.name);

test("a project's files are listed newest first with their newest versions, one row more than asked for", async () => {
  const first = await add("first", 1, { versions: [{}, { status: "failed" }] });
  await add("second", 2);
  await add("third", 2);
  await add("elsewhere", 3, { within: other });
  await add("deleted", 4, { deletedAt: at(50) });
  const list = (options: Partial<Parameters<typeof listFiles>[2]> = {}) =>
    listFiles(ctx.db, scope, { deletedSince: null, after: null, limit: 10, ...options });
  expect(names(await list())).toEqual(["third", "second", "first"]);
  expect((await list()).at(-1)?.newest).toMatchObject({ version: 2, status: "failed" });
  const [third, second, ...more] = await list({ limit: 1 });
  expect([third?.file.name, second?.file.name, more.length]).toEqual(["third", "second", 0]);
  const after = { at: at(2), id: second?.file.id ?? "" };
  expect((await list({ after })).map(({ file }) => file.id)).toEqual([first.fileId]);
  expect(names(await list({ deletedSince: at(49) }))).toEqual(["deleted"]);
  expect(names(await list({ deletedSince: at(50) }))).toEqual([]);
});

test("a file is found in its project while it is not deleted, and a deleted one for a while", async () => {
  const { fileId, versionIds } = await add("a", 1, { versions: [{}, {}] });
  expect((await findFile(ctx.db, scope, fileId))?.newest.id).toBe(versionIds[1] ?? "");
  expect(await findFile(ctx.db, other, fileId)).toBeUndefined();
  expect((await findNewestVersion(ctx.db, fileId))?.version).toBe(2);
  expect((await listVersions(ctx.db, fileId)).map(({ version }) => version)).toEqual([2, 1]);
  const [old = ""] = versionIds;
  expect(await findFileOf(ctx.db, old)).toBe(fileId);
  expect((await findVersion(ctx.db, scope, old))?.version.version).toBe(1);
  expect(await findVersion(ctx.db, other, old)).toBeUndefined();
  expect(await setDeleted(ctx.db, other, fileId, at(9))).toBe(false);
  expect(await setDeleted(ctx.db, scope, fileId, at(9))).toBe(true);
  expect(await setDeleted(ctx.db, scope, fileId, at(10))).toBe(false);
  expect(await findFile(ctx.db, scope, fileId)).toBeUndefined();
  expect(await findVersion(ctx.db, scope, old)).toBeUndefined();
  const since = (second: number) => ({ deletedSince: at(second) });
  expect((await findFile(ctx.db, scope, fileId, since(8)))?.file.id).toBe(fileId);
  expect(await findFile(ctx.db, scope, fileId, since(9))).toBeUndefined();
});

test("a name is taken once among the files in use, and a deleted file comes back only to a free one", async () => {
  const take = (name: string, within = scope) =>
    takeFile(ctx.db, within, { id: id(), name, now: at(5) });
  const made = await take("a");
  expect(made).toMatchObject({
    created: true,
    file: { name: "a", projectId: scope.projectId, createdBy: ada.me.id, createdAt: at(5) },
  });
  expect(await take("a")).toEqual({ file: made.file, created: false });
  expect((await take("a", other)).created).toBe(true);
  await setDeleted(ctx.db, scope, made.file.id, at(9));
  const next = await take("a");
  expect(next.created).toBe(true);
  expect(await setDeleted(ctx.db, scope, made.file.id, null)).toBe(false);
  await setDeleted(ctx.db, scope, next.file.id, at(9));
  expect(await setDeleted(ctx.db, scope, made.file.id, null)).toBe(true);
  expect(await setDeleted(ctx.db, scope, made.file.id, null)).toBe(false);
});

test("the corpus has the readable current versions, oldest file first, a hundred a page", async () => {
  for (let n = 0; n < 101; n++) await add(`file ${String(n).padStart(3, "0")}`, n);
  await add("failed", 1, { versions: [{ status: "failed" }] });
  await add("unread", 1, { current: false });
  await add("deleted", 1, { deletedAt: at(2) });
  await add("elsewhere", 1, { within: other, versions: [{ tokenCount: null }] });
  const first = await projectCorpus(ctx, scope);
  expect(first.files).toHaveLength(100);
  expect(first.files[0]).toMatchObject({ name: "file 000", tokenCount: 7 });
  expect(first.files[0]).not.toHaveProperty("createdAt");
  expect(first.files.at(-1)?.name).toBe("file 099");
  expect(first.next).toEqual({ at: at(99), id: first.files.at(-1)?.fileId ?? "" });
  const last = await projectCorpus(ctx, scope, first.next);
  expect(last.files.map(({ name }) => name)).toEqual(["file 100"]);
  expect(last.next).toBeNull();
  // A failed version of a file that was readable before stays current only in an unlucky moment.
  expect(await countCorpus(ctx, scope)).toBe(102);
  const { files: elsewhere, next } = await projectCorpus(ctx, other);
  expect([elsewhere.length, elsewhere[0]?.tokenCount, next]).toEqual([1, 0, null]);
});

test("files of one moment are paged by their ids", async () => {
  for (const name of ["a", "b", "c"]) await add(name, 1);
  const rows = await listReadyVersions(ctx.db, scope, null, 2);
  expect(rows.map(({ name }) => name)).toEqual(["a", "b"]);
  const after = { at: at(1), id: rows[1]?.fileId ?? "" };
  expect((await listReadyVersions(ctx.db, scope, after, 2)).map(({ name }) => name)).toEqual(["c"]);
});

test("a text is read between two offsets, however its passages divide it", async () => {
  const texts = ["abc", "def", "ghi"];
  const { versionIds } = await add("a", 1, { versions: [{ texts }, { status: "failed", texts }] });
  const [versionId = "", failed = ""] = versionIds;
  const part = async (start: number, end: number) => {
    const { text, ...found } = await readText(ctx, scope, versionId, { start, end });
    return [text, found.start, found.end];
  };
  expect(await part(0, 9)).toEqual(["abcdefghi", 0, 9]);
  expect(await part(2, 4)).toEqual(["cd", 2, 4]);
  expect(await part(3, 6)).toEqual(["def", 3, 6]);
  expect(await part(7, 100)).toEqual(["hi", 7, 9]);
  expect(await part(20, 30)).toEqual(["", 9, 9]);
  expect(await part(5, 2)).toEqual(["", 5, 5]);
  expect(await readText(ctx, scope, failed, { start: 0, end: 9 })).toMatchObject({ text: "" });
});

test("whole texts are those of the project's files in use, and empty where nothing was found in one", async () => {
  const [full] = (await add("a", 1, { versions: [{ texts: ["abc", "def"] }] })).versionIds;
  const [empty] = (await add("b", 1)).versionIds;
  const [gone] = (await add("c", 1, { versions: [{ texts: ["x"] }], deletedAt: at(2) })).versionIds;
  const [foreign] = (await add("d", 1, { versions: [{ texts: ["x"] }], within: other })).versionIds;
  const ids = [full, empty, gone, foreign].filter((one) => one !== undefined);
  const found = await versionTexts(ctx, scope, ids);
  expect([...found].toSorted()).toEqual(
    [[full ?? "", "abcdef"] as [string, string], [empty ?? "", ""] as [string, string]].toSorted(),
  );
  expect(await versionTexts(ctx, scope, [])).toEqual(new Map());
});

test("openings are the first passages of the newest files, theirs before the second ones", async () => {
  const texts = Array.from({ length: 9 }, (_, n) => `${n}`);
  await add("old", 1, { versions: [{ texts }], pageStarts: [0, 1] });
  await add("new", 2, { versions: [{ texts: ["n"] }] });
  await add("empty", 3);
  await add("deleted", 4, { versions: [{ texts }], deletedAt: at(5) });
  await add("elsewhere", 5, { versions: [{ texts }], within: other });
  const found = await listOpenings(ctx.db, scope, 20);
  const first = ["new n", "old 0", "old 1", "old 2", "old 3", "old 4", "old 5", "old 6", "old 7"];
  expect(found.map(({ fileName, text }) => `${fileName} ${text}`)).toEqual(first);
  expect(found[2]).toMatchObject({ start: 1, end: 2, tokenCount: 1, pageStarts: [0, 1], score: 0 });
  expect(await listOpenings(ctx.db, scope, 1)).toHaveLength(1);
});

test("passages are chosen while they fit with what naming their file takes, and tell their page", async () => {
  await add("long name", 1, { versions: [{ texts: ["abc", "def"] }], pageStarts: [0, 3] });
  await add("short", 2, { versions: [{ texts: ["xyz"] }] });
  const chosen = async (tokens: number) => {
    const overhead = (name: string) => name.length;
    const found = await retrievePassages(ctx, scope, "qqqq", { tokens, overhead });
    return found.map(({ fileName, text, page }) => [fileName, text, page]);
  };
  expect(await chosen(5)).toEqual([]);
  // Another one may fit where a better one does not.
  expect(await chosen(6)).toEqual([["short", "xyz", null]]);
  expect(await chosen(15)).toEqual([["short", "xyz", null]]);
  expect(await chosen(16)).toEqual([
    ["short", "xyz", null],
    ["long name", "abc", 1],
  ]);
  expect(await chosen(26)).toEqual([
    ["short", "xyz", null],
    ["long name", "abcdef", 1],
  ]);
});

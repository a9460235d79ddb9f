import { afterAll, afterEach, beforeAll, expect, spyOn, test } from "bun:test";
import { asc, eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { read, readId } from "../../../test/support/read.ts";
import { type Ctx, systemContext } from "../../platform/context.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { readVersion } from "./ingest/read-version.ts";
import { purgeDeletedFiles, removeProjectBytes } from "./purge-files.ts";
import { searchHits, uploadedFile } from "./schema.ts";
import { chunks, files, searchPassages, searchScopes, searchTerms } from "./tables.ts";

const DAY_MS = 86_400_000;
const clock = new TestClock();
const lines: string[] = [];
let app: TestApp;
let ada: Person;
let ctx: Ctx;
beforeAll(async () => {
  app = await createTestApp({
    env: { ATELIER_RESTORE_DAYS: "30" },
    deps: {
      clock,
      logger: createLogger("error", { write: (line: string) => void lines.push(line) }),
    },
  });
  ada = await app.person("Ada");
  ctx = systemContext(app.deps, "test");
});
afterEach(() => {
  lines.length = 0;
});
afterAll(() => app.close());

const newProject = async () => readId(await ada.post("/projects", { name: "Plans" }));

async function add(projectId: string, name: string, text: string) {
  const path = `/projects/${projectId}/files/${name}`;
  const stored = await read(await ada.request("PUT", path, new Blob([text])), uploadedFile);
  await readVersion(ctx, stored.newest.id, new AbortController().signal);
  return { id: stored.id, key: `files/${projectId}/${stored.newest.id}` };
}

/** Deletes a file as somebody does, without the job that takes it out of the index. */
async function remove(projectId: string, id: string) {
  expect((await ada.delete(`/projects/${projectId}/files/${id}`)).status).toBe(204);
}

const counted = async () => ({
  terms: await ctx.db.select().from(searchTerms).orderBy(asc(searchTerms.key)),
  scopes: await ctx.db.select().from(searchScopes).orderBy(asc(searchScopes.projectId)),
  passages: await ctx.db.$count(searchPassages),
  chunks: await ctx.db.$count(chunks),
});

test("a purged file leaves no bytes, no text, no word in the counts; the others' counts are as if it had never been", async () => {
  const projectId = await newProject();
  await add(projectId, "kept.txt", "The otter sleeps by the river.");
  const before = await counted();
  const gone = await add(projectId, "gone.txt", "The otter hunts salmon by the sea.");
  expect(await counted()).not.toEqual(before);
  await remove(projectId, gone.id);
  clock.advance(31 * DAY_MS);
  await purgeDeletedFiles(ctx);
  expect(await counted()).toEqual(before);
  expect(await ctx.db.$count(files, eq(files.id, gone.id))).toBe(0);
  expect(await app.deps.blobs.has(gone.key)).toBe(false);
  const hits = await read(await ada.get(`/projects/${projectId}/search?q=otter`), searchHits);
  expect(hits.items.map(({ fileName }) => fileName)).toEqual(["kept.txt"]);
});

test("what can still be restored stays, to the day", async () => {
  const projectId = await newProject();
  const { id, key } = await add(projectId, "late.txt", "Not yet.");
  await remove(projectId, id);
  clock.advance(30 * DAY_MS - 60_000);
  await purgeDeletedFiles(ctx);
  expect(await ctx.db.$count(files, eq(files.id, id))).toBe(1);
  expect(await app.deps.blobs.has(key)).toBe(true);
  clock.advance(120_000);
  await purgeDeletedFiles(ctx);
  expect(await ctx.db.$count(files, eq(files.id, id))).toBe(0);
});

test("a file whose bytes cannot be removed keeps its row, is logged, and does not keep the others", async () => {
  const projectId = await newProject();
  const stuck = await add(projectId, "stuck.txt", "Stuck.");
  const loose = await add(projectId, "loose.txt", "Loose.");
  for (const { id } of [stuck, loose]) await remove(projectId, id);
  clock.advance(31 * DAY_MS);
  const { blobs } = app.deps;
  const removeBytes = blobs.delete.bind(blobs);
  const broken = spyOn(blobs, "delete").mockImplementation((key) =>
    key === stuck.key ? Promise.reject(new Error("gone")) : removeBytes(key),
  );
  await purgeDeletedFiles(ctx);
  broken.mockRestore();
  expect(await ctx.db.$count(files, eq(files.id, loose.id))).toBe(0);
  expect(await ctx.db.$count(files, eq(files.id, stuck.id))).toBe(1);
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: "error", fileId: stuck.id, message: "deleted file not purged" },
  ]);
  await purgeDeletedFiles(ctx);
  expect(await ctx.db.$count(files, eq(files.id, stuck.id))).toBe(0);
});

test("a project's bytes and counts go before its rows, and no other project's", async () => {
  const kept = await newProject();
  const other = await add(kept, "kept.txt", "The heron stands.");
  const before = await counted();
  const projectId = await newProject();
  const gone = [
    await add(projectId, "one.txt", "The heron flies."),
    await add(projectId, "two.txt", "The heron lands."),
  ];
  await removeProjectBytes(ctx, projectId);
  for (const { key } of gone) expect(await app.deps.blobs.has(key)).toBe(false);
  expect(await app.deps.blobs.has(other.key)).toBe(true);
  await ctx.db.delete(files).where(eq(files.projectId, projectId));
  await purgeDeletedFiles(ctx);
  expect(await counted()).toEqual(before);
  await removeProjectBytes(ctx, await newProject());
});

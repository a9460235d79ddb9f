import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../../test/support/app.ts";
import { read, readId } from "../../../../test/support/read.ts";
import type { Blobs } from "../../../platform/blobs/blobs.ts";
import { diskBlobs } from "../../../platform/blobs/disk.ts";
import { type Ctx, systemContext } from "../../../platform/context.ts";
import { recoverReading, startKnowledgeJobs } from "../run-jobs.ts";
import { uploadedFile } from "../schema.ts";
import { fileVersions } from "../tables.ts";
import { EXTRACTION_LIMITS, FIRST_TRY_LIMITS } from "./extract-text.ts";
import { addReaderMs } from "./fair-queue.ts";
import { readVersion } from "./read-version.ts";

/** A document whose bytes never end: its reader waits until it is stopped, and uses no CPU. */
class EndlessBlob extends Blob {
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({ pull: () => new Promise(() => undefined) });
  }
}

const folder = join(tmpdir(), `atelier-turns-${Bun.randomUUIDv7()}`);
const SLOW = "slow ".repeat(10);
const signal = new AbortController().signal;
let app: TestApp;
let ctx: Ctx;
let ada: Person;
let bob: Person;

/** Stores bytes on disk, and returns endless ones for files named slow. */
function someEndless(folder: string): Blobs {
  const disk = diskBlobs(folder);
  return {
    ...disk,
    get: async (key) => {
      const blob = await disk.get(key);
      return blob !== null && (await blob.text()) === SLOW ? new EndlessBlob() : blob;
    },
  };
}

beforeAll(async () => {
  app = await createTestApp({ deps: { blobs: someEndless(folder) } });
  ctx = systemContext(app.deps, "test");
  ada = await app.person("Ada");
  bob = await app.person("Bob");
}, 30_000);
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const newProject = async (by: Person) => readId(await by.post("/projects", { name: "Plans" }));
const put = async (by: Person, projectId: string, name: string, content: string) => {
  const path = `/projects/${projectId}/files/${name}`;
  const stored = await read(await by.request("PUT", path, new Blob([content])), uploadedFile);
  return stored.newest.id;
};
const row = async (versionId: string) => {
  const [found] = await ctx.db.select().from(fileVersions).where(eq(fileVersions.id, versionId));
  if (!found) throw new Error("no such version");
  return found;
};
const turnsOf = async (ids: string[]) => Promise.all(ids.map(async (id) => (await row(id)).turn));
/** The jobs queued for a version: queue and priority. */
const jobsOf = async (versionId: string) => {
  const rows = await app.deps.database.sql<{ name: string; priority: number }[]>`
    select name, priority from pgboss.job where singleton_key = ${versionId} and state = 'created'
    order by name`;
  return rows.map(({ name, priority }) => [name, priority] as const);
};
/** Empties the queue. */
const clear = () => ctx.db.update(fileVersions).set({ status: "failed" });

describe("people take turns", () => {
  test("one user's files queue behind each other, another user's first one does not", async () => {
    const [adas, bobs] = [await newProject(ada), await newProject(bob)];
    const first = [];
    for (const n of [1, 2, 3]) first.push(await put(ada, adas, `${n}.txt`, `a ${n}`));
    const bobsFirst = await put(bob, bobs, "1.txt", "b 1");
    expect(await turnsOf([...first, bobsFirst])).toEqual([0, 1, 2, 0]);
    expect(await jobsOf(first[2] ?? "")).toEqual([["knowledge-read", -2]]);
    expect(await jobsOf(bobsFirst)).toEqual([["knowledge-read", 0]]);
    await clear();
  });

  test("a newcomer starts at the turn being served, not before everyone", async () => {
    const [adas, bobs] = [await newProject(ada), await newProject(bob)];
    const first = [];
    for (const n of [1, 2, 3, 4]) first.push(await put(ada, adas, `${n}.txt`, `a ${n}`));
    for (const id of first.slice(0, 2)) await readVersion(ctx, id, signal);
    const later = [await put(bob, bobs, "1.txt", "b 1"), await put(bob, bobs, "2.txt", "b 2")];
    expect(await turnsOf(later)).toEqual([2, 3]);
    await clear();
  });

  test("a user has one turn at a time, across all projects", async () => {
    const ids = [];
    for (const n of [1, 2]) ids.push(await put(ada, await newProject(ada), "a.txt", `a ${n}`));
    expect(await turnsOf(ids)).toEqual([0, 1]);
    await clear();
  });
});

describe("the slow lane", () => {
  test.each([
    ["time", { timeMs: 10 }, SLOW],
    ["text", { textUnits: 4 }, "12345"],
  ])(
    "a file that needs more %s than a first try has waits there, and is read there",
    async (what, less, content) => {
      const id = await put(ada, await newProject(ada), "a.txt", content);
      await readVersion(ctx, id, signal, { limits: { ...FIRST_TRY_LIMITS, ...less } });
      expect(await row(id)).toMatchObject({ status: "queued", slow: true, turn: 0, attempts: 0 });
      expect(await jobsOf(id)).toContainEqual(["knowledge-read-slow", 0]);
      await readVersion(ctx, id, signal);
      expect(await row(id)).toMatchObject({ status: "queued" });
      if (what === "text") await readVersion(ctx, id, signal, { slow: true });
      else {
        const limits = { ...EXTRACTION_LIMITS, timeMs: 10 };
        await readVersion(ctx, id, signal, { slow: true, limits });
      }
      const ended = { time: { status: "failed", failure: "too_slow" }, text: { status: "ready" } };
      expect(await row(id)).toMatchObject(what === "text" ? ended.text : ended.time);
      await clear();
    },
  );

  test("a file that fails for another reason fails at once", async () => {
    const id = await put(ada, await newProject(ada), "a.txt", " ");
    await readVersion(ctx, id, signal);
    expect(await row(id)).toMatchObject({ status: "failed", failure: "empty", slow: false });
  });

  test("a lost job is recreated in its own lane, with its turn; so is a retried one", async () => {
    const projectId = await newProject(ada);
    const [first, second] = [
      await put(ada, projectId, "a.txt", SLOW),
      await put(ada, projectId, "b.txt", SLOW),
    ];
    const limits = { ...FIRST_TRY_LIMITS, timeMs: 10 };
    for (const id of [first, second]) await readVersion(ctx, id, signal, { limits });
    await app.deps.database
      .sql`delete from pgboss.job where singleton_key in (${first}, ${second})`;
    await recoverReading(app.deps);
    expect(await jobsOf(second)).toEqual([["knowledge-read-slow", -1]]);
    await clear();
    await app.deps.database.sql`delete from pgboss.job where singleton_key = ${second}`;
    const { fileId } = await row(second);
    expect((await ada.post(`/projects/${projectId}/files/${fileId}/retry`)).status).toBe(200);
    expect(await row(second)).toMatchObject({ status: "queued", slow: true, turn: 0 });
    expect(await jobsOf(second)).toEqual([["knowledge-read-slow", 0]]);
    await clear();
  });

  test("a user who has used up the hour's reading time waits there; others do not, nor does that user an hour later", async () => {
    const cleo = await app.person("Cleo");
    const projectId = await newProject(cleo);
    const before = await put(cleo, projectId, "before.txt", "read before");
    await addReaderMs(ctx.db, before, 599_999);
    await readVersion(ctx, before, signal);
    expect(await row(before)).toMatchObject({ status: "ready", slow: false });
    await addReaderMs(ctx.db, before, 600_000 - (await row(before)).readerMs);
    const next = await put(cleo, projectId, "next.txt", "waits");
    await readVersion(ctx, next, signal);
    expect(await row(next)).toMatchObject({ status: "queued", slow: true, readerMs: 0 });
    const bobs = await put(bob, await newProject(bob), "bobs.txt", "does not wait");
    await readVersion(ctx, bobs, signal);
    expect(await row(bobs)).toMatchObject({ status: "ready", slow: false });
    await app.deps.database.sql`update file_versions set read_at = now() - interval '61 minutes'
      where id = ${before}`;
    const later = await put(cleo, projectId, "later.txt", "does not wait any more");
    await readVersion(ctx, later, signal);
    expect(await row(later)).toMatchObject({ status: "ready", slow: false });
    await clear();
  });
});

test("eight documents that take half a minute each do not hold up another user's note", async () => {
  const [adas, bobs] = [await newProject(ada), await newProject(bob)];
  const slow: string[] = [];
  for (let n = 0; n < 8; n++) slow.push(await put(ada, adas, `${n}.txt`, SLOW));
  await startKnowledgeJobs(app.deps);
  const states = () => Promise.all(slow.map(async (id) => await row(id)));
  const reading = async () => (await states()).filter(({ status }) => status === "reading").length;
  for (let i = 0; i < 600 && (await reading()) < 2; i++) await Bun.sleep(50);
  const note = await put(bob, bobs, "note.txt", "eleven char");
  for (let i = 0; i < 600 && (await row(note)).status !== "ready"; i++) await Bun.sleep(50);
  expect(await row(note)).toMatchObject({ status: "ready" });
  // The two that were being read have had their five seconds; all others still wait for theirs.
  const passed = (await states()).filter(({ slow: moved }) => moved).length;
  expect(passed).toBeLessThanOrEqual(2);
}, 60_000);

import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { until } from "../../../test/support/generation.ts";
import { read, readId } from "../../../test/support/read.ts";
import { type Ctx, systemContext } from "../../platform/context.ts";
import { startWork } from "../../work.ts";
import { findSentVersions } from "../generation/index.ts";
import { findCitedVersions } from "../threads/index.ts";
import { readVersion } from "./ingest/read-version.ts";
import { purgeOldVersions, purgeVersions } from "./purge-versions.ts";
import { uploadedFile, versionPage } from "./schema.ts";
import { chunks, fileVersions } from "./tables.ts";

let app: TestApp;
let ctx: Ctx;
let ada: Person;
let projectId: string;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_FILE_VERSIONS_KEPT: "2" } });
  ctx = systemContext(app.deps, "test");
  ada = await app.person("Ada");
  projectId = await readId(await ada.post("/projects", { name: "P" }));
}, 30_000);
afterAll(() => app.close());

const put = async (name: string, content: string) => {
  const path = `/projects/${projectId}/files/${name}`;
  return read(await ada.request("PUT", path, new Blob([content])), uploadedFile);
};
/** Stores and reads versions of one file one after the other. @returns the ids of the file and its versions. */
async function versions(name: string, ...contents: string[]) {
  const ids: string[] = [];
  let fileId = "";
  for (const content of contents) {
    const stored = await put(name, content);
    await readVersion(ctx, stored.newest.id, new AbortController().signal);
    ids.push(stored.newest.id);
    fileId = stored.id;
  }
  return { fileId, ids };
}
const numbers = async (fileId: string) => {
  const path = `/projects/${projectId}/files/${fileId}/versions`;
  return (await read(await ada.get(path), versionPage)).items.map(({ version }) => version);
};
const blobOf = (versionId: string) => app.deps.blobs.has(`files/${projectId}/${versionId}`);

test("the oldest versions over the limit are removed, with their passages and bytes", async () => {
  const { fileId, ids } = await versions("a.txt", "one", "two", "three", "four");
  await purgeOldVersions(ctx, fileId, []);
  expect(await numbers(fileId)).toEqual([4, 3]);
  expect(await Promise.all(ids.map(blobOf))).toEqual([false, false, true, true]);
  const left = await ctx.db
    .select()
    .from(chunks)
    .where(eq(chunks.fileVersionId, ids[0] ?? ""));
  expect(left).toEqual([]);
  const [usage] = await app.deps.database.sql`
    select bytes::int, files, versions from storage_usage where scope_id = ${projectId}`;
  expect(usage).toEqual({ bytes: 9, files: 1, versions: 2 });
  await purgeOldVersions(ctx, fileId, []);
  expect(await numbers(fileId)).toEqual([4, 3]);
});

test("the version in use stays, and so does one being read", async () => {
  const { fileId, ids } = await versions("b.txt", "readable", " ", "\t", "\n", " \n");
  await ctx.db
    .update(fileVersions)
    .set({ status: "reading" })
    .where(eq(fileVersions.id, ids[2] ?? ""));
  await purgeOldVersions(ctx, fileId, []);
  expect(await numbers(fileId)).toEqual([5, 4, 3, 1]);
});

test("versions that an answer cites, or that were sent to a running one, stay, and no others", async () => {
  const { fileId, ids } = await versions("c.txt", "cited", "sent", "neither", "listed", "5", "6");
  const threadId = await readId(await ada.post(`/projects/${projectId}/threads`, {}));
  const { sql } = app.deps.database;
  const citation = { type: "citation", fileVersionId: ids[0], fileId, marker: "S1" };
  await sql`insert into messages (id, thread_id, role, parts, status)
    values (${app.deps.ids.next()}, ${threadId}, 'assistant', ${JSON.stringify([citation])}::text::jsonb, 'complete')`;
  const manifest = { items: [{ kind: "file", fileVersionId: ids[1] }] };
  const generation = async (status: string, sent: object, listed: string[] | null = null) => {
    const [a, b, c] = [app.deps.ids.next(), app.deps.ids.next(), app.deps.ids.next()];
    await sql`insert into generations
      (id, thread_id, message_id, parent_id, user_id, status, process_id, lease_expires_at, manifest, sent_version_ids)
      values (${a}, ${threadId}, ${b}, ${c}, ${ada.me.id}, ${status}, 'x', now(), ${JSON.stringify(sent)}::text::jsonb, ${listed})`;
  };
  await generation("running", manifest);
  await generation("complete", { items: [{ kind: "file", fileVersionId: ids[2] }] });
  await generation("running", { items: [] }, [ids[3] ?? ""]);
  await ada.delete(`/threads/${threadId}`);
  await purgeVersions(ctx, [findCitedVersions, findSentVersions]);
  expect(await numbers(fileId)).toEqual([6, 5, 4, 2, 1]);
  await sql`update generations set status = 'complete'`;
  await purgeVersions(ctx, [findCitedVersions, findSentVersions]);
  expect(await numbers(fileId)).toEqual([6, 5, 1]);
});

test("a file whose versions cannot be purged does not block others", async () => {
  const [broken, sound] = [
    await versions("broken.txt", "1", "2", "3"),
    await versions("sound.txt", "1", "2", "3"),
  ];
  const logged: unknown[] = [];
  const logger = { ...app.deps.logger, error: (fields: unknown) => logged.push(fields) };
  const failing = async (_db: unknown, _project: string, versionIds: string[]) => {
    if (versionIds.includes(broken.ids[0] ?? "")) throw new Error("no answer");
    return [];
  };
  await purgeVersions({ ...ctx, deps: { ...ctx.deps, logger } }, [failing]);
  expect(await numbers(broken.fileId)).toEqual([3, 2, 1]);
  expect(await numbers(sound.fileId)).toEqual([3, 2]);
  expect(logged).toMatchObject([{ fileId: broken.fileId }]);
});

test("without a limit all versions stay", async () => {
  const { fileId } = await versions("all.txt", "1", "2", "3");
  const deps = { ...app.deps, config: { ...app.deps.config, fileVersionsKept: null } };
  await purgeOldVersions({ ...ctx, deps }, fileId, []);
  await purgeVersions({ ...ctx, deps }, []);
  expect(await numbers(fileId)).toEqual([3, 2, 1]);
});

test("a new version triggers the purge of the oldest as soon as it has been read", async () => {
  await startWork(app.deps);
  const [first] = (await versions("d.txt", "one", "two")).ids;
  const { id: fileId } = await put("d.txt", "three");
  await until(async () => (await numbers(fileId)).join() === "3,2", 30_000);
  expect(await blobOf(first ?? "")).toBe(false);
}, 40_000);

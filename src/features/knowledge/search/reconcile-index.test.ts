import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type TestApp } from "../../../../test/support/app.ts";
import { readId } from "../../../../test/support/read.ts";
import { storePassages } from "../../../../test/support/store-passages.ts";
import { createLogger } from "../../../platform/observability/logger.ts";
import { reindexOutdated } from "../run-jobs.ts";
import { chunks, fileVersions, searchScopes, searchTerms } from "../tables.ts";
import { INDEX_FORM } from "./index-passages.ts";
import { rankPassages } from "./rank-passages.ts";

const lines: string[] = [];
let app: TestApp;
let newProject: () => Promise<string>;
beforeAll(async () => {
  app = await createTestApp({
    deps: { logger: createLogger("info", { write: (line: string) => void lines.push(line) }) },
  });
  const ada = await app.person("Ada");
  newProject = async () => readId(await ada.post("/projects", { name: "Index" }));
});
afterAll(() => app.close());

const live = new AbortController().signal;
const TEXT = "The pro-\nbationary period";

/** A version as an earlier release left it: its entry knows other words than its text has now. */
async function storeOutdated(projectId: string, language = "english"): Promise<string> {
  const { db } = app.deps.database;
  const { id } = await storePassages(db, projectId, ["Another text."], { name: `${projectId}.md` });
  await db.update(chunks).set({ text: TEXT }).where(eq(chunks.fileVersionId, id));
  await db.update(fileVersions).set({ indexForm: 1, language }).where(eq(fileVersions.id, id));
  return id;
}

const find = async (projectId: string, query: string) =>
  (await rankPassages(app.deps.database.db, projectId, query, 10)).passages.length;

test("versions that an earlier release indexed are indexed again, without another upload", async () => {
  const { db } = app.deps.database;
  const [outdated, fresh] = [await newProject(), await newProject()];
  const id = await storeOutdated(outdated);
  expect(await find(outdated, "probationary")).toBe(0);
  lines.length = 0;
  await reindexOutdated(app.deps, live);
  expect(await find(outdated, "probationary")).toBe(1);
  expect(await find(outdated, "another")).toBe(0);
  const [version] = await db.select().from(fileVersions).where(eq(fileVersions.id, id));
  expect(version).toMatchObject({ indexed: true, indexForm: INDEX_FORM });
  await storePassages(db, fresh, [TEXT]);
  const scopes = await db.select().from(searchScopes);
  expect(scopes.map(({ passages }) => passages)).toEqual([1, 1]);
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: "info", files: 1, message: "files indexed again in the current form" },
  ]);
  lines.length = 0;
  const terms = await db.select().from(searchTerms).orderBy(searchTerms.key);
  await reindexOutdated(app.deps, live);
  expect(lines).toEqual([]);
  expect(await db.select().from(searchTerms).orderBy(searchTerms.key)).toEqual(terms);
});

test("a version that cannot be indexed again keeps its entry and does not hold up the others", async () => {
  const [bad, good] = [await newProject(), await newProject()];
  await storeOutdated(bad, "klingon");
  await storeOutdated(good);
  lines.length = 0;
  await reindexOutdated(app.deps, live);
  expect(await find(good, "probationary")).toBe(1);
  expect(lines.map((line): unknown => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ level: "warn", message: "file not indexed again" }),
  );
  expect(await find(bad, "another")).toBe(1);
  await app.deps.database.db.update(fileVersions).set({ indexForm: INDEX_FORM });
});

test("a process that is told to stop leaves the rest to the next", async () => {
  const projectId = await newProject();
  await storeOutdated(projectId);
  await reindexOutdated(app.deps, AbortSignal.abort());
  expect(await find(projectId, "probationary")).toBe(0);
});

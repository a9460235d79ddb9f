import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readId } from "../../../test/support/read.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { recoverReading, takeOverLeft } from "./run-jobs.ts";
import { uploadedFile } from "./schema.ts";
import { fileVersions } from "./tables.ts";

const lines: string[] = [];
let app: TestApp;
let ada: Person;
let projectId: string;
beforeAll(async () => {
  app = await createTestApp({
    deps: { logger: createLogger("warn", { write: (line: string) => void lines.push(line) }) },
  });
  ada = await app.person("Ada");
  projectId = await readId(await ada.post("/projects", { name: "Jobs" }));
});
afterAll(() => app.close());

async function upload(): Promise<string> {
  const path = `/projects/${projectId}/files/${Bun.randomUUIDv7()}.txt`;
  const response = await ada.request("PUT", path, new Blob(["A note."]));
  return (await read(response, uploadedFile)).newest.id;
}

/** The jobs that wait or run for a version. */
const jobsOf = async (versionId: string) => {
  const rows = await app.deps.database.sql<{ name: string; state: string }[]>`
    select name, state::text from pgboss.job
    where singleton_key = ${versionId} and state in ('created', 'active') order by name`;
  return rows.map(({ name, state }) => `${name} ${state}`);
};

const reading = (versionId: string, leaseExpiresAt: Date) =>
  app.deps.database.db
    .update(fileVersions)
    .set({ status: "reading", claimId: Bun.randomUUIDv7(), leaseExpiresAt })
    .where(eq(fileVersions.id, versionId));

test("a document whose reader is gone gets a new job at once, and one that is being read does not", async () => {
  const [gone, alive] = [await upload(), await upload()];
  await app.deps.database.sql`update pgboss.job set state = 'active', started_on = now()
    where singleton_key in (${gone}, ${alive})`;
  await reading(gone, new Date(0));
  await reading(alive, new Date(Date.now() + 3_600_000));
  lines.length = 0;
  await takeOverLeft(app.deps);
  expect(await jobsOf(gone)).toEqual(["knowledge-read created"]);
  expect(await jobsOf(alive)).toEqual(["knowledge-read active"]);
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    {
      level: "warn",
      versionId: gone,
      queued: true,
      message: "reader gone; document queued again",
    },
  ]);
  await takeOverLeft(app.deps);
  expect(await jobsOf(gone)).toEqual(["knowledge-read created"]);
});

test("a queued document whose job was lost gets one, once, in its lane", async () => {
  const [lost, slow, kept] = [await upload(), await upload(), await upload()];
  const { sql, db } = app.deps.database;
  await sql`delete from pgboss.job where singleton_key in (${lost}, ${slow})`;
  await db.update(fileVersions).set({ slow: true }).where(eq(fileVersions.id, slow));
  lines.length = 0;
  await recoverReading(app.deps);
  await recoverReading(app.deps);
  expect(await jobsOf(lost)).toEqual(["knowledge-read created"]);
  expect(await jobsOf(slow)).toEqual(["knowledge-read-slow created"]);
  expect(await jobsOf(kept)).toEqual(["knowledge-read created"]);
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: "warn", versionId: lost, message: "queued document had no job; created one" },
    { level: "warn", versionId: slow, message: "queued document had no job; created one" },
  ]);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../../test/support/app.ts";
import type { Database } from "../../../platform/db/client.ts";
import { files, fileVersions } from "../tables.ts";
import {
  claimVersion,
  describeVersion,
  finishVersion,
  listLeft,
  listQueued,
  moveToSlowLane,
  releaseVersion,
  renewLease,
  requeueVersion,
} from "./claim-version.ts";

type Row = typeof fileVersions.$inferSelect;

let app: TestApp;
let ada: Person;
let db: Database;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  db = app.deps.database.db;
});
afterAll(() => app.close());

const id = () => Bun.randomUUIDv7();

/** Stores a version, queued unless told otherwise. */
async function add(change: Partial<typeof fileVersions.$inferInsert> = {}): Promise<string> {
  const [fileId, versionId] = [id(), id()];
  await db.insert(files).values({
    id: fileId,
    projectId: ada.me.personalProjectId ?? "",
    name: fileId,
    createdBy: ada.me.id,
  });
  await db.insert(fileVersions).values({
    ...{ id: versionId, fileId, version: 1, sha256: "a", sizeBytes: 1, mediaType: "text/plain" },
    createdBy: ada.me.id,
    ...change,
  });
  return versionId;
}
async function rowOf(versionId: string): Promise<Row> {
  const [row] = await db.select().from(fileVersions).where(eq(fileVersions.id, versionId));
  if (row === undefined) throw new Error("The version is gone");
  return row;
}
/** Adds a version that this reader has claimed. */
async function claimed(change: Partial<typeof fileVersions.$inferInsert> = {}): Promise<Row> {
  const versionId = await add(change);
  const found = await claimVersion(db, versionId, change.slow ?? false, id());
  if (found === undefined) throw new Error("It was not claimed");
  return found.version;
}
/** Milliseconds from now to the end of a lease, by the database's clock. */
async function leaseOf(versionId: string): Promise<number> {
  const [row] = await app.deps.database
    .sql`select extract(epoch from lease_expires_at - now()) * 1000 as ms
    from file_versions where id = ${versionId}`;
  return Number(row?.ms);
}
const letGo = (versionId: string) =>
  app.deps.database.sql`update file_versions set lease_expires_at = now() where id = ${versionId}`;

test("a queued version is claimed once, in its lane, for twenty seconds", async () => {
  const [versionId, claimId] = [await add(), id()];
  expect(await claimVersion(db, versionId, true, id())).toBeUndefined();
  const found = await claimVersion(db, versionId, false, claimId);
  expect(found?.file.name).toBe(found?.version.fileId ?? "");
  expect(found?.version).toMatchObject({ id: versionId, status: "reading", claimId, attempts: 1 });
  expect(await leaseOf(versionId)).toBeWithin(10_000, 20_001);
  expect(await claimVersion(db, versionId, false, id())).toBeUndefined();
});

test("a version whose reader is gone is claimed anew, and the old reader stores nothing more", async () => {
  const first = await claimed();
  await letGo(first.id);
  const second = await claimVersion(db, first.id, false, id());
  expect(second?.version.attempts).toBe(2);
  const found = { ...(await rowOf(first.id)), language: "german" };
  await describeVersion(db, first, found);
  await renewLease(db, { ...first, claimId: null });
  await releaseVersion(db, first, true);
  expect(await moveToSlowLane(db, first)).toBeUndefined();
  expect(await finishVersion(db, first, { status: "ready" })).toBe(false);
  expect(await rowOf(first.id)).toEqual(second?.version ?? first);
});

test.each(["ready", "failed"] as const)("a version that is %s is not claimed", async (status) => {
  expect(await claimVersion(db, await add({ status }), false, id())).toBeUndefined();
});

test("a lease is renewed by its reader alone", async () => {
  const version = await claimed();
  await letGo(version.id);
  await renewLease(db, { id: version.id, claimId: id() });
  expect(await leaseOf(version.id)).toBeLessThanOrEqual(0);
  await renewLease(db, version);
  expect(await leaseOf(version.id)).toBeWithin(10_000, 20_001);
});

test("a version is given back to be read at once; the attempt counts unless the document is blameless", async () => {
  for (const [blameless, attempts] of [
    [true, 0],
    [false, 1],
  ] as const) {
    const version = await claimed();
    await releaseVersion(db, version, blameless);
    const row = await rowOf(version.id);
    expect(row).toMatchObject({ status: "queued", leaseExpiresAt: null, attempts });
  }
});

test("what reading finds is stored, and its result once", async () => {
  const version = await claimed();
  const other = await claimed();
  const found = {
    mediaType: "text/markdown",
    language: "german",
    note: "read_as_latin1",
    tokenCount: 7,
    textLength: 30,
    pageStarts: [0, 9],
  };
  await describeVersion(db, version, found);
  expect(await finishVersion(db, version, { status: "failed", failure: "damaged" })).toBe(true);
  expect(await rowOf(version.id)).toMatchObject({
    ...found,
    status: "failed",
    failure: "damaged",
    leaseExpiresAt: null,
  });
  expect(await finishVersion(db, version, { status: "ready" })).toBe(false);
  expect(await rowOf(other.id)).toEqual(other);
});

test("a failed version is queued again from its first attempt, and no other", async () => {
  // Behind what its uploader has waiting in the lane.
  await add({ slow: true, turn: 5 });
  const failed = await rowOf(
    await add({ status: "failed", failure: "damaged", attempts: 3, slow: true }),
  );
  const other = await rowOf(await add({ status: "failed", failure: "damaged", attempts: 3 }));
  const queued = await requeueVersion(db, failed);
  expect(queued).toMatchObject({ status: "queued", failure: null, attempts: 0, slow: true });
  expect(queued?.turn).toBe(6);
  expect(await requeueVersion(db, failed)).toBeUndefined();
  expect(await rowOf(other.id)).toEqual(other);
});

test("a version that takes longer moves to the slow lane, and the attempt does not count", async () => {
  const version = await claimed();
  const moved = await moveToSlowLane(db, version);
  expect(moved).toMatchObject({
    id: version.id,
    status: "queued",
    leaseExpiresAt: null,
    attempts: 0,
    slow: true,
  });
  expect(await claimVersion(db, version.id, false, id())).toBeUndefined();
  expect((await claimVersion(db, version.id, true, id()))?.version.attempts).toBe(1);
});

test("those whose reader is gone, and those that wait, are found by their lane, the oldest first", async () => {
  const { sql } = app.deps.database;
  await sql`delete from file_versions`;
  const reading = await claimed();
  const left = await claimed({ slow: true });
  await letGo(left.id);
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const newer = await add({ createdAt: at(2) });
  const older = await add({ createdAt: at(1), slow: true });
  await add({ status: "ready" });
  expect(await listLeft(db, 10)).toEqual([{ id: left.id, slow: true, turn: left.turn }]);
  expect((await listQueued(db, 10)).map((one) => [one.id, one.slow])).toEqual([
    [older, true],
    [newer, false],
  ]);
  expect(await listQueued(db, 1)).toHaveLength(1);
  await letGo(reading.id);
  expect(await listLeft(db, 1)).toHaveLength(1);
});

import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { asc, eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../../test/support/app.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { makePdf } from "../../../../test/support/make-pdf.ts";
import { read, readId } from "../../../../test/support/read.ts";
import { type Ctx, systemContext } from "../../../platform/context.ts";
import { DatabaseUnavailableError } from "../../../platform/db/errors.ts";
import { createLogger } from "../../../platform/observability/logger.ts";
import { uploadedFile } from "../schema.ts";
import { chunks, files, fileVersions } from "../tables.ts";
import { LEASE_MS } from "./claim-version.ts";
import { EXTRACTION_LIMITS, FIRST_TRY_LIMITS } from "./extract-text.ts";
import { NOT_ISOLATED } from "./isolation.ts";
import { readVersion } from "./read-version.ts";

const lines: string[] = [];
let app: TestApp;
let ada: Person;
let ctx: Ctx;
let projectId: string;
beforeAll(async () => {
  app = await createTestApp({
    deps: { logger: createLogger("warn", { write: (line: string) => void lines.push(line) }) },
  });
  ada = await app.person("Ada");
  ctx = systemContext(app.deps, "test");
  projectId = await readId(await ada.post("/projects", { name: "Reading" }));
});
afterEach(() => {
  lines.length = 0;
});
afterAll(() => app.close());

const live = new AbortController().signal;

async function upload(content: string | Uint8Array, name = `${Bun.randomUUIDv7()}.txt`) {
  const path = `/projects/${projectId}/files/${name}`;
  const stored = await read(await ada.request("PUT", path, new Blob([content])), uploadedFile);
  return { fileId: stored.id, versionId: stored.newest.id };
}

async function versionRow(versionId: string) {
  const [row] = await ctx.db.select().from(fileVersions).where(eq(fileVersions.id, versionId));
  if (!row) throw new Error("There is no such version");
  return row;
}

const failing = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => error,
  );

test("what was read is described, stored in passages in order, and adopted", async () => {
  const text = `${"One sentence of the rent. ".repeat(60)}The end.`;
  const { fileId, versionId } = await upload(text, "rent.md");
  await readVersion(ctx, versionId, live);
  const row = await versionRow(versionId);
  const parts = await ctx.db
    .select()
    .from(chunks)
    .where(eq(chunks.fileVersionId, versionId))
    .orderBy(asc(chunks.ordinal));
  expect(row).toMatchObject({
    status: "ready",
    failure: null,
    mediaType: "text/markdown",
    language: "english",
    note: null,
    pageStarts: null,
    textLength: text.length,
    tokenCount: parts.reduce((sum, { tokenCount }) => sum + tokenCount, 0),
    leaseExpiresAt: null,
    indexed: true,
    attempts: 1,
    slow: false,
  });
  expect(row.readerMs).toBeGreaterThan(0);
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.map(({ ordinal }) => ordinal)).toEqual(parts.map((_, index) => index));
  for (const part of parts) expect(part.text).toBe(text.slice(part.start, part.end));
  const [file] = await ctx.db.select().from(files).where(eq(files.id, fileId));
  expect(file?.currentVersionId).toBe(versionId);
});

test("a document is read in the isolation that was chosen", async () => {
  const { versionId } = await upload("Contained.");
  const commands: string[][] = [];
  const command = (argv: string[]) => {
    commands.push(argv);
    return argv;
  };
  await readVersion(ctx, versionId, live, { isolation: { ...NOT_ISOLATED, command } });
  expect(commands).toHaveLength(1);
  expect((await versionRow(versionId)).status).toBe("ready");
});

test("a PDF knows where its pages begin", async () => {
  const { versionId } = await upload(makePdf(["First page.", "Second page."]), "pages.pdf");
  await readVersion(ctx, versionId, live);
  const { pageStarts, textLength } = await versionRow(versionId);
  expect(pageStarts).toHaveLength(2);
  expect(pageStarts?.[0]).toBe(0);
  expect(pageStarts?.[1]).toBeWithin(1, textLength ?? 0);
});

test("a reading of which another process has the claim by its end stores nothing", async () => {
  const { versionId } = await upload("Mine or theirs?");
  const transaction = ctx.db.transaction.bind(ctx.db);
  const late = spyOn(ctx.db, "transaction").mockImplementation(async (...given) => {
    await app.deps.database.sql`update file_versions set claim_id = ${Bun.randomUUIDv7()}
      where id = ${versionId}`;
    return transaction(...given);
  });
  const error = await failing(readVersion(ctx, versionId, live));
  late.mockRestore();
  expect(error).toBeInstanceOf(Error);
  expect(await versionRow(versionId)).toMatchObject({ status: "reading", indexed: false });
  expect(await ctx.db.$count(chunks, eq(chunks.fileVersionId, versionId))).toBe(0);
});

describe("an attempt counts", () => {
  test("when the document may have caused the failure", async () => {
    const { versionId } = await upload("Harmless.");
    const broken = spyOn(ctx.db, "transaction").mockRejectedValue(new Error("odd text"));
    const error = await failing(readVersion(ctx, versionId, live));
    broken.mockRestore();
    expect(error).toMatchObject({ message: "odd text" });
    expect(await versionRow(versionId)).toMatchObject({
      status: "queued",
      attempts: 1,
      leaseExpiresAt: null,
    });
  });

  test("when its statements took longer than allowed", async () => {
    const { versionId } = await upload("Heavy.");
    const cancelled = await app.deps.database.sql
      .begin(async (tx) => {
        await tx`set local statement_timeout = 1`;
        await tx`select pg_sleep(1)`;
      })
      .catch((error: unknown) => error);
    const broken = spyOn(ctx.db, "transaction").mockRejectedValue(
      new DatabaseUnavailableError(cancelled),
    );
    await failing(readVersion(ctx, versionId, live));
    broken.mockRestore();
    expect(await versionRow(versionId)).toMatchObject({ status: "queued", attempts: 1 });
  });
});

describe("an attempt does not count", () => {
  test("when the file store does not answer", async () => {
    const { versionId } = await upload("Away.");
    const broken = spyOn(app.deps.blobs, "get").mockRejectedValue(new Error("store away"));
    const error = await failing(readVersion(ctx, versionId, live));
    broken.mockRestore();
    expect(error).toMatchObject({
      name: "BytesUnavailableError",
      cause: { message: "store away" },
    });
    expect(await versionRow(versionId)).toMatchObject({ status: "queued", attempts: 0 });
  });

  test.each([
    ["the database is away", new DatabaseUnavailableError(new Error("away"))],
    ["a disk is full", Object.assign(new Error("full"), { code: "53100" })],
  ])("when %s", async (_, cause) => {
    const { versionId } = await upload("Away.");
    const broken = spyOn(ctx.db, "transaction").mockRejectedValue(cause);
    expect(await failing(readVersion(ctx, versionId, live))).toBe(cause);
    broken.mockRestore();
    expect(await versionRow(versionId)).toMatchObject({ status: "queued", attempts: 0 });
  });

  test("when this process drains", async () => {
    const { versionId } = await upload("Drained.");
    const leaving = new AbortController();
    leaving.abort(new Error("draining"));
    await failing(readVersion(ctx, versionId, leaving.signal));
    expect(await versionRow(versionId)).toMatchObject({ status: "queued", attempts: 0 });
  });
});

test("bytes that are gone fail the version, and it is not tried again", async () => {
  const { versionId } = await upload("Lost.");
  await app.deps.blobs.delete(`files/${projectId}/${versionId}`);
  await readVersion(ctx, versionId, live);
  expect(await versionRow(versionId)).toMatchObject({
    status: "failed",
    failure: "lost",
    leaseExpiresAt: null,
  });
});

test("a version is returned to the queue once the database is back", async () => {
  const { versionId } = await upload("Patience.");
  const broken = spyOn(ctx.db, "transaction").mockRejectedValue(new Error("odd text"));
  const { db } = ctx;
  let away = 2;
  const flaky = new Proxy(db, {
    get: (target, property, receiver) => {
      const found = Reflect.get(target, property, receiver);
      // The first update is the claim, the second the description.
      if (property !== "update" || updates++ < 3 || away-- <= 0) return found;
      return () => {
        throw new DatabaseUnavailableError(new Error("away"));
      };
    },
  });
  let updates = 0;
  const error = await failing(readVersion({ ...ctx, db: flaky }, versionId, live));
  broken.mockRestore();
  expect(error).toMatchObject({ message: "odd text" });
  expect(away).toBeLessThan(2);
  await eventually("its return", async () => (await versionRow(versionId)).status === "queued");
  expect(lines.filter((line) => line.includes("not returned"))).toEqual([]);
});

test("a drained process waits for seconds only, and says what it could not return", async () => {
  const { versionId } = await upload("Stuck.");
  const leaving = new AbortController();
  let updates = 0;
  const flaky = new Proxy(ctx.db, {
    get: (target, property, receiver) => {
      if (property !== "update" || updates++ < 1) return Reflect.get(target, property, receiver);
      return () => {
        throw new DatabaseUnavailableError(new Error("away"));
      };
    },
  });
  leaving.abort(new Error("draining"));
  const clock = spyOn(performance, "now").mockImplementation(() => 1_000 * updates);
  await failing(readVersion({ ...ctx, db: flaky }, versionId, leaving.signal));
  clock.mockRestore();
  // The claim, and three tries within three seconds.
  expect(updates).toBe(4);
  const told = lines.filter((line) => line.includes("document not returned to the queue"));
  expect(told.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: "warn", versionId, err: { type: "DatabaseUnavailableError" } },
  ]);
});

test("the lease is renewed while the reading lasts, one renewal at a time, also after one has failed", async () => {
  const { versionId } = await upload("Long.");
  const gate = Promise.withResolvers<Blob>();
  const slow = spyOn(app.deps.blobs, "get").mockReturnValue(gate.promise);
  const timers = spyOn(globalThis, "setInterval");
  const reading = readVersion(ctx, versionId, live);
  await eventually("the reading", () => slow.mock.calls.length === 1);
  const [renew, everyMs] = timers.mock.calls.find(([, ms]) => ms === LEASE_MS / 3) ?? [];
  timers.mockRestore();
  expect(everyMs).toBe(LEASE_MS / 3);
  const leaseOf = async () => (await versionRow(versionId)).leaseExpiresAt?.getTime() ?? 0;
  const first = await leaseOf();
  const broken = spyOn(ctx.db, "update").mockImplementationOnce(() => {
    throw new DatabaseUnavailableError(new Error("away"));
  });
  const tick = () => typeof renew === "function" && renew();
  tick();
  await eventually("a word of it", () => lines.some((line) => line.includes("lease not renewed")));
  broken.mockClear();
  tick();
  tick();
  expect(broken).toHaveBeenCalledTimes(1);
  broken.mockRestore();
  await eventually("the renewal", async () => (await leaseOf()) > first);
  slow.mockRestore();
  gate.resolve(new Blob(["Long."]));
  await reading;
  expect((await versionRow(versionId)).status).toBe("ready");
});

describe("the slow lane", () => {
  const tiny = { ...FIRST_TRY_LIMITS, textUnits: 10 };

  test("gets what needs more than a first try, whose attempt does not count", async () => {
    const { versionId } = await upload("Longer than ten characters.");
    await readVersion(ctx, versionId, live, { limits: tiny });
    expect(await versionRow(versionId)).toMatchObject({
      status: "queued",
      slow: true,
      attempts: 0,
    });
    await readVersion(ctx, versionId, live);
    expect((await versionRow(versionId)).status).toBe("queued");
    await readVersion(ctx, versionId, live, { slow: true });
    expect(await versionRow(versionId)).toMatchObject({ status: "ready", slow: true, attempts: 1 });
  });

  test("ends with a failure where that is not enough either", async () => {
    const { versionId } = await upload("Longer than ten characters.");
    await readVersion(ctx, versionId, live, { limits: tiny });
    const limits = { ...EXTRACTION_LIMITS, textUnits: 10 };
    await readVersion(ctx, versionId, live, { slow: true, limits });
    expect(await versionRow(versionId)).toMatchObject({ status: "failed", failure: "too_long" });
  });
});

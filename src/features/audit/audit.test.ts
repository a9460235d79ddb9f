import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readId } from "../../../test/support/read.ts";
import { verifyChain } from "./index.ts";
import { auditPage } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  bob = await app.person("Bob");
});
afterAll(() => app.close());

const log = async (query: string) => read(await ada.get(`/admin/audit${query}`), auditPage);

test("an admin reads who did what, newest first and page by page", async () => {
  for (const name of ["One", "Two", "Three"]) await bob.post("/projects", { name });
  const first = await log("?limit=2");
  expect(first.items).toHaveLength(2);
  expect(first.items[0]).toMatchObject({
    action: "project.created",
    actorId: bob.me.id,
    actorName: "Bob",
  });
  const second = await log(`?limit=2&cursor=${first.nextCursor}`);
  expect(second.items[0]?.seq).toBe((first.items[1]?.seq ?? 0) - 1);
});

test("the log is filtered by action, person, project and time", async () => {
  const projectId = await readId(await ada.post("/projects", { name: "Filtered" }));
  await ada.patch(`/projects/${projectId}`, { name: "Renamed" });
  const actions = async (query: string) => (await log(query)).items.map(({ action }) => action);
  expect(await actions(`?projectId=${projectId}`)).toEqual(["project.updated", "project.created"]);
  expect(await actions(`?projectId=${projectId}&action=project.updated`)).toEqual([
    "project.updated",
  ]);
  expect(await actions(`?projectId=${projectId}&actorId=${bob.me.id}`)).toEqual([]);
  expect(await actions(`?targetId=${projectId}`)).toHaveLength(2);
  expect(await actions(`?since=2100-01-01T00:00:00Z`)).toEqual([]);
  expect(await actions(`?until=2000-01-01T00:00:00Z`)).toEqual([]);
});

test("the log holds no content, only names of changed fields", async () => {
  const projectId = await readId(await ada.post("/projects", { name: "Quiet" }));
  await ada.patch(`/projects/${projectId}`, { instructions: "the secret plan" });
  const text = JSON.stringify(await log(`?projectId=${projectId}`));
  expect(text).toContain("instructions");
  expect(text).not.toContain("the secret plan");
});

test("to everybody but admins there is no log", async () => {
  expect((await bob.get("/admin/audit")).status).toBe(404);
  expect((await app.anonymous.get("/admin/audit")).status).toBe(401);
});

test("many changes at once leave one unbroken chain", async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => bob.post("/projects", { name: `Many ${n}` })),
  );
  const report = await verifyChain(app.deps.database.db);
  expect(report.broken).toBeNull();
  const [row] = await app.deps.database.sql`select count(*)::int as rows from audit_log`;
  expect(report.rows).toBe(row?.rows);
});

test("the database refuses to change, remove or empty the log", async () => {
  const { sql } = app.deps.database;
  await bob.post("/projects", { name: "Fresh" });
  const attempts = [
    () => sql`update audit_log set detail = '{}'`,
    () => sql`update audit_log set action = 'user.enabled' where seq is null`,
    () => sql`delete from audit_log where seq is null or seq = 1`,
    () => sql`truncate audit_log`,
  ];
  for (const attempt of attempts)
    await expect(attempt().then(() => "done")).rejects.toThrow("the audit log is append-only");
  expect((await verifyChain(app.deps.database.db)).broken).toBeNull();
});

/** Whoever owns the database can switch its guard off; the chain still tells. */
const unguard = (of: TestApp) => of.deps.database.sql`alter table audit_log disable trigger user`;

test("an edited, a removed and a cut-off row are each found", async () => {
  const { sql, db } = app.deps.database;
  await unguard(app);
  const { rows, head } = await verifyChain(db);
  expect((await verifyChain(db, head)).contains).toBe(true);

  await sql`update audit_log set actor_id = ${bob.me.id} where seq = 1`;
  expect((await verifyChain(db)).broken).toEqual({ seq: 1, reason: "changed" });
  await sql`update audit_log set actor_id = ${ada.me.id} where seq = 1`;
  expect((await verifyChain(db)).broken).toBeNull();

  await sql`update audit_log set hash = null where seq = ${rows}`;
  expect((await verifyChain(db)).broken).toEqual({ seq: rows, reason: "changed" });
  await sql`update audit_log set hash = ${head} where seq = ${rows}`;

  await sql`create table kept as select * from audit_log where seq = 3`;
  await sql`delete from audit_log where seq = 3`;
  expect((await verifyChain(db)).broken).toEqual({ seq: 4, reason: "missing_before" });
  // In two steps, since a unique index looks at each row in turn.
  const shift = async (from: number, by: number) => {
    await sql`update audit_log set seq = seq + 1000000 where seq >= ${from}`;
    await sql`update audit_log set seq = seq - 1000000 + ${by} where seq >= 1000000`;
  };
  await shift(4, -1);
  expect((await verifyChain(db)).broken).toEqual({ seq: 3, reason: "not_chained" });
  await shift(3, 1);
  await sql`insert into audit_log select * from kept`;
  expect(await verifyChain(db)).toMatchObject({ rows, head, broken: null });

  await sql`delete from audit_log where seq = ${rows}`;
  expect(await verifyChain(db, head)).toMatchObject({ broken: null, contains: false });
});

test("`atelier audit verify` says whether the log holds, by its exit code too", async () => {
  const own = await createTestApp();
  const run = async (...args: string[]) => {
    const child = Bun.spawn(
      [process.execPath, join(import.meta.dir, "..", "..", "main.ts"), "audit", "verify", ...args],
      {
        env: { PATH: process.env.PATH, DATABASE_URL: own.deps.config.databaseUrl },
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const output = await new Response(child.stdout).text();
    return { code: await child.exited, output };
  };
  try {
    await own.person("Ada");
    const whole = await run();
    expect(whole.code).toBe(0);
    expect(whole.output).toMatch(/^1 rows hold; head [0-9a-f]{64}$/m);
    expect((await run("--head", "f".repeat(64))).code).toBe(1);
    await unguard(own);
    await own.deps.database.sql`update audit_log set detail = '{"role": "member"}'`;
    const edited = await run();
    expect(edited.code).toBe(1);
    expect(edited.output).toContain("BROKEN at row 1 (changed)");
  } finally {
    await own.close();
  }
});

import { afterAll, beforeAll, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { join } from "node:path";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { createTestDatabase } from "../../../test/support/database.ts";
import { until } from "../../../test/support/generation.ts";
import { systemContext } from "../../platform/context.ts";
import { newSecretKey } from "../../platform/crypto/secret-keys.ts";
import { openDatabase } from "../../platform/db/client.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { rowHash } from "./hash-row.ts";
import { reportHead, verifyChain } from "./index.ts";
import { listSeals } from "./repo.ts";
import { sealChain } from "./seal-chain.ts";

const lines: string[] = [];
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  const logger = createLogger("info", { write: (line) => void lines.push(line) });
  app = await createTestApp({ deps: { logger } });
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const verify = (of: TestApp, head?: string) => verifyChain(of.deps.database.db, of.deps, head);
/** The owner of the database can disable its guards; the chain detects changes anyway. */
const unguard = async ({ owner: { sql } }: TestApp) => {
  for (const table of ["audit_log", "audit_seals"])
    await sql`alter table ${sql(table)} disable trigger user`;
};

test("concurrent changes leave one unbroken chain with every row in it", async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => ada.post("/projects", { name: `Many ${n}` })),
  );
  const { rows, broken, unkeyed } = await verify(app);
  const [log] = await app.deps.database.sql`select count(*)::int as rows from audit_log`;
  expect({ rows, broken, unkeyed }).toEqual({ rows: log?.rows, broken: null, unkeyed: 0 });
});

test("each change is sealed within moments, repeatedly, whether or not anyone reads the log", async () => {
  const { sql } = app.deps.database;
  for (const name of ["First", "Second", "Third"]) {
    await ada.post("/projects", { name });
    await until(async () => {
      const [open] = await sql`select count(*)::int as rows from audit_log l
        where not exists (select 1 from audit_seals s where s.audit_id = l.id)`;
      return open?.rows === 0;
    });
  }
});

test("a row that a lost process has left is sealed within seconds", async () => {
  const { sql } = app.deps.database;
  const id = app.deps.ids.next();
  await sql`insert into audit_log (id, actor_kind, action, target_kind, detail)
    values (${id}, 'user', 'project.created', 'project', '{}')`;
  await until(async () => {
    const seals = await sql`select 1 from audit_seals where audit_id = ${id}`;
    return seals.length === 1;
  });
});

test("with nothing to seal no transaction is opened", async () => {
  const { db } = app.deps.database;
  await sealChain(db, app.deps);
  const { last } = await sealChain(db, app.deps);
  const opened = spyOn(db, "transaction");
  try {
    expect(await sealChain(db, app.deps, { seen: last })).toMatchObject({ last, tampered: false });
    expect(opened).not.toHaveBeenCalled();
  } finally {
    opened.mockRestore();
  }
});

test("the database refuses to change, delete or truncate the log and its seals, for any role", async () => {
  const { sql } = app.owner;
  const attempts = [
    () => sql`update audit_log set detail = '{}'`,
    () => sql`delete from audit_log`,
    () => sql`truncate audit_log`,
    () => sql`update audit_seals set hash = ''`,
    () => sql`delete from audit_seals where seq = 1`,
    () => sql`truncate audit_seals`,
  ];
  for (const attempt of attempts)
    await expect(attempt().then(() => "done")).rejects.toThrow("the audit log is append-only");
  expect((await verify(app)).broken).toBeNull();
});

test("rows cannot be backdated: the time is the database's, whatever the insert says", async () => {
  const { sql } = app.deps.database;
  await verify(app);
  const [newest] = await sql`select max(sealed_at) as at from audit_seals`;
  const [row] = await sql`
    insert into audit_log (id, at, actor_kind, actor_id, action, target_kind, detail)
    values (${app.deps.ids.next()}, '2020-01-01', 'user', ${ada.me.id}, 'project.deleted', 'project', '{}')
    returning at >= ${newest?.at} as "afterSeals", at > now() - interval '1 minute' as fresh`;
  expect(row).toEqual({ afterSeals: true, fresh: true });
});

test("the head is logged, and the chain can be verified against it later", async () => {
  await reportHead(systemContext(app.deps, "audit"));
  const line = lines.find((one) => one.includes("head of the audit chain")) ?? "";
  const { rows, head } = await verify(app);
  expect(JSON.parse(line)).toMatchObject({ level: "info", seq: rows, head });
  await ada.post("/projects", { name: "Later" });
  expect(await verify(app, head)).toMatchObject({ broken: null, contains: true });
  expect(await verify(app, "f".repeat(64))).toMatchObject({ broken: null, contains: false });
  expect((await verify(app)).contains).toBeNull();
  const [first] = await app.deps.database.sql`select hash from audit_seals where seq = 1`;
  for (const early of [first?.hash, "0".repeat(64)])
    expect((await verify(app, early)).contains).toBe(true);
});

test("the last rows are sealed at an orderly shutdown", async () => {
  const database = await createTestDatabase();
  const own = await createTestApp({ databaseUrl: database.url });
  const eve = await own.person("Eve");
  await eve.post("/projects", { name: "Last" });
  await own.close();
  const reader = openDatabase({ url: database.url, poolMax: 1 });
  const rows = await reader.sql`
    select l.action, s.seq from audit_log l left join audit_seals s on s.audit_id = l.id order by l.id`;
  await reader.close();
  await database.drop();
  expect(rows.map(({ action, seq }) => [action, Number(seq)])).toEqual([
    ["user.signed_up", 1],
    ["project.created", 2],
  ]);
});

describe("with the database's guards disabled", () => {
  let own: TestApp;
  let rows: number;
  let head: string;
  beforeEach(async () => {
    // The seals of a clone verify only with its own keys, so each of these makes its own chain.
    await own?.close();
    own = await createTestApp({ deps: { logger: createLogger("silent") } });
    const eve = await own.person("Eve");
    for (const name of ["One", "Two", "Three"]) await eve.post("/projects", { name });
    await own.deps.services.audit.sealer.close();
    ({ rows, head } = await verify(own));
    await unguard(own);
  });
  afterAll(() => own.close());
  const sql = () => own.owner.sql;
  const auditId = async (seq: number) =>
    (await sql()`select audit_id from audit_seals where seq = ${seq}`)[0]?.audit_id;

  test("an edit of any column of a row is detected", async () => {
    const edits: Record<string, string> = {
      at: "at - interval '1 second'",
      actor_kind: "'api_key'",
      actor_id: "gen_random_uuid()",
      action: "'project.deleted'",
      target_kind: "'thread'",
      target_id: "'other'",
      project_id: "gen_random_uuid()",
      detail: `'{"a": [{"c": 1, "b": 2}]}'`,
      request_id: "'other'",
      caller_request_id: "'other'",
      ip: "'192.0.2.1'",
    };
    const id = await auditId(2);
    for (const [column, value] of Object.entries(edits)) {
      await sql()`create table kept as select * from audit_log where id = ${id}`;
      await sql().unsafe(`update audit_log set ${column} = ${value} where id = '${id}'`);
      expect([column, (await verify(own)).broken]).toEqual([column, { seq: 2, reason: "changed" }]);
      await sql()`delete from audit_log where id = ${id}`;
      await sql()`insert into audit_log select * from kept`;
      await sql()`drop table kept`;
      expect((await verify(own)).broken).toBeNull();
    }
  });

  test("an edit of a seal is detected", async () => {
    const { secrets } = own.deps;
    const edits: [string, string][] = [
      ["hash = repeat('0', 64)", "changed"],
      ["previous_hash = repeat('1', 64)", "not_chained"],
      ["sealed_at = sealed_at - interval '1 ms'", "changed"],
      ["mac = 'forged'", "forged"],
      [`mac = '${secrets.sign("another value", "audit-chain")}'`, "forged"],
      ["seq = 1000", "missing_before"],
    ];
    for (const [edit, reason] of edits) {
      await sql()`create table kept as select * from audit_seals where seq = ${rows}`;
      await sql().unsafe(`update audit_seals set ${edit} where seq = ${rows}`);
      expect([edit, (await verify(own)).broken?.reason]).toEqual<unknown[]>([edit, reason]);
      await sql()`delete from audit_seals where seq >= ${rows}`;
      await sql()`insert into audit_seals select * from kept`;
      await sql()`drop table kept`;
    }
    expect(await verify(own)).toMatchObject({ rows, head, broken: null });
  });

  test("an attacker who edits a row and rebuilds the chain has no key to sign it", async () => {
    const id = await auditId(2);
    await sql()`update audit_log set actor_id = gen_random_uuid() where id = ${id}`;
    const listed = await listSeals(own.deps.database.db, 1, 100);
    let previousHash = listed[0]?.seal.previousHash ?? "";
    for (const { seal, row } of listed) {
      if (row === null) throw new Error("no row");
      const hash = rowHash({ ...seal, previousHash }, row);
      await sql()`update audit_seals set previous_hash = ${previousHash}, hash = ${hash} where seq = ${seal.seq}`;
      previousHash = hash;
    }
    expect((await verify(own)).broken).toEqual({ seq: 2, reason: "forged" });
  });

  test("a row, a seal, or both removed from the middle are detected", async () => {
    const id = await auditId(3);
    await sql()`create table row as select * from audit_log where id = ${id}`;
    await sql()`create table seal as select * from audit_seals where seq = 3`;
    await sql()`delete from audit_log where id = ${id}`;
    expect((await verify(own)).broken).toEqual({ seq: 3, reason: "row_missing" });
    await sql()`delete from audit_seals where seq = 3`;
    expect((await verify(own)).broken).toEqual({ seq: 4, reason: "missing_before" });
    await sql()`insert into audit_seals select * from seal`;
    await sql()`insert into audit_log select * from row`;
    expect(await verify(own)).toMatchObject({ rows, head, broken: null });
  });

  test("a truncated chain verifies, but no longer contains the head noted before", async () => {
    const id = await auditId(rows);
    await sql()`delete from audit_seals where seq = ${rows}`;
    await sql()`delete from audit_log where id = ${id}`;
    const cut = await verify(own, head);
    expect(cut).toMatchObject({ rows: rows - 1, broken: null, contains: false });
    expect(cut.head).not.toBe(head);
  });

  test("a backdated row is detected, though its seal is genuine", async () => {
    await sql()`insert into audit_log (id, at, actor_kind, action, target_kind, detail)
      values (${own.deps.ids.next()}, now() - interval '1 day', 'user', 'project.deleted', 'project', '{}')`;
    expect((await verify(own)).broken).toEqual({ seq: rows + 1, reason: "out_of_time" });
  });

  test("times along the chain increase: no seal is older than the one before, no row younger than its seal", async () => {
    const { database, secrets } = own.deps;
    const [last] = await listSeals(database.db, rows - 1, 1);
    const lastRow = last?.row;
    if (!lastRow) throw new Error("no last row");
    const moved = async (bySeconds: { seal: number; row: number }) => {
      const shift = (time: Date, seconds: number) => new Date(time.getTime() + seconds * 1000);
      const row = { ...lastRow, at: shift(lastRow.at, bySeconds.row) };
      const seal = { ...last.seal, sealedAt: shift(last.seal.sealedAt, bySeconds.seal) };
      const hash = rowHash(seal, row);
      await sql()`update audit_log set at = ${row.at.toISOString()} where id = ${seal.auditId}`;
      await sql()`update audit_seals set sealed_at = ${seal.sealedAt.toISOString()}, hash = ${hash},
        mac = ${secrets.sign(hash, "audit-chain")} where seq = ${rows}`;
      return (await verify(own)).broken?.reason ?? null;
    };
    expect(await moved({ seal: 0, row: 0 })).toBeNull();
    expect(await moved({ seal: -60, row: -60 })).toBe("out_of_time");
    expect(await moved({ seal: 60, row: 61 })).toBe("out_of_time");
    expect(await moved({ seal: 60, row: 60 })).toBeNull();
  });

  test("the running program detects, once, that a seal it made is gone", async () => {
    const watched: string[] = [];
    const logger = createLogger("info", { write: (line) => void watched.push(line) });
    const other = await createTestApp({
      deps: { logger, secrets: own.deps.secrets },
      databaseUrl: own.ownerUrl,
    });
    const errors = () => watched.filter((line) => line.includes('"level":"error"'));
    try {
      const { sealer } = other.deps.services.audit;
      await sealer.seal();
      await sealer.seal();
      expect(errors()).toEqual([]);
      const id = await auditId(rows);
      await sql()`delete from audit_seals where seq = ${rows}`;
      await sql()`delete from audit_log where id = ${id}`;
      await sealer.seal();
      await sealer.seal();
      expect(errors()).toHaveLength(1);
      expect(errors()[0]).toContain("was tampered with");
      expect(await other.deps.metrics.registry.metrics()).toContain(
        "atelier_audit_tampering_total 1",
      );
    } finally {
      await other.close();
    }
  });

  test("the running program detects a newest seal that it did not make", async () => {
    await sql()`update audit_seals set mac = 'forged' where seq = ${rows}`;
    const { db } = own.deps.database;
    expect(await sealChain(db, own.deps)).toMatchObject({ tampered: true });
  });
});

test("rows missed by a sealing are found by the hourly full scan", async () => {
  const { db } = app.deps.database;
  const { sql } = app.owner;
  await unguard(app);
  const { last } = await sealChain(db, app.deps);
  await sql`insert into audit_log (id, at, actor_kind, action, target_kind, detail)
    values (${app.deps.ids.next()}, now() - interval '1 hour', 'user', 'project.created', 'project', '{}')`;
  expect((await sealChain(db, app.deps)).last).toEqual(last);
  expect((await sealChain(db, app.deps, { everything: true })).last?.seq).toBe(
    (last?.seq ?? 0) + 1,
  );
  expect((await verify(app)).broken).toBeNull();
});

test("a failed sealing is logged and retried", async () => {
  const { sql } = app.owner;
  const { sealer } = app.deps.services.audit;
  await ada.post("/projects", { name: "Unsealed for a while" });
  await sql`alter table audit_seals rename to away`;
  lines.length = 0;
  await sealer.seal();
  await sql`alter table away rename to audit_seals`;
  expect(lines.some((line) => line.includes("audit chain not sealed; retrying"))).toBe(true);
  await sealer.seal();
  const [open] = await sql`select count(*)::int as rows from audit_log l
    where not exists (select 1 from audit_seals s where s.audit_id = l.id)`;
  expect(open?.rows).toBe(0);
});

test("more rows than one batch are all sealed, in the order of their times", async () => {
  const { sql, db } = app.deps.database;
  await sql`insert into audit_log (id, actor_kind, action, target_kind, detail)
    select gen_random_uuid(), 'user', 'project.created', 'project', '{}' from generate_series(1, 1203)`;
  await sealChain(db, app.deps, { everything: true });
  const [disorder] = await sql`select count(*)::int as rows from
    (select at < lag(at) over (order by s.seq) as "isOlder", s.sealed_at = lag(sealed_at) over (order by s.seq) as "isSame"
      from audit_seals s join audit_log l on l.id = s.audit_id) as chain where "isOlder" and "isSame"`;
  expect(disorder?.rows).toBe(0);
  const [log] = await sql`select count(*)::int as rows from audit_log`;
  expect(await verify(app)).toMatchObject({ rows: log?.rows, broken: null });
}, 30_000);

test("`atelier audit verify` reports the result, also by its exit code", async () => {
  const ring = newSecretKey("cli");
  const own = await createTestApp({ env: { ATELIER_SECRET_KEYS: ring } });
  const run = async (...args: string[]) => runWith({ ATELIER_SECRET_KEYS: ring }, args);
  const runWith = async (env: Record<string, string>, args: string[] = []) => {
    const child = Bun.spawn(
      [process.execPath, join(import.meta.dir, "..", "..", "main.ts"), "audit", "verify", ...args],
      {
        env: { PATH: process.env.PATH, DATABASE_URL: own.deps.config.databaseUrl, ...env },
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const output = await new Response(child.stdout).text();
    const errors = await new Response(child.stderr).text();
    return { code: await child.exited, output, errors };
  };
  try {
    await own.person("Ada");
    const whole = await run();
    expect(whole.code).toBe(0);
    expect(whole.output).toMatch(/^1 rows hold; head [0-9a-f]{64}$/m);
    expect((await run("--head", "f".repeat(64))).code).toBe(1);
    const keyless = await runWith({ ATELIER_DATA_DIR: "/nonexistent" });
    expect([keyless.code, keyless.errors]).toEqual([
      2,
      "atelier: the audit log is verified with ATELIER_SECRET_KEYS\n",
    ]);
    const foreign = await runWith({ ATELIER_SECRET_KEYS: newSecretKey("other") });
    expect(foreign.output).toContain("BROKEN at row 1 (unknown_key)");
    await unguard(own);
    await own.owner.sql`update audit_log set detail = '{"role": "member"}'`;
    const edited = await run();
    expect(edited.code).toBe(1);
    expect(edited.output).toContain("BROKEN at row 1 (changed)");
  } finally {
    await own.close();
  }
}, 60_000);

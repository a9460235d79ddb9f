import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { createTestDatabase } from "../../../test/support/database.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { systemContext } from "../../platform/context.ts";
import { openDatabase } from "../../platform/db/client.ts";
import { record, verifyChain } from "./index.ts";
import { sealChain } from "./seal-chain.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const unsealed = async () => {
  const [row] = await app.deps.database
    .sql`select count(*)::int n from audit_log where seq is null`;
  return Number(row?.n);
};
const change = async () =>
  expect((await ada.post("/projects", { name: "Another" })).status).toBe(201);

describe("sealing in the background", () => {
  test("goes on for as long as the process runs, with nobody asking", async () => {
    for (let round = 0; round < 3; round++) {
      await change();
      await eventually("no row is unsealed", async () => (await unsealed()) === 0);
    }
  });

  test("outlives a database that refuses it for a while", async () => {
    const { sql } = app.deps.database;
    const logged: string[] = [];
    const { warn } = app.deps.logger;
    app.deps.logger.warn = (_: unknown, message?: string) => void logged.push(message ?? "");
    await sql`alter table audit_log rename column previous_hash to hidden`;
    await eventually("a seal has failed", () =>
      logged.includes("audit chain not sealed; retrying"),
    );
    await sql`alter table audit_log rename column hidden to previous_hash`;
    app.deps.logger.warn = warn;
    await change();
    await eventually("no row is unsealed", async () => (await unsealed()) === 0);
  });

  test("what was recorded last is sealed when the process ends in order", async () => {
    const database = await createTestDatabase();
    const own = await createTestApp({ databaseUrl: database.url });
    const eve = await own.person("Eve");
    await eve.post("/projects", { name: "Last" });
    await own.close();
    const reader = openDatabase({ url: database.url, poolMax: 1 });
    const rows = await reader.sql`select action, seq from audit_log order by id`;
    await reader.close();
    await database.drop();
    expect(rows.map(({ action, seq }) => [action, Number(seq)])).toEqual([
      ["user.signed_up", 1],
      ["project.created", 2],
    ]);
  });
});

describe("the chain", () => {
  test("takes rows in the order in which they were written, over several batches", async () => {
    const { sql, db } = app.deps.database;
    await sealChain(db);
    const [before] = await sql`select count(*)::int n from audit_log`;
    const ids = Array.from({ length: 1_203 }, () => app.deps.ids.next());
    // Written in another order than their ids have.
    await sql`insert into audit_log (id, at, actor_kind, action, target_kind, detail)
      select id::uuid, now(), 'system:test', 'project.created', 'project', '{}'
      from unnest(${sql.array(ids.toReversed())}::text[]) id`;
    await sealChain(db);
    const rows = await sql<{ id: string }[]>`
      select id from audit_log where seq > ${Number(before?.n)} and actor_kind = 'system:test' order by seq`;
    expect(rows.map(({ id }) => id)).toEqual(ids);
    const report = await verifyChain(db);
    expect(report).toMatchObject({ broken: null, contains: null });
    expect(report.rows).toBe(Number(before?.n) + 1_203);
  });
});

test("a change and its row are stored together or not at all", async () => {
  const ctx = systemContext(app.deps, "test");
  const entry = { action: "project.created", target: { kind: "project", id: null } } as const;
  await expect(record(ctx, entry)).rejects.toThrow("belongs in the transaction");
});

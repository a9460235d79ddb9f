import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { listSettings, lockSettings, storeSetting } from "./repo.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

test("a setting is stored as JSON under its name, once, with the time of its last change", async () => {
  const { db, sql } = app.deps.database;
  const [first, second] = [new Date("2026-01-01T10:00:00Z"), new Date("2026-01-02T10:00:00Z")];
  await storeSetting(db, "signUpOpen", true, first);
  await storeSetting(db, "signUpDomains", ["example.com"], first);
  await storeSetting(db, "signUpOpen", null, second);
  const rows = (await listSettings(db)).toSorted((a, b) => a.name.localeCompare(b.name));
  expect(rows).toEqual([
    { name: "signUpDomains", value: ["example.com"], updatedAt: first },
    { name: "signUpOpen", value: null, updatedAt: second },
  ]);
  // JSON's null, not the column's.
  expect(await sql`select 1 from workspace_settings where value is null`).toHaveLength(0);
});

test("changes of settings wait for each other to the end of their transactions", async () => {
  const { db, sql } = app.deps.database;
  const gate = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const order: string[] = [];
  const first = app.owner.db.transaction(async (tx) => {
    await lockSettings(tx);
    held.resolve();
    await gate.promise;
    order.push("first");
  });
  await held.promise;
  const second = db.transaction(async (tx) => {
    await lockSettings(tx);
    order.push("second");
  });
  await eventually("the wait", async () => {
    const waiting = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`;
    return waiting.length === 1;
  });
  gate.resolve();
  await Promise.all([first, second]);
  expect(order).toEqual(["first", "second"]);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { expectUsageToEqualLedger } from "../../../test/support/usage.ts";
import { models } from "../models/tables.ts";
import { usageReport } from "./schema.ts";
import { ledger } from "./tables.ts";

let app: TestApp;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  bob = await app.person("Bob");
  const [builtIn] = await app.deps.database.db.select().from(models);
  const today = new Date();
  const longAgo = new Date(today.getTime() - 100 * 86_400_000);
  await app.deps.database.db
    .insert(ledger)
    .values([
      { ...row(ada, "small", 7, today), modelId: builtIn?.id },
      row(ada, "small", 5, today),
      row(ada, "big", 1_000_000_000_000, longAgo),
      { ...row(ada, "small", 11, today), projectId: bob.me.personalProjectId ?? "" },
    ]);
});
afterAll(() => app.close());

function row(person: Person, model: string, costMicroUsd: number, createdAt: Date) {
  return {
    id: Bun.randomUUIDv7(),
    generationId: Bun.randomUUIDv7(),
    projectId: person.me.personalProjectId ?? "",
    userId: person.me.id,
    provider: "Anthropic",
    model,
    status: "complete",
    inputTokens: 1,
    cacheReadTokens: 2,
    cacheWriteTokens: 3,
    outputTokens: 4,
    reasoningTokens: 1,
    inputPrice: 1,
    cacheReadPrice: 1,
    cacheWritePrice: 1,
    outputPrice: 1,
    priceVersion: "test",
    costMicroUsd,
    createdAt,
  };
}

test("a project's members see its usage, in total and by model and day", async () => {
  const report = await read(
    await ada.get(`/projects/${ada.me.personalProjectId}/usage`),
    usageReport,
  );
  expect(report.totals).toMatchObject({ calls: 3, costMicroUsd: 1_000_000_000_012 });
  expect(report.totals.usage).toEqual({
    inputTokens: 3,
    cacheReadTokens: 6,
    cacheWriteTokens: 9,
    outputTokens: 12,
    reasoningTokens: 3,
  });
  expect(
    report.byModel.map(({ model, displayName, calls }) => ({ model, displayName, calls })),
  ).toEqual([
    { model: "big", displayName: "big", calls: 1 },
    { model: "small", displayName: "Excerpts", calls: 2 },
  ]);
  expect(report.byDay).toHaveLength(1);
  expect(report.byDay[0]).toMatchObject({ calls: 2, costMicroUsd: 12 });
});

test("a person's total counts every project", async () => {
  const mine = await read(await ada.get("/me/usage?days=366"), usageReport);
  expect(mine.totals.costMicroUsd).toBe(1_000_000_000_023);
  expect(mine.byDay).toHaveLength(2);
  const his = await read(await bob.get("/me/usage"), usageReport);
  expect(his).toMatchObject({ totals: { calls: 0, costMicroUsd: 0 }, byModel: [], byDay: [] });
});

test("the usage of another's project is not visible", async () => {
  const response = await bob.get(`/projects/${ada.me.personalProjectId}/usage`);
  expect((await readProblem(response)).status).toBe(404);
});

test("the sums by day equal the ledger, corrections and concurrent charges included", async () => {
  const { db } = app.deps.database;
  const today = new Date();
  // Projects and users meet in both orders.
  const mixed = (call: number) => ({
    ...row(call % 2 ? ada : bob, `model-${call % 3}`, call, today),
    userId: (call % 4 < 2 ? ada : bob).me.id,
  });
  await Promise.all(
    Array.from({ length: 60 }, (_, call) =>
      db.transaction((tx) => tx.insert(ledger).values(mixed(call))),
    ),
  );
  await db.insert(ledger).values({ ...row(ada, "small", -3, today), outputTokens: -4 });
  await expectUsageToEqualLedger(app);
});

test("a charge that is rolled back is not in the sums", async () => {
  const { db } = app.deps.database;
  await db
    .transaction(async (tx) => {
      await tx.insert(ledger).values(row(ada, "small", 99, new Date()));
      tx.rollback();
    })
    .catch(() => {});
  await expectUsageToEqualLedger(app);
});

test("a day ends at midnight UTC", async () => {
  const eve = await app.person("Eve");
  const of = (at: string) => row(eve, "small", 1, new Date(at));
  await app.deps.database.db
    .insert(ledger)
    .values([of("2026-03-01T23:59:59.999Z"), of("2026-03-02T00:00:00.000Z")]);
  const days = await app.owner.sql`
    select day::text from usage_by_day where scope = 'user' and scope_id = ${eve.me.id} order by day`;
  expect(days.map(({ day }) => day)).toEqual(["2026-03-01", "2026-03-02"]);
});

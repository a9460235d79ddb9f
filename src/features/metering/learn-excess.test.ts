import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { inTransaction, systemContext } from "../../platform/context.ts";
import { auditLog } from "../audit/tables.ts";
import { type ChosenModel, chooseModel } from "../models/index.ts";
import { placeHold, settle } from "./index.ts";
import { NO_USAGE } from "./price-call.ts";
import { rememberExcess } from "./repo.ts";
import { excesses, holds, ledger } from "./tables.ts";

const DOLLAR = 1_000_000;
const id = () => Bun.randomUUIDv7();

let app: TestApp;
let model: ChosenModel;
const warnings: object[] = [];

beforeAll(async () => {
  app = await createTestApp({ env: { ANTHROPIC_API_KEY: "sk-test" } });
  app.deps.logger.warn = (details: unknown) => {
    if (typeof details === "object" && details !== null) warnings.push(details);
  };
  const chosen = await chooseModel(ctx(), null);
  const prices = { input: DOLLAR, cacheRead: DOLLAR, cacheWrite: DOLLAR, output: DOLLAR };
  model = {
    ...chosen,
    priceTable: { tiers: [{ aboveInputTokens: 0, prices }], source: "test" },
    priceVersion: "test",
  };
});
afterAll(() => app.close());
beforeEach(async () => {
  warnings.length = 0;
  await app.deps.database.db.delete(excesses);
});

const ctx = () => systemContext(app.deps, "test");

interface Asked {
  inputTokens?: number;
  maxOutputTokens?: number;
  modelId?: string | null;
}

async function hold({ inputTokens = 1_000, maxOutputTokens = 1_000, modelId }: Asked = {}) {
  const generationId = id();
  await inTransaction(ctx(), (tx) =>
    placeHold(tx, {
      generationId,
      projectId: id(),
      threadId: null,
      messageId: null,
      userId: id(),
      model: { ...model, id: modelId === undefined ? model.id : modelId },
      inputTokens,
      maxOutputTokens,
      sent: true,
      lastsMs: 60_000,
    }),
  );
  const { db } = app.deps.database;
  const [row] = await db.select().from(holds).where(eq(holds.id, generationId));
  if (!row) throw new Error("Nothing was held");
  return row;
}

async function call(usage: Partial<typeof NO_USAGE>, asked: Asked = {}, change: object = {}) {
  const { id: generationId } = await hold(asked);
  const reported = { ...NO_USAGE, ...usage };
  await settle(ctx(), {
    generationId,
    status: "complete",
    billable: true,
    complete: true,
    reported,
    outputTokens: 0,
    reasoningTokens: 0,
    ...change,
  });
  return generationId;
}

const held = async (asked: Asked = {}) => {
  const { amountMicroUsd, inputExtra, outputExtra } = await hold(asked);
  return { amountMicroUsd, inputExtra, outputExtra };
};
const PLAIN = { amountMicroUsd: 2_000, inputExtra: 0, outputExtra: 0 };
const told = async () =>
  (
    await app.deps.database.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.action, "model.underestimated"))
  ).map(({ actorKind, targetId, detail }) => ({ actorKind, targetId, detail }));

test("a model charged within its holds is held for as before", async () => {
  await call({ inputTokens: 1_000, outputTokens: 1_000 });
  expect(await app.deps.database.db.select().from(excesses)).toEqual([]);
  expect(await held()).toEqual(PLAIN);
});

test("one token more is learned, and not reported", async () => {
  const before = (await told()).length;
  await call({ inputTokens: 1_001, outputTokens: 1_000 });
  expect(await held()).toEqual({ amountMicroUsd: 2_001, inputExtra: 1, outputExtra: 0 });
  expect(await told()).toHaveLength(before);
  expect(warnings).toEqual([]);
});

test("a model charged for more is held for proportionally more, but by no more tokens than it was off", async () => {
  await call({ inputTokens: 3_000, outputTokens: 5_000 });
  expect(await held()).toEqual({ amountMicroUsd: 8_000, inputExtra: 2_000, outputExtra: 4_000 });
  expect(await held({ inputTokens: 10, maxOutputTokens: 10 })).toEqual({
    amountMicroUsd: 80,
    inputExtra: 20,
    outputExtra: 40,
  });
  expect(await held({ inputTokens: 50_000, maxOutputTokens: 4_000 })).toEqual({
    amountMicroUsd: 60_000,
    inputExtra: 2_000,
    outputExtra: 4_000,
  });
  expect(await held({ modelId: id() })).toEqual(PLAIN);
  expect(await held({ modelId: null })).toEqual(PLAIN);
});

test("input is compared by cost, whatever part of it was cached", async () => {
  await call({ inputTokens: 400, cacheReadTokens: 400, cacheWriteTokens: 400 });
  expect(await held()).toMatchObject({ inputExtra: 200, outputExtra: 0 });
});

test("learned excess only grows while it is remembered", async () => {
  await call({ inputTokens: 3_000, outputTokens: 1 });
  await call({ inputTokens: 2_000, outputTokens: 2_000 });
  expect(await held()).toMatchObject({ inputExtra: 2_000, outputExtra: 1_000 });
  await call({ inputTokens: 4_500 });
  expect(await held()).toMatchObject({ inputExtra: 3_500, outputExtra: 1_000 });
});

const LEARNED = { inputRatio: 2, inputExcess: 10, outputRatio: 3, outputExcess: 20 };
test.each(Object.keys(LEARNED))("a higher %s alone is learned, and says so", async (name) => {
  const { db } = app.deps.database;
  const modelId = model.id;
  const learn = (change: object) => rememberExcess(db, modelId, { ...LEARNED, ...change });
  const learned = async () => (await db.select().from(excesses))[0];
  expect(await learn({})).toBe(true);
  expect(await learn({})).toBe(false);
  expect(await learn({ [name]: 1 })).toBe(false);
  expect(await learn({ [name]: 50 })).toBe(true);
  expect(await learned()).toMatchObject({ ...LEARNED, [name]: 50 });
});

test("after a day it is forgotten, and the next excess starts over", async () => {
  await call({ inputTokens: 5_000, outputTokens: 5_000 });
  await app.deps.database.sql`update excesses set learned_at = now() - interval '23 hours'`;
  expect(await held()).toMatchObject({ inputExtra: 4_000 });
  await app.deps.database.sql`update excesses set learned_at = now() - interval '25 hours'`;
  expect(await held()).toEqual(PLAIN);
  await call({ inputTokens: 1_500 });
  expect(await held()).toMatchObject({ inputExtra: 500, outputExtra: 0 });
});

test("the first call that cost far more than its hold is reported to the admins, each one is logged", async () => {
  const before = (await told()).length;
  await call({ inputTokens: 500, outputTokens: 2_001 });
  await call({ inputTokens: 400, outputTokens: 2_000 });
  const again = await hold();
  await call({ inputTokens: 1, outputTokens: 2_000 });
  const entries = (await told()).slice(before);
  const detail = {
    provider: "Anthropic",
    model: model.name,
    heldMicroUsd: 2_000,
    costMicroUsd: 2_501,
  };
  expect(entries).toEqual([{ actorKind: "system:test", targetId: model.id, detail }]);
  expect(again.amountMicroUsd).toBe(3_001);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject(detail);
});

test("a quarter more than held is not far more", async () => {
  const before = (await told()).length;
  await call({ inputTokens: 1, outputTokens: 2_499 });
  expect(await told()).toHaveLength(before);
  expect(warnings).toEqual([]);
  expect(await held()).toMatchObject({ outputExtra: 1_499 });
});

test("an excess of a model that was never stored is only logged", async () => {
  const before = (await told()).length;
  await call({ outputTokens: 9_000 }, { modelId: null });
  expect(await told()).toHaveLength(before);
  expect(warnings).toHaveLength(1);
  expect(await app.deps.database.db.select().from(excesses)).toEqual([]);
});

test("our own counts teach nothing, unless the answer has exceeded its cap", async () => {
  const broken = { complete: false, reported: undefined, outputTokens: 9_000 };
  await call({}, {}, broken);
  await call({}, {}, { ...broken, complete: true });
  await call({}, {}, { ...broken, reported: { ...NO_USAGE, outputTokens: 9_000 } });
  expect(await held()).toEqual(PLAIN);
  await call({}, {}, { ...broken, outputTokens: 1_600, pastCap: true });
  expect(await held()).toMatchObject({ inputExtra: 0, outputExtra: 600 });
});

test("a ledger row keeps what was held beside what it cost", async () => {
  const generationId = await call({ inputTokens: 1_200 });
  const { db } = app.deps.database;
  const [row] = await db.select().from(ledger).where(eq(ledger.generationId, generationId));
  expect(row).toMatchObject({ heldMicroUsd: 2_000, costMicroUsd: 1_200 });
});

test("a hold of a release that did not store the cap cannot be compared with its output", async () => {
  const { id: generationId } = await hold();
  await app.deps.database.sql`update holds set max_output_tokens = 0 where id = ${generationId}`;
  await settle(ctx(), {
    generationId,
    status: "complete",
    billable: true,
    complete: true,
    reported: { ...NO_USAGE, outputTokens: 900 },
    outputTokens: 0,
    reasoningTokens: 0,
  });
  expect(await held()).toEqual(PLAIN);
});

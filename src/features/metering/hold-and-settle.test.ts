import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { inTransaction, systemContext } from "../../platform/context.ts";
import { Problem } from "../../platform/http/problem.ts";
import { type ChosenModel, chooseModel } from "../models/index.ts";
import {
  type HoldInput,
  markSent,
  NO_USAGE,
  noteProgress,
  placeHold,
  settle,
  settleExpired,
} from "./index.ts";
import { budgets, excesses, holds, ledger } from "./tables.ts";

const DOLLAR = 1_000_000;
const id = () => Bun.randomUUIDv7();

let app: TestApp;
let model: ChosenModel;
const project = id();
const person = id();

beforeAll(async () => {
  app = await createTestApp({
    env: { ANTHROPIC_API_KEY: "sk-test", ATELIER_DATABASE_POOL_MAX: "20" },
  });
  const prices = {
    input: 3 * DOLLAR,
    cacheRead: 300_000,
    cacheWrite: 3_750_000,
    output: 15 * DOLLAR,
  };
  model = {
    ...(await chooseModel(ctx(), null)),
    prices,
    priceTable: { tiers: [{ aboveInputTokens: 0, prices }], source: "test" },
    priceVersion: "test",
  };
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.deps.database.db.delete(budgets);
  await app.deps.database.db.delete(holds);
  await app.deps.database.db.delete(excesses);
});

const ctx = () => systemContext(app.deps, "test");

function hold(change: Partial<HoldInput> = {}) {
  const input: HoldInput = {
    generationId: id(),
    projectId: project,
    threadId: id(),
    messageId: id(),
    userId: person,
    model,
    inputTokens: 1_000,
    maxOutputTokens: 10_000,
    sent: true,
    lastsMs: 60_000,
    ...change,
  };
  const placed = inTransaction(ctx(), (tx) => placeHold(tx, input));
  return { generationId: input.generationId, placed };
}

async function budget(
  limitMicroUsd: number | null,
  scope: "workspace" | "project" | "principal" = "workspace",
) {
  const scopeId = { workspace: null, project, principal: person }[scope];
  const row = { id: id(), scope, scopeId, limitMicroUsd };
  await app.deps.database.db.insert(budgets).values(row);
  return async () => {
    const [now] = await app.deps.database.db.select().from(budgets).where(eq(budgets.id, row.id));
    if (!now) throw new Error("The budget is gone");
    return { spent: now.spentMicroUsd, held: now.heldMicroUsd, overrun: now.overrunMicroUsd };
  };
}

/** Settled calls: one that ran to its end, and one that did not. */
const REPORTED = {
  status: "complete",
  billable: true,
  complete: true,
  outputTokens: 0,
  reasoningTokens: 0,
};
const UNREPORTED = { ...REPORTED, status: "stopped", complete: false };

/** 1,000 input tokens at the cache-writing price and 10,000 output tokens. */
const WORST = 3_750 + 150_000;

test("without a budget the worst case is held too", async () => {
  const { generationId, placed } = hold();
  expect(await placed).toEqual({ amountMicroUsd: WORST, maxOutputTokens: 10_000 });
  const [row] = await app.deps.database.db.select().from(holds).where(eq(holds.id, generationId));
  expect(row?.amountMicroUsd).toBe(WORST);
});

test("a hold is reserved in every budget in scope, or in none", async () => {
  const workspace = await budget(10 * DOLLAR);
  const ofProject = await budget(null, "project");
  const ofPerson = await budget(10 * DOLLAR, "principal");
  await hold().placed;
  for (const state of [workspace, ofProject, ofPerson]) expect((await state()).held).toBe(WORST);
  await app.deps.database.db
    .update(budgets)
    .set({ limitMicroUsd: WORST })
    .where(eq(budgets.scope, "principal"));
  await expect(hold().placed).rejects.toMatchObject({ code: "budget_exhausted", status: 402 });
  for (const state of [workspace, ofProject, ofPerson]) expect((await state()).held).toBe(WORST);
});

test("the output cap is reduced to what the budget covers before a call is refused", async () => {
  const state = await budget(3_750 + 15 * 300);
  expect(await hold().placed).toEqual({ amountMicroUsd: 3_750 + 15 * 300, maxOutputTokens: 300 });
  expect(await state()).toMatchObject({ held: 3_750 + 15 * 300 });
  const refusal = await hold().placed.catch((error: unknown) => error);
  if (!(refusal instanceof Problem)) throw new Error("not refused");
  expect(refusal.options.extra).toEqual({
    budget: { scope: "workspace", leftMicroUsd: 0, resetsAt: null },
  });
});

test("holds are counted by what became of them, and the cost above them is added up", async () => {
  const { holds: counted, overrun } = app.deps.metrics;
  const counts = async () => {
    const { values } = await counted.get();
    return ["granted", "shrunk", "refused"].map(
      (outcome) => values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0,
    );
  };
  const over = async () => (await overrun.get()).values[0]?.value ?? 0;
  const grown = async (work: () => Promise<unknown>) => {
    const before = await counts();
    await work();
    return (await counts()).map((count, index) => count - (before[index] ?? 0));
  };
  const call = hold();
  expect(await grown(() => call.placed)).toEqual([1, 0, 0]);
  const before = await over();
  const reported = { ...NO_USAGE, inputTokens: 1, outputTokens: 11_000 };
  await settle(ctx(), { ...REPORTED, generationId: call.generationId, reported });
  expect(await over()).toBe(before + 165_003 - WORST);
  const cheap = hold();
  await cheap.placed;
  await settle(ctx(), { ...UNREPORTED, generationId: cheap.generationId, billable: false });
  expect(await over()).toBe(before + 165_003 - WORST);
  await app.deps.database.db.delete(excesses);
  await budget(3_750 + 15 * 300);
  expect(await grown(() => hold().placed)).toEqual([0, 1, 0]);
  expect(await grown(() => hold().placed.catch(() => {}))).toEqual([0, 0, 1]);
});

test("a budget of 0 is blocked, null is unlimited", async () => {
  await budget(null);
  const free = { ...model, priceTable: { tiers: [], source: "free" } };
  await hold().placed;
  await budget(0, "principal");
  await expect(hold({ model: free }).placed).rejects.toMatchObject({ code: "budget_exhausted" });
});

test("settling twice books once, and returns to the second caller what the first booked", async () => {
  const state = await budget(DOLLAR);
  const { generationId, placed } = hold();
  await placed;
  const usage = {
    inputTokens: 100,
    cacheReadTokens: 900,
    cacheWriteTokens: 10,
    outputTokens: 50,
    reasoningTokens: 5,
  };
  const input = { ...REPORTED, generationId, reported: usage, outputTokens: 40 };
  const both = await Promise.all([
    settle(ctx(), input),
    settle(ctx(), { ...input, reported: NO_USAGE }),
  ]);
  expect(both[0]).toEqual(both[1]);
  const third = await settle(ctx(), { ...input, reported: undefined });
  expect(third).toEqual(both[0]);
  expect(await state()).toEqual({ spent: third.costMicroUsd, held: 0, overrun: 0 });
});

test("without a report the held input and the counted output are charged, marked as estimated", async () => {
  const { generationId, placed } = hold();
  await placed;
  const booked = await settle(ctx(), { ...UNREPORTED, generationId, outputTokens: 200 });
  expect(booked).toMatchObject({ costMicroUsd: 3_750 + 3_000, estimated: true });
});

test("a final report whose output is zero for a text is completed, and marked as estimated", async () => {
  const { generationId, placed } = hold();
  await placed;
  const reported = { ...NO_USAGE, inputTokens: 100 };
  const input = { ...REPORTED, generationId, reported, outputTokens: 40 };
  expect(await settle(ctx(), input)).toMatchObject({
    usage: { inputTokens: 100, outputTokens: 40 },
    costMicroUsd: 300 + 600,
    estimated: true,
  });
});

test("cost above the hold is booked as overrun, and moves into spent when there is room", async () => {
  const state = await budget(WORST);
  const { generationId, placed } = hold();
  await placed;
  const reported = { ...NO_USAGE, inputTokens: 1, outputTokens: 11_000 };
  await settle(ctx(), { ...REPORTED, generationId, reported });
  expect(await state()).toEqual({ spent: WORST, held: 0, overrun: 165_003 - WORST });
  await app.deps.database.db.update(budgets).set({ limitMicroUsd: DOLLAR });
  const next = hold();
  await next.placed;
  await settle(ctx(), { ...UNREPORTED, generationId: next.generationId, billable: false });
  expect(await state()).toEqual({ spent: 165_003, held: 0, overrun: 0 });
});

test("a hundred parallel calls never exceed the budget", async () => {
  const state = await budget(10 * WORST);
  const calls = Array.from({ length: 100 }, () => hold());
  const outcomes = await Promise.allSettled(calls.map(({ placed }) => placed));
  const granted = outcomes.filter(({ status }) => status === "fulfilled").length;
  expect(granted).toBe(10);
  expect(await state()).toEqual({ spent: 0, held: 10 * WORST, overrun: 0 });
});

test("a hold whose process has died is settled once, at its count plus what may have been produced since", async () => {
  const state = await budget(DOLLAR);
  const { generationId, placed } = hold({ lastsMs: -1 });
  await placed;
  await noteProgress(ctx().db, [
    { generationId, outputTokens: 123, reported: undefined, lastsMs: -1 },
  ]);
  // 123 tokens within 2.9 and a tenth of a second; then a minute of silence.
  await app.deps.database.sql`update holds
    set sent_at = now() - interval '62.9 seconds', counted_at = now() - interval '60 seconds'
    where id = ${generationId}`;
  const alive = hold();
  await alive.placed;
  const both = await Promise.all([settleExpired(app.deps, 0), settleExpired(app.deps, 0)]);
  expect(both.reduce((sum, count) => sum + count)).toBe(1);
  const [row] = await app.deps.database.db
    .select()
    .from(ledger)
    .where(eq(ledger.generationId, generationId));
  expect(row).toMatchObject({ inputTokens: 0, cacheWriteTokens: 1_000 });
  expect(row).toMatchObject({ estimated: "yes", status: "interrupted", heldMicroUsd: WORST });
  expect(row?.outputTokens).toBeWithin(123 + 60 * 41, 123 + 70 * 41);
  const cost = 3_750 + (row?.outputTokens ?? 0) * 15;
  expect(await state()).toEqual({ spent: cost, held: WORST, overrun: 0 });
});

test("expired holds are settled in batches, a minute after their expiry", async () => {
  const lost = Array.from({ length: 45 }, () => hold({ lastsMs: -61_000 }));
  await Promise.all(lost.map(({ placed }) => placed));
  await hold({ lastsMs: -55_000 }).placed;
  expect(await settleExpired(app.deps)).toBe(45);
  expect(await settleExpired(app.deps, 0)).toBe(1);
});

test("a hold that cannot be settled does not keep the others from it, and is tried again", async () => {
  const lost = Array.from({ length: 25 }, () => hold({ lastsMs: -1 }));
  await Promise.all(lost.map(({ placed }) => placed));
  const broken = lost[0]?.generationId ?? "";
  await app.owner.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
    create trigger refuse before insert on ledger for each row
      when (new.generation_id = '${broken}') execute function refuse()`);
  try {
    expect(await settleExpired(app.deps, 0)).toBe(24);
    // A whole batch that fails is not asked for again at once.
    expect(await settleExpired(app.deps, 0)).toBe(0);
  } finally {
    await app.owner.sql`drop trigger refuse on ledger`;
  }
  expect(await settleExpired(app.deps, 0)).toBe(1);
});

test("a call that was never sent costs nothing, whoever settles it", async () => {
  const state = await budget(DOLLAR);
  const lost = hold({ sent: false, lastsMs: -1 });
  await lost.placed;
  expect(await settleExpired(app.deps, 0)).toBe(1);
  const other = hold({ sent: false });
  await other.placed;
  const booked = await settle(ctx(), {
    ...UNREPORTED,
    generationId: other.generationId,
    outputTokens: 5,
  });
  expect(booked).toEqual({ costMicroUsd: 0, usage: NO_USAGE, estimated: false });
  expect(await state()).toEqual({ spent: 0, held: 0, overrun: 0 });
});

test("a call counts as sent once it is marked, and a settled one can no longer be marked", async () => {
  const { generationId, placed } = hold({ sent: false });
  await placed;
  expect(await markSent(ctx().db, generationId)).toBe(true);
  const first = await sentAt(generationId);
  expect(first).toBeInstanceOf(Date);
  expect(await markSent(ctx().db, generationId)).toBe(true);
  expect(await sentAt(generationId)).toEqual(first);
  await settle(ctx(), { ...UNREPORTED, generationId });
  expect(await markSent(ctx().db, generationId)).toBe(false);
});

test("a call of a release that does not mark counts as sent", async () => {
  const { generationId, placed } = hold({ sent: false });
  await placed;
  await app.deps.database.sql`update holds set sent_at = default where id = ${generationId}`;
  const booked = await settle(ctx(), { ...UNREPORTED, generationId });
  expect(booked.costMicroUsd).toBe(3_750);
});

test("the provider's report is known after its process is lost, and later progress without one keeps it", async () => {
  const { generationId, placed } = hold();
  await placed;
  const reported = { ...NO_USAGE, inputTokens: 10, cacheReadTokens: 900, outputTokens: 1 };
  const note = { generationId, lastsMs: 60_000 };
  await noteProgress(ctx().db, [{ ...note, outputTokens: 7, reported }]);
  await noteProgress(ctx().db, [{ ...note, outputTokens: 5, reported: undefined }]);
  const { usage, estimated } = await settle(ctx(), { ...UNREPORTED, generationId });
  expect({ usage, estimated }).toEqual({
    usage: { ...reported, outputTokens: 7 },
    estimated: true,
  });
});

async function sentAt(generationId: string) {
  const [row] = await app.deps.database.db.select().from(holds).where(eq(holds.id, generationId));
  return row?.sentAt;
}

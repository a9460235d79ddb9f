import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq, inArray, sql } from "drizzle-orm";
import fc from "fast-check";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { scansOf } from "../../../test/support/query-plans.ts";
import { inTransaction, systemContext } from "../../platform/context.ts";
import { Problem } from "../../platform/http/problem.ts";
import { type ChosenModel, chooseModel } from "../models/index.ts";
import { NO_USAGE, noteProgress, placeHold, settle, settleExpired } from "./index.ts";
import { insertHold } from "./repo.ts";
import { budgets, excesses, holds, ledger } from "./tables.ts";

const PRICES = { input: 3_000_001, cacheRead: 300_007, cacheWrite: 3_750_011, output: 15_000_013 };
const PROJECTS = [Bun.randomUUIDv7(), Bun.randomUUIDv7()];
const PEOPLE = [Bun.randomUUIDv7(), Bun.randomUUIDv7()];

/** Two processes on one database. */
let apps: [TestApp, TestApp];
let model: ChosenModel;
beforeAll(async () => {
  const first = await createTestApp();
  const databaseUrl = first.ownerUrl;
  apps = [first, await createTestApp({ databaseUrl })];
  model = {
    ...(await chooseModel(systemContext(first.deps, "test"), null)),
    prices: PRICES,
    priceTable: { tiers: [{ aboveInputTokens: 0, prices: PRICES }], source: "test" },
    priceVersion: "test",
  };
}, 60_000);
afterAll(async () => {
  await apps[1].close();
  await apps[0].close();
});

const db = () => apps[0].deps.database.db;
const ctxOf = (app: number) => systemContext((apps[app] ?? apps[0]).deps, "test");

interface Placing {
  app: number;
  project: number;
  person: number;
  inputTokens: number;
  maxOutputTokens: number;
}

/** Generations since the budgets were made; the ledger keeps earlier ones too. */
const ofThisRun = new Set<string>();

/** @returns the generation's id, or null when a budget did not cover it. */
async function place(placing: Placing, lastsMs: number): Promise<string | null> {
  const ctx = ctxOf(placing.app);
  const generationId = Bun.randomUUIDv7();
  try {
    await inTransaction(ctx, (tx) =>
      placeHold(tx, {
        generationId,
        projectId: PROJECTS[placing.project] ?? "",
        userId: PEOPLE[placing.person] ?? "",
        threadId: null,
        messageId: null,
        model,
        inputTokens: placing.inputTokens,
        maxOutputTokens: placing.maxOutputTokens,
        sent: true,
        lastsMs,
      }),
    );
    ofThisRun.add(generationId);
    return generationId;
  } catch (error) {
    if (error instanceof Problem && error.code === "budget_exhausted") return null;
    throw error;
  }
}

const index = fc.integer({ min: 0, max: 1 });
const commands = fc.oneof(
  fc.record({
    do: fc.constant("place" as const),
    app: index,
    project: index,
    person: index,
    inputTokens: fc.integer({ min: 0, max: 20_000 }),
    maxOutputTokens: fc.integer({ min: 1, max: 20_000 }),
    dies: fc.boolean(),
  }),
  fc.record({
    do: fc.constant("settle" as const),
    app: index,
    which: fc.nat(),
    inputTokens: fc.integer({ min: 0, max: 40_000 }),
    outputTokens: fc.integer({ min: 0, max: 40_000 }),
    reported: fc.boolean(),
  }),
  fc.record({ do: fc.constant("progress" as const), which: fc.nat(), outputTokens: fc.nat(9_999) }),
  fc.record({ do: fc.constant("sweep" as const), app: index }),
);
const limit = fc.option(fc.integer({ min: 0, max: 600_000 }));
const world = fc.record({
  workspace: limit,
  project: limit,
  person: limit,
  commands: fc.array(commands, { minLength: 1, maxLength: 25 }),
});

async function reset(limits: {
  workspace: number | null;
  project: number | null;
  person: number | null;
}) {
  await db().delete(budgets);
  await db().delete(holds);
  await db().delete(excesses);
  ofThisRun.clear();
  await db()
    .insert(budgets)
    .values([
      { id: Bun.randomUUIDv7(), scope: "workspace", limitMicroUsd: limits.workspace },
      {
        id: Bun.randomUUIDv7(),
        scope: "project",
        scopeId: PROJECTS[0] ?? null,
        limitMicroUsd: limits.project,
      },
      {
        id: Bun.randomUUIDv7(),
        scope: "principal",
        scopeId: PEOPLE[0] ?? null,
        limitMicroUsd: limits.person,
      },
    ]);
}

const bookedRows = () =>
  db()
    .select()
    .from(ledger)
    .where(inArray(ledger.generationId, [...ofThisRun]));

/** The invariants. */
async function check(): Promise<void> {
  const [states, held, rows] = await Promise.all([
    db().select().from(budgets),
    db().select().from(holds),
    bookedRows(),
  ]);
  for (const state of states) {
    const inScope = (row: { projectId: string; userId: string }) =>
      state.scope === "workspace" ||
      row.projectId === state.scopeId ||
      row.userId === state.scopeId;
    const total = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
    expect(state.heldMicroUsd).toBe(total(held.filter(inScope).map((row) => row.amountMicroUsd)));
    expect(state.spentMicroUsd + state.overrunMicroUsd).toBe(
      total(rows.filter(inScope).map((row) => row.costMicroUsd)),
    );
    if (state.limitMicroUsd !== null) {
      expect(state.spentMicroUsd + state.heldMicroUsd).toBeLessThanOrEqual(state.limitMicroUsd);
    } else expect(state.overrunMicroUsd).toBe(0);
  }
}

test("after any hold, settle, progress or loss, budgets agree with holds and ledger, and no limit is exceeded", async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ commands: steps, ...limits }) => {
      await reset(limits);
      const placed: string[] = [];
      const booked = new Map<string, number>();
      for (const step of steps) {
        const id = "which" in step ? placed[step.which % Math.max(1, placed.length)] : undefined;
        if (step.do === "place") {
          const generationId = await place(step, step.dies ? -1_000 : 60_000);
          if (generationId !== null) placed.push(generationId);
        } else if (step.do === "sweep") await settleExpired(ctxOf(step.app).deps, 0);
        else if (id === undefined) continue;
        else if (step.do === "progress") {
          await noteProgress(db(), [
            {
              generationId: id,
              outputTokens: step.outputTokens,
              reported: undefined,
              lastsMs: -1_000,
            },
          ]);
        } else {
          const { inputTokens, outputTokens } = step;
          const { costMicroUsd } = await settle(ctxOf(step.app), {
            generationId: id,
            status: "complete",
            billable: true,
            complete: true,
            reported: step.reported ? { ...NO_USAGE, inputTokens, outputTokens } : undefined,
            outputTokens,
            reasoningTokens: 0,
          });
          // Settling twice returns what the first booked.
          expect(costMicroUsd).toBe(booked.get(id) ?? costMicroUsd);
          booked.set(id, costMicroUsd);
        }
        await check();
      }
    }),
    { numRuns: 40, seed: 20_261_123 },
  );
}, 120_000);

test("two processes that hold and settle concurrently neither overspend nor lose a micro-USD", async () => {
  await reset({ workspace: 500_000, project: 400_000, person: 300_000 });
  let granted = 0;
  const one = async (number: number) => {
    const placing = {
      app: number % 2,
      project: number % 2,
      person: (number >> 1) % 2,
      inputTokens: 1_000,
      maxOutputTokens: 1_000,
    };
    const generationId = await place(placing, 60_000);
    if (generationId === null) return;
    granted++;
    // Some cost more than was held, and each is settled by both processes.
    const reported = {
      ...NO_USAGE,
      inputTokens: 900,
      outputTokens: number % 5 === 0 ? 1_500 : 400,
    };
    const settling = {
      generationId,
      status: "complete",
      billable: true,
      complete: true,
      reported,
      outputTokens: 0,
      reasoningTokens: 0,
    };
    await Promise.all([settle(ctxOf(0), settling), settle(ctxOf(1), settling)]);
  };
  // More than either pool has connections, but few enough that none waits too long for one.
  const numbers = Array.from({ length: 150 }, (_, number) => number);
  const worker = async () => {
    for (let next = numbers.pop(); next !== undefined; next = numbers.pop()) await one(next);
  };
  await Promise.all(Array.from({ length: 24 }, worker));
  await check();
  const rows = await bookedRows();
  expect(rows).toHaveLength(granted);
  expect(granted).toBeGreaterThan(20);
  const [workspace] = await db().select().from(budgets).where(eq(budgets.scope, "workspace"));
  expect(workspace?.heldMicroUsd).toBe(0);
}, 60_000);

test("the database itself refuses to overspend a budget", async () => {
  await reset({ workspace: 100, project: null, person: null });
  const overspend = db()
    .update(budgets)
    .set({ spentMicroUsd: 60, heldMicroUsd: 41 })
    .where(eq(budgets.scope, "workspace"));
  await expect(Promise.resolve(overspend)).rejects.toThrow();
});

test("ledger rows can be neither changed nor deleted", async () => {
  for (const statement of [
    sql`update ${ledger} set cost_micro_usd = 0`,
    sql`delete from ${ledger}`,
    sql`truncate ${ledger}`,
  ])
    await expect(Promise.resolve(apps[0].owner.db.execute(statement))).rejects.toMatchObject({
      cause: { message: "the ledger is append-only" },
    });
});

test("a hold finds its budgets by their index, however many there are", async () => {
  const { sql: owner } = apps[0].owner;
  await owner`insert into budgets (id, scope, scope_id, limit_micro_usd)
    select gen_random_uuid(), case n % 2 when 0 then 'project' else 'principal' end, gen_random_uuid(), 1000000
    from generate_series(1, 20000) n`;
  await owner`insert into excesses (model_id, input_ratio, input_excess, output_ratio, output_excess)
    select gen_random_uuid(), 1, 0, 1, 0 from generate_series(1, 2000)`;
  await owner`analyze budgets, excesses`;
  const [id, projectId, userId, modelId] = [1, 2, 3, 4].map(() => Bun.randomUUIDv7());
  if (!id || !projectId || !userId) throw new Error("no ids");
  const scans = await scansOf(apps[0], (db) =>
    insertHold(db, {
      hold: {
        ...{ id, projectId, userId, modelId, provider: "test", model: "test" },
        ...{ priceTiers: [], priceVersion: "test", inputTokens: 10 },
      },
      ...{ lastsMs: 60_000, sent: false, inputPrice: 1, outputPrice: 1 },
      ...{ maxOutputTokens: 10, minOutputTokens: 1 },
    }),
  );
  expect(scans).toEqual(["budgets_pkey", "budgets_scope", "excesses_pkey"]);
}, 60_000);

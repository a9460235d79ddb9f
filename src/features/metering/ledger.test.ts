import { afterAll, beforeAll, expect, test } from "bun:test";
import { type FakeStep, fakeProvider } from "../../../test/providers/fake.ts";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { expectUsageToEqualLedger } from "../../../test/support/usage.ts";
import { inTransaction, systemContext } from "../../platform/context.ts";
import type { ProviderRequest, TokenUsage, UnitPrices } from "../../providers/index.ts";
import { withRetry } from "../../providers/retry.ts";
import { factsOf } from "../generation/finish-answer.ts";
import { RunningAnswer } from "../generation/running-answer.ts";
import { writeAnswer } from "../generation/write-answer.ts";
import { chooseModel } from "../models/index.ts";
import { noteProgress, placeHold, settle, settleExpired } from "./index.ts";
import { budgets, holds, ledger } from "./tables.ts";

const CALLS = 2_000;
const AT_ONCE = 20;
/** Prices that do not divide a million, so that rows are rounded, and higher ones for long calls. */
const PRICES: UnitPrices = {
  input: 3_000_001,
  cacheRead: 300_007,
  cacheWrite: 3_750_011,
  output: 15_000_013,
};
const LONG_PRICES: UnitPrices = { ...PRICES, input: 6_000_003, output: 22_500_017 };
const LONG = 100_000;
const NOTHING: TokenUsage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

const KINDS = ["complete", "retried", "aborted", "cut", "refused", "crashed", "twice"] as const;

interface Call {
  kind: (typeof KINDS)[number];
  usage: TokenUsage;
  /** At least two. */
  words: number;
  /** Number of words before it is aborted, cut, or its process dies: before the last one. */
  breaksAfter: number;
}

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_DATABASE_POOL_MAX: String(AT_ONCE) } });
}, 30_000);
afterAll(() => app.close());

test(`the ledger of ${CALLS} random calls equals what the provider reported, to the micro-USD`, async () => {
  const { db } = app.deps.database;
  const ofWorkspace = { id: app.deps.ids.next(), scope: "workspace" as const, limitMicroUsd: 1e15 };
  await db.insert(budgets).values(ofWorkspace);
  const calls = randomCalls();
  const bills = new Map<string, Bill>();
  const worker = async () => {
    for (let call = calls.pop(); call; call = calls.pop()) {
      const generationId = app.deps.ids.next();
      bills.set(generationId, { kind: call.kind, usage: await run(generationId, call) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await settleExpired(app.deps, 0);

  const rows = await db.select().from(ledger);
  expect(rows).toHaveLength(CALLS);
  let total = 0n;
  for (const row of rows) {
    const bill = bills.get(row.generationId);
    if (bill === undefined) throw new Error("Nobody has made this call");
    const cost = BigInt(row.costMicroUsd);
    total += cost;
    if (bill.kind !== "crashed") {
      expect({ ...bill, cost }).toEqual({
        ...bill,
        usage: usageOf(row),
        cost: roundedCost(bill.usage),
      });
      continue;
    }
    // A lost call is also charged what it may have produced: at least its report, at most its hold.
    expect(cost).toBeGreaterThanOrEqual(roundedCost(bill.usage));
    expect(row.costMicroUsd).toBeLessThanOrEqual(row.heldMicroUsd ?? 0);
  }
  expect(total).toBeGreaterThan(1_000_000n);
  const [state] = await db.select().from(budgets);
  expect(state).toMatchObject({ heldMicroUsd: 0 });
  expect(BigInt((state?.spentMicroUsd ?? 0) + (state?.overrunMicroUsd ?? 0))).toBe(total);
  expect(await db.select().from(holds)).toEqual([]);
  await expectUsageToEqualLedger(app);
}, 120_000);

interface Bill {
  kind: Call["kind"];
  /** The usage the provider reported. */
  usage: TokenUsage;
}

function usageOf(row: typeof ledger.$inferSelect): TokenUsage {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = row;
  return { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens };
}

/**
 * One call through hold, provider, retry and settle, like an answer. @returns the usage the provider reported.
 */
async function run(generationId: string, call: Call): Promise<TokenUsage> {
  const ctx = systemContext(app.deps, "test");
  const common = {
    generationId,
    projectId: app.deps.ids.next(),
    threadId: app.deps.ids.next(),
    messageId: app.deps.ids.next(),
    userId: app.deps.ids.next(),
  };
  const priceTable = {
    tiers: [
      { aboveInputTokens: 0, prices: PRICES },
      { aboveInputTokens: LONG, prices: LONG_PRICES },
    ],
    source: "test",
  };
  const model = { ...(await chooseModel(ctx, null)), priceTable, priceVersion: "test" };
  const crashes = call.kind === "crashed";
  const lastsMs = crashes ? -1_000 : 600_000;
  await inTransaction(ctx, (tx) =>
    placeHold(tx, {
      ...common,
      model,
      inputTokens: call.usage.inputTokens,
      maxOutputTokens: 4_096,
      sent: true,
      lastsMs,
    }),
  );
  const request: ProviderRequest = {
    model: "fake",
    system: [],
    messages: [],
    sources: [],
    maxOutputTokens: 4_096,
  };
  const answer = new RunningAnswer({ ...common, model, request, sources: [], acceptedAt: 0 });
  const bill = { reported: NOTHING };
  const provider = withRetry(
    fakeProvider((_request, attempt) => script(call, attempt, bill)),
    { baseMs: 0 },
  );
  let reads = 0;
  const outcome = await writeAnswer(answer, provider, 10_000, () => {
    reads++;
    if (crashes || call.kind === "aborted") {
      if (reads === call.breaksAfter) answer.end("stopped");
    }
  });
  if (crashes) {
    // Not settled: only the noted progress is known. The input after a crash is the held estimate.
    const { outputTokens } = bill.reported;
    await noteProgress(ctx.db, [{ generationId, outputTokens, reported: undefined, lastsMs }]);
    return { ...NOTHING, inputTokens: call.usage.inputTokens, outputTokens };
  }
  const settling = { generationId, status: outcome.status, ...factsOf(answer, outcome) };
  const times = call.kind === "twice" ? 3 : 1;
  await Promise.all(Array.from({ length: times }, () => settle(ctx, settling)));
  return bill.reported;
}

/** What the provider does in one try, and what it has reported so far; a refused try costs nothing. */
function* script(call: Call, attempt: number, bill: { reported: TokenUsage }): Generator<FakeStep> {
  const start = { ...call.usage, outputTokens: 0, reasoningTokens: 0 };
  if (call.kind === "refused") yield { fail: "bad_key" };
  if (call.kind === "retried" && attempt < 2) yield { fail: "overloaded" };
  for (let word = 1; word <= call.words; word++) {
    const usage = { ...start, outputTokens: 2 * word };
    yield {
      events: [
        { type: "text", text: "word " },
        { type: "usage", usage },
      ],
    };
    // The consumer asks for more, so it has read what came before.
    bill.reported = usage;
    if (call.kind === "cut" && word === call.breaksAfter) yield { fail: "cut" };
  }
  bill.reported = call.usage;
  yield {
    events: [
      { type: "usage", usage: call.usage },
      { type: "end", reason: "stop" },
    ],
  };
}

/** The price of a call as on a price list: exact decimal digits, the last place rounded half up. */
function roundedCost(usage: TokenUsage): bigint {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const prices = input > LONG ? LONG_PRICES : PRICES;
  const exact =
    BigInt(usage.inputTokens) * BigInt(prices.input) +
    BigInt(usage.cacheReadTokens) * BigInt(prices.cacheRead) +
    BigInt(usage.cacheWriteTokens) * BigInt(prices.cacheWrite) +
    BigInt(usage.outputTokens) * BigInt(prices.output);
  const digits = exact.toString().padStart(7, "0");
  const whole = BigInt(digits.slice(0, -6));
  return digits.charAt(digits.length - 6) >= "5" ? whole + 1n : whole;
}

function randomCalls(): Call[] {
  const random = seeded(20_261_123);
  return Array.from({ length: CALLS }, () => {
    const words = 2 + random(12);
    const outputTokens = 2 * words + random(3_000);
    return {
      kind: KINDS[random(KINDS.length)] ?? "complete",
      words,
      breaksAfter: 1 + random(words - 1),
      usage: {
        inputTokens: random(random(4) === 0 ? 400_000 : 5_000),
        cacheReadTokens: random(2) * random(50_000),
        cacheWriteTokens: random(2) * random(50_000),
        outputTokens,
        reasoningTokens: random(outputTokens),
      },
    };
  });
}

/** Numbers that look random and are the same in each run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * Holds and settlings of calls at once on one hot budget, and what they overspend:
 *   scripts/bun test/bench/holds.bench.ts [--pairs 2000] [--at-once 100] [--connections 10]
 *
 * One process on an embedded PostgreSQL with fsync on; a pair is two transactions. The rate bounds how
 * many answers a second one budget can begin.
 */

import { parseArgs } from "node:util";
import { placeHold, settle } from "../../src/features/metering/index.ts";
import { budgets } from "../../src/features/metering/tables.ts";
import { chooseModel } from "../../src/features/models/index.ts";
import { inTransaction, systemContext } from "../../src/platform/context.ts";
import { createTestApp } from "../support/app.ts";
import { stopOwnServer } from "../support/database.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "2000" },
    "at-once": { type: "string", default: "100" },
    connections: { type: "string", default: "10" },
  },
});
const pairs = Number(values.pairs);

const app = await createTestApp({ env: { ATELIER_DATABASE_POOL_MAX: values.connections } });
const ctx = systemContext(app.deps, "bench");
const { ids, database } = app.deps;
const prices = { input: 3e6, cacheRead: 3e5, cacheWrite: 3_750_000, output: 15e6 };
const priceTable = { tiers: [{ aboveInputTokens: 0, prices }], source: "bench" };
const model = { ...(await chooseModel(ctx, null)), priceTable };
/** Enough for half of the pairs, so that half of them are refused. */
const COST = 18_000;
const limit = Math.floor((pairs / 2) * COST);

for (const withBudget of [false, true]) {
  if (withBudget) {
    await database.db
      .insert(budgets)
      .values({ id: ids.next(), scope: "workspace", limitMicroUsd: limit });
  }
  let left = pairs;
  let refused = 0;
  const worker = async () => {
    while (left-- > 0) if (!(await pair())) refused++;
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: Number(values["at-once"]) }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  const [state] = await database.db.select().from(budgets);
  console.log(
    JSON.stringify({
      budget: withBudget,
      pairsPerSecond: Math.round((pairs - refused) / seconds),
      refused,
      overspentMicroUsd: Math.max(0, (state?.spentMicroUsd ?? 0) - limit),
      heldAtEnd: state?.heldMicroUsd ?? 0,
    }),
  );
}
await app.close();
await stopOwnServer();

async function pair(): Promise<boolean> {
  const generationId = ids.next();
  try {
    await inTransaction(ctx, (tx) =>
      placeHold(tx, {
        generationId,
        projectId: ids.next(),
        userId: ids.next(),
        threadId: null,
        messageId: null,
        model,
        inputTokens: 1_000,
        maxOutputTokens: 1_000,
        sent: true,
        lastsMs: 600_000,
      }),
    );
  } catch {
    return false;
  }
  await settle(ctx, {
    generationId,
    status: "complete",
    billable: true,
    complete: true,
    reported: {
      inputTokens: 1_000,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 1_000,
      reasoningTokens: 0,
    },
    outputTokens: 0,
    reasoningTokens: 0,
  });
  return true;
}

import type { Ctx } from "../../platform/context.ts";
import type { ProjectScope } from "../projects/index.ts";
import { type SumRow, sumByDay, sumByModel, type UsageOwner } from "./find-usage.ts";
import type { UsageReport, UsageTotals } from "./schema.ts";

const DAY_MS = 86_400_000;

/** Usage and spending of a project, by all its members. */
export function projectUsage(ctx: Ctx, scope: ProjectScope, days: number): Promise<UsageReport> {
  return report(ctx, { projectId: scope.projectId }, days);
}

/** Usage and spending of a user, in all projects. */
export function userUsage(ctx: Ctx, userId: string, days: number): Promise<UsageReport> {
  return report(ctx, { userId }, days);
}

async function report(ctx: Ctx, owner: UsageOwner, days: number): Promise<UsageReport> {
  const first = new Date(ctx.deps.clock.now().getTime() - (days - 1) * DAY_MS);
  const since = first.toISOString().slice(0, 10);
  const [models, daily] = await Promise.all([
    sumByModel(ctx.db, owner),
    sumByDay(ctx.db, owner, since),
  ]);
  return {
    totals: models.map(present).reduce(add, NOTHING),
    byModel: models
      .map((row) => ({
        provider: row.provider,
        model: row.model,
        displayName: row.displayName,
        ...present(row),
      }))
      .sort((a, b) => b.costMicroUsd - a.costMicroUsd),
    byDay: daily.map((row) => ({ day: row.day, ...present(row) })),
  };
}

const NOTHING: UsageTotals = {
  calls: 0,
  costMicroUsd: 0,
  usage: {
    inputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  },
};

function add(a: UsageTotals, b: UsageTotals): UsageTotals {
  return {
    calls: a.calls + b.calls,
    costMicroUsd: a.costMicroUsd + b.costMicroUsd,
    usage: {
      inputTokens: a.usage.inputTokens + b.usage.inputTokens,
      cacheReadTokens: a.usage.cacheReadTokens + b.usage.cacheReadTokens,
      cacheWriteTokens: a.usage.cacheWriteTokens + b.usage.cacheWriteTokens,
      outputTokens: a.usage.outputTokens + b.usage.outputTokens,
      reasoningTokens: a.usage.reasoningTokens + b.usage.reasoningTokens,
    },
  };
}

function present({ calls, costMicroUsd, ...row }: SumRow): UsageTotals {
  return {
    calls,
    costMicroUsd,
    usage: {
      inputTokens: row.inputTokens,
      cacheReadTokens: row.cacheReadTokens,
      cacheWriteTokens: row.cacheWriteTokens,
      outputTokens: row.outputTokens,
      reasoningTokens: row.reasoningTokens,
    },
  };
}

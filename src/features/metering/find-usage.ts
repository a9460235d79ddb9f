import { and, eq, gte, sql, sum } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { models } from "../models/tables.ts";
import { usageByDay } from "./tables.ts";

/** Whose usage a report covers. */
export type UsageOwner = { projectId: string } | { userId: string };

const total = (column: Parameters<typeof sum>[0]) => sum(column).mapWith(Number);
const sums = {
  calls: total(usageByDay.calls),
  costMicroUsd: total(usageByDay.costMicroUsd),
  inputTokens: total(usageByDay.inputTokens),
  cacheReadTokens: total(usageByDay.cacheReadTokens),
  cacheWriteTokens: total(usageByDay.cacheWriteTokens),
  outputTokens: total(usageByDay.outputTokens),
  reasoningTokens: total(usageByDay.reasoningTokens),
};
export type SumRow = Record<keyof typeof sums, number>;

const ownedBy = (owner: UsageOwner) =>
  "projectId" in owner
    ? and(eq(usageByDay.scope, "project"), eq(usageByDay.scopeId, owner.projectId))
    : and(eq(usageByDay.scope, "user"), eq(usageByDay.scopeId, owner.userId));

/** Sums per model, with the name under which it is shown; a model that is gone has only the provider's. */
export function sumByModel(db: Database, owner: UsageOwner) {
  const displayName = sql<string>`coalesce(max(${models.displayName}), ${usageByDay.model})`;
  return db
    .select({ provider: usageByDay.provider, model: usageByDay.model, displayName, ...sums })
    .from(usageByDay)
    .leftJoin(models, eq(models.id, usageByDay.modelId))
    .where(ownedBy(owner))
    .groupBy(usageByDay.provider, usageByDay.model);
}

/** Sums per day (UTC) from a day on, oldest first. @param since as YYYY-MM-DD */
export function sumByDay(db: Database, owner: UsageOwner, since: string) {
  return db
    .select({ day: usageByDay.day, ...sums })
    .from(usageByDay)
    .where(and(ownedBy(owner), gte(usageByDay.day, since)))
    .groupBy(usageByDay.day)
    .orderBy(usageByDay.day);
}

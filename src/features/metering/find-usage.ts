import { and, count, eq, gte, sql, sum } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { models } from "../models/tables.ts";
import { ledger } from "./tables.ts";

/** Whose ledger rows a report covers. */
export type LedgerOwner = { projectId: string } | { userId: string };

const total = (column: Parameters<typeof sum>[0]) => sum(column).mapWith(Number);
const sums = {
  calls: count(),
  costMicroUsd: total(ledger.costMicroUsd),
  inputTokens: total(ledger.inputTokens),
  cacheReadTokens: total(ledger.cacheReadTokens),
  cacheWriteTokens: total(ledger.cacheWriteTokens),
  outputTokens: total(ledger.outputTokens),
  reasoningTokens: total(ledger.reasoningTokens),
};
export type SumRow = Record<keyof typeof sums, number>;

const ownedBy = (owner: LedgerOwner) =>
  "projectId" in owner ? eq(ledger.projectId, owner.projectId) : eq(ledger.userId, owner.userId);

/** Sums per model, with the name under which it is shown; a model that is gone has only the provider's. */
export function sumByModel(db: Database, owner: LedgerOwner) {
  const displayName = sql<string>`coalesce(max(${models.displayName}), ${ledger.model})`;
  return db
    .select({ provider: ledger.provider, model: ledger.model, displayName, ...sums })
    .from(ledger)
    .leftJoin(models, eq(models.id, ledger.modelId))
    .where(ownedBy(owner))
    .groupBy(ledger.provider, ledger.model);
}

/** Sums per day (UTC) from an instant on, oldest first. */
export function sumByDay(db: Database, owner: LedgerOwner, since: Date) {
  const day = sql<string>`to_char(${ledger.createdAt} at time zone 'UTC', 'YYYY-MM-DD')`;
  return db
    .select({ day, ...sums })
    .from(ledger)
    .where(and(ownedBy(owner), gte(ledger.createdAt, since)))
    .groupBy(day)
    .orderBy(day);
}

import { z } from "@hono/zod-openapi";

/** What one call used, as the provider counts it. */
export const tokenUsage = z
  .object({
    inputTokens: z.number().int(),
    cacheReadTokens: z.number().int(),
    cacheWriteTokens: z.number().int(),
    outputTokens: z.number().int(),
    reasoningTokens: z.number().int(),
  })
  .openapi("TokenUsage");

const spent = {
  calls: z.number().int(),
  costMicroUsd: z.number().int(),
  usage: tokenUsage,
};

export const usageTotals = z.object(spent).openapi("UsageTotals");
export type UsageTotals = z.infer<typeof usageTotals>;

/** What was used and what it cost, from the ledger. */
export const usageReport = z
  .object({
    /** Over all time. */
    totals: usageTotals,
    /** Over all time, dearest first; a model keeps its name here after it was removed. */
    byModel: z.array(z.object({ provider: z.string(), model: z.string(), ...spent })),
    /** Days in UTC on which something was used, oldest first, of the last `days`. */
    byDay: z.array(z.object({ day: z.iso.date(), ...spent })),
  })
  .openapi("UsageReport");
export type UsageReport = z.infer<typeof usageReport>;

export const usageQuery = z.object({ days: z.coerce.number().int().min(1).max(366).default(30) });

import { z } from "@hono/zod-openapi";

/** Usage of one call, as counted by the provider. */
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

/** Usage and cost, from the ledger. */
export const usageReport = z
  .object({
    /** All time. */
    totals: usageTotals,
    /** All time, most expensive first; a removed model keeps its name here. */
    byModel: z.array(
      z.object({ provider: z.string(), model: z.string(), displayName: z.string(), ...spent }),
    ),
    /** Days (UTC) with usage, oldest first, of the last `days`. */
    byDay: z.array(z.object({ day: z.iso.date(), ...spent })),
  })
  .openapi("UsageReport");
export type UsageReport = z.infer<typeof usageReport>;

export const usageQuery = z.object({ days: z.coerce.number().int().min(1).max(366).default(30) });

import {
  type PriceTable,
  pricesFor,
  type TokenUsage,
  type UnitPrices,
} from "../../providers/index.ts";

/** Micro-USD per million tokens. */
export type Prices = UnitPrices;

/** The usage of a call that was refused or never made. */
export const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

const MILLION = 1_000_000n;

/**
 * The cost of a call in micro-USD. Tokens times price are added up exactly, in millionths of a micro-USD; the
 * sum is rounded once, half up. So a ledger row is at most half a micro-USD off the exact cost, and a total is
 * the sum of its rows. Reasoning tokens are part of the output and not priced again.
 *
 * @param prices micro-USD per million tokens, whole numbers ≥ 0
 * @throws RangeError for a cost beyond 2⁵³ micro-USD, nine billion dollars, or a count that is not a whole
 * number
 */
export function costMicroUsd(prices: Prices, usage: TokenUsage): number {
  const millionths =
    BigInt(usage.inputTokens) * BigInt(prices.input) +
    BigInt(usage.cacheReadTokens) * BigInt(prices.cacheRead) +
    BigInt(usage.cacheWriteTokens) * BigInt(prices.cacheWrite) +
    BigInt(usage.outputTokens) * BigInt(prices.output);
  const cost = Number((millionths + MILLION / 2n) / MILLION);
  if (!Number.isSafeInteger(cost)) throw new RangeError("The cost is beyond what can be counted");
  return cost;
}

/** The unit prices of a call: those of the tier that its whole input reaches. */
export function pricesOfCall(table: PriceTable, usage: TokenUsage): Prices {
  return pricesFor(table, usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens);
}

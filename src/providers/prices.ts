/** Prices of a model, as integers. */

/** Micro-USD per million tokens: $3.75 per million is 3,750,000. */
export interface UnitPrices {
  input: number;
  cacheRead: number;
  cacheWrite: number;
  /** Reasoning is billed as output. */
  output: number;
}

export interface PriceTable {
  /**
   * Ascending; the first begins at 0. A whole call is billed at the last tier whose `aboveInputTokens` its
   * input (cached parts included) exceeds, or at the first.
   */
  tiers: { aboveInputTokens: number; prices: UnitPrices }[];
  /** Source and version of the prices, kept with each ledger row. */
  source: string;
}

/** The prices to settle a call at. `inputTokens`: all input, cache reads and writes included. */
export function pricesFor(table: PriceTable, inputTokens: number): UnitPrices {
  const tier = table.tiers.findLast(
    ({ aboveInputTokens: above }) => above === 0 || inputTokens > above,
  );
  return tier?.prices ?? worstPrices(table);
}

/**
 * The prices to hold at: the highest of each kind that a call of at most `maxInputTokens` can reach. Input
 * estimates are not exact, so a hold for a prompt near a tier's edge should pass the model's whole context
 * window; without `maxInputTokens` every tier counts.
 */
export function worstPrices(
  table: PriceTable,
  maxInputTokens = Number.POSITIVE_INFINITY,
): UnitPrices {
  const reachable = table.tiers.filter(
    ({ aboveInputTokens: above }) => above === 0 || above < maxInputTokens,
  );
  const highest = (of: (prices: UnitPrices) => number) =>
    Math.max(0, ...reachable.map(({ prices }) => of(prices)));
  return {
    input: highest((prices) => prices.input),
    cacheRead: highest((prices) => prices.cacheRead),
    cacheWrite: highest((prices) => prices.cacheWrite),
    output: highest((prices) => prices.output),
  };
}

/** A table with one price for calls of any size. */
export function flatPrices(prices: UnitPrices, source: string): PriceTable {
  return { tiers: [{ aboveInputTokens: 0, prices }], source };
}

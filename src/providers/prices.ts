/** What a model charges, as plain integers. */

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
   * Ascending; the first begins at 0. A call is billed as a whole at the last tier whose
   * `aboveInputTokens` its input (cached parts included) exceeds, or at the first.
   */
  tiers: { aboveInputTokens: number; prices: UnitPrices }[];
  /** Where the prices are from and which version: kept with each ledger row. */
  source: string;
}

/** The prices a call is settled at. `inputTokens`: all input, cache reads and writes included. */
export function pricesFor(table: PriceTable, inputTokens: number): UnitPrices {
  const tier = table.tiers.findLast(
    ({ aboveInputTokens: above }) => above === 0 || inputTokens > above,
  );
  return tier?.prices ?? worstPrices(table);
}

/**
 * The prices a hold is made at: the highest of each kind that a call of at most `maxInputTokens` can
 * reach. Estimates of input are not exact, so holds for a prompt near a tier's edge should pass the
 * model's whole context window; without `maxInputTokens` every tier counts.
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

/** The table of something that costs the same whatever the size of the call. */
export function flatPrices(prices: UnitPrices, source: string): PriceTable {
  return { tiers: [{ aboveInputTokens: 0, prices }], source };
}

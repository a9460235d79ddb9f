import type { AdminModel } from "../../lib/api-types.ts";

type Prices = AdminModel["prices"];
/** Prices as an admin types them, in dollars per million tokens. */
export type Dollars = Record<keyof Prices, string>;

/** Prices in micro-USD as they are typed; nothing where there are none. */
export function dollarsOf(prices: Prices | undefined): Dollars {
  const write = (microUsd: number | undefined) =>
    microUsd === undefined ? "" : String(microUsd / 1_000_000);
  return {
    input: write(prices?.input),
    output: write(prices?.output),
    cacheRead: write(prices?.cacheRead),
    cacheWrite: write(prices?.cacheWrite),
  };
}

/** Prices in micro-USD from what was typed in dollars; undefined when no price was typed. */
export function pricesOf(dollars: Dollars): Prices | undefined {
  if (Object.values(dollars).every((text) => text.trim() === "")) return undefined;
  const read = (text: string) => Math.round(Number(text) * 1_000_000);
  return {
    input: read(dollars.input),
    output: read(dollars.output),
    cacheRead: read(dollars.cacheRead),
    cacheWrite: read(dollars.cacheWrite),
  };
}

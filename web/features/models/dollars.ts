import type { AdminModel } from "../../lib/api-types.ts";

type Prices = AdminModel["prices"];
/** Prices in the form, in dollars per million tokens. */
export type Dollars = Record<keyof Prices, string>;

/** Converts micro-USD prices to form input; empty where there is none. */
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

/** Converts form input to micro-USD prices; undefined when none was entered. */
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

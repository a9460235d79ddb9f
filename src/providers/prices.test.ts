import { describe, expect, test } from "bun:test";
import { flatPrices, pricesFor, worstPrices } from "./prices.ts";

const each = (price: number) => ({
  input: price,
  cacheRead: price + 1,
  cacheWrite: price + 2,
  output: price + 3,
});
const table = {
  tiers: [
    { aboveInputTokens: 0, prices: each(10) },
    { aboveInputTokens: 100, prices: each(20) },
    { aboveInputTokens: 200, prices: { ...each(30), input: 1 } },
  ],
  source: "test",
};

describe("a table of prices", () => {
  test.each([
    [0, 10],
    [100, 10],
    [101, 20],
    [200, 20],
    [201, 30],
  ])("a call of %p tokens of input is billed at its tier", (tokens, price) => {
    expect(pricesFor(table, tokens).output).toBe(price + 3);
  });

  test.each([
    [0, each(10)],
    [100, each(10)],
    [101, each(20)],
    [200, each(20)],
    [201, { ...each(30), input: 20 }],
    [undefined, { ...each(30), input: 20 }],
  ])("the worst that %p tokens can reach is the highest of each kind", (tokens, worst) => {
    expect(worstPrices(table, tokens)).toEqual(worst);
  });

  test("an empty table is free, one price applies to everything", () => {
    const free = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };
    expect(worstPrices({ tiers: [], source: "" })).toEqual(free);
    expect(pricesFor({ tiers: [], source: "" }, 5)).toEqual(free);
    // Without a first tier the price of a short call is unknown; the highest is never too low.
    const late = { tiers: [{ aboveInputTokens: 100, prices: each(10) }], source: "" };
    expect(pricesFor(late, 5)).toEqual(each(10));
    expect(flatPrices(each(7), "today")).toEqual({
      tiers: [{ aboveInputTokens: 0, prices: each(7) }],
      source: "today",
    });
  });
});

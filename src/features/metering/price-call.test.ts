import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { costMicroUsd, NO_USAGE, type Prices, pricesOfCall } from "./price-call.ts";

const price = fc.integer({ min: 0, max: 1_000_000_000 });
const prices = fc.record({ input: price, cacheRead: price, cacheWrite: price, output: price });
const tokens = fc.integer({ min: 0, max: 2_000_000 });
const usages = fc.record({
  inputTokens: tokens,
  cacheReadTokens: tokens,
  cacheWriteTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
});
const flat = (each: number): Prices => ({
  input: each,
  cacheRead: each,
  cacheWrite: each,
  output: each,
});

describe("the cost of a call", () => {
  test("matches the price list", () => {
    const list = { input: 3e6, cacheRead: 3e5, cacheWrite: 3_750_000, output: 15e6 };
    expect(costMicroUsd(list, { ...NO_USAGE, inputTokens: 1_000_000 })).toBe(3_000_000);
    expect(costMicroUsd(list, { ...NO_USAGE, cacheReadTokens: 10 })).toBe(3);
    expect(costMicroUsd(list, { ...NO_USAGE, cacheWriteTokens: 4 })).toBe(15);
    expect(costMicroUsd(list, { ...NO_USAGE, outputTokens: 1 })).toBe(15);
  });

  test("is rounded once, half up", () => {
    const one = { ...NO_USAGE, inputTokens: 1 };
    expect(costMicroUsd(flat(499_999), one)).toBe(0);
    expect(costMicroUsd(flat(500_000), one)).toBe(1);
    const four = { ...one, cacheReadTokens: 1, cacheWriteTokens: 1, outputTokens: 1 };
    expect(costMicroUsd(flat(400_000), four)).toBe(2);
  });

  test("is at most half a micro-USD off the exact sum, however large the numbers", () => {
    fc.assert(
      fc.property(prices, usages, (list, usage) => {
        const exact =
          BigInt(usage.inputTokens) * BigInt(list.input) +
          BigInt(usage.cacheReadTokens) * BigInt(list.cacheRead) +
          BigInt(usage.cacheWriteTokens) * BigInt(list.cacheWrite) +
          BigInt(usage.outputTokens) * BigInt(list.output);
        const off = BigInt(costMicroUsd(list, usage)) * 1_000_000n - exact;
        return off > -500_000n && off <= 500_000n;
      }),
    );
  });

  test("never falls when more is used, and no usage costs nothing", () => {
    fc.assert(
      fc.property(prices, usages, tokens, (list, usage, more) => {
        const cost = costMicroUsd(list, usage);
        for (const kind of ["inputTokens", "cacheReadTokens", "outputTokens"] as const)
          expect(
            costMicroUsd(list, { ...usage, [kind]: usage[kind] + more }),
          ).toBeGreaterThanOrEqual(cost);
        return costMicroUsd(list, NO_USAGE) === 0 && costMicroUsd(flat(0), usage) === 0;
      }),
    );
  });

  test("does not count reasoning twice: it is part of the output", () => {
    fc.assert(
      fc.property(
        prices,
        usages,
        (list, usage) =>
          costMicroUsd(list, usage) === costMicroUsd(list, { ...usage, reasoningTokens: 0 }),
      ),
    );
  });

  test("refuses what cannot be counted exactly", () => {
    const huge = { ...NO_USAGE, inputTokens: Number.MAX_SAFE_INTEGER };
    expect(() => costMicroUsd(flat(10_000_000), huge)).toThrow(RangeError);
    expect(() => costMicroUsd(flat(1), { ...NO_USAGE, inputTokens: 0.5 })).toThrow(RangeError);
  });

  test("takes the tier that the whole input reaches, cached parts included", () => {
    const table = {
      tiers: [
        { aboveInputTokens: 0, prices: flat(1) },
        { aboveInputTokens: 1_000, prices: flat(2) },
      ],
      source: "test",
    };
    const usage = { ...NO_USAGE, inputTokens: 1, cacheReadTokens: 499, cacheWriteTokens: 500 };
    expect(pricesOfCall(table, usage)).toEqual(flat(1));
    expect(pricesOfCall(table, { ...usage, inputTokens: 2 })).toEqual(flat(2));
    expect(pricesOfCall(table, { ...usage, outputTokens: 9_999 })).toEqual(flat(1));
  });
});

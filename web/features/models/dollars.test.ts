import { expect, test } from "bun:test";
import fc from "fast-check";
import { dollarsOf, pricesOf } from "./dollars.ts";

const none = { input: "", output: "", cacheRead: "", cacheWrite: "" };

test("prices are entered in dollars and stored in whole micro-USD", () => {
  expect(pricesOf({ input: "3", output: "15.5", cacheRead: "0.3", cacheWrite: " " })).toEqual({
    input: 3_000_000,
    output: 15_500_000,
    cacheRead: 300_000,
    cacheWrite: 0,
  });
  expect(pricesOf({ ...none, output: "0.0000014" })).toEqual({
    input: 0,
    output: 1,
    cacheRead: 0,
    cacheWrite: 0,
  });
});

test("an empty input is no price, unlike 0", () => {
  expect(pricesOf(none)).toBeUndefined();
  expect(pricesOf({ ...none, input: "  " })).toBeUndefined();
  expect(pricesOf({ ...none, cacheWrite: "0" })).toEqual({
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
  });
  expect(dollarsOf(undefined)).toEqual(none);
});

test("displayed prices convert back to the same values", () => {
  expect(
    dollarsOf({ input: 3_000_000, output: 1, cacheRead: 300_000, cacheWrite: 3_750_000 }),
  ).toEqual({ input: "3", output: "0.000001", cacheRead: "0.3", cacheWrite: "3.75" });
  const price = fc.nat(1_000_000_000);
  fc.assert(
    fc.property(
      fc.record({ input: price, output: price, cacheRead: price, cacheWrite: price }),
      (prices) => {
        expect(pricesOf(dollarsOf(prices))).toEqual(prices);
      },
    ),
  );
});

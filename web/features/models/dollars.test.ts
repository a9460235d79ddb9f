import { expect, test } from "bun:test";
import fc from "fast-check";
import { dollarsOf, pricesOf } from "./dollars.ts";

const none = { input: "", output: "", cacheRead: "", cacheWrite: "" };

test("prices are typed in dollars and kept in whole micro-USD", () => {
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

test("nothing typed is no price, which is not the price 0", () => {
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

test("prices that are shown and not changed are the same when they are read again", () => {
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

import { expect, test } from "bun:test";
import { tokenCount } from "./token-count.ts";

test.each([
  [0, 0],
  [7, 7],
  [7.2, 8],
  [1_000_000_000, 1_000_000_000],
  [1_000_000_001, undefined],
  [-1, undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  ["7", 7],
  ["", undefined],
  ["7.5", undefined],
  ["1000000001", undefined],
  [null, undefined],
  [undefined, undefined],
])("a provider's count of %p is %p", (value, count) => {
  expect(tokenCount(value)).toBe(count);
});

import { describe, expect, test } from "bun:test";
import {
  inverseFrequency,
  MAX_SCANNED,
  passageTerms,
  planScan,
  type QueryTerm,
  termKey,
  termWeight,
} from "./bm25.ts";

test("a repeated term weighs more, but less and less; in a longer passage it weighs less", () => {
  expect(termWeight(1, 110, 110)).toBeCloseTo(1, 10);
  expect(termWeight(2, 110, 110)).toBeCloseTo(1.375, 10);
  expect(termWeight(3, 110, 110)).toBeCloseTo(6.6 / 4.2, 10);
  expect(termWeight(1, 220, 110)).toBeCloseTo(2.2 / 3.1, 10);
  expect(termWeight(1, 55, 110)).toBeCloseTo(2.2 / 1.75, 10);
  expect(termWeight(0, 110, 110)).toBe(0);
});

test("a rare term is more telling than a common one, and none is negative", () => {
  expect(inverseFrequency(10, 1)).toBeCloseTo(Math.log(1 + 9.5 / 1.5), 10);
  expect(inverseFrequency(10, 5)).toBeCloseTo(Math.log(2), 10);
  expect(inverseFrequency(10, 10)).toBeCloseTo(Math.log(1 + 0.5 / 10.5), 10);
});

test("a passage has its terms in order, and behind them the tiers that they reach", () => {
  const frequencies = new Map([
    ["once", 1],
    ["twice", 2],
    ["thrice", 3],
    ["four", 4],
    ["five", 5],
    ["filler", 95],
  ]);
  const names: string[] = [];
  const keyOf = (lexeme: string, tier: number) => BigInt(names.push(`${lexeme} ${tier}`) - 1);
  const { length, frequencies: stored, keys } = passageTerms(frequencies, 110, keyOf);
  // Of an ordinary length, so that the shares are 0.45, 0.63, 0.71, 0.77, 0.81 and 0.99.
  expect(length).toBe(110);
  expect(stored).toEqual([1, 2, 3, 4, 5, 95]);
  expect(keys.map((key) => names[Number(key)])).toEqual([
    ...["once 0", "twice 0", "thrice 0", "four 0", "five 0", "filler 0"],
    ...["twice 1", "twice 2", "thrice 1", "thrice 2", "thrice 3", "four 1", "four 2", "four 3"],
    ...["five 1", "five 2", "five 3", "five 4", "filler 1", "filler 2", "filler 3", "filler 4"],
  ]);
});

test("a key names project, language, lexeme and tier, and never changes: it is stored", () => {
  const project = "01a20884-dd4d-70ab-a5e0-6588f2fcb8b2";
  const keys = [
    termKey(project, "english", "rent", 0),
    termKey(project, "english", "rent", 1),
    termKey(project, "german", "rent", 0),
    termKey(project, "english", "rents", 0),
    termKey("01a20884-dd4d-70ab-a5e0-6588f2fcb8b3", "english", "rent", 0),
  ];
  expect(new Set(keys).size).toBe(5);
  expect(keys[0]).toBe(-7_512_609_843_820_362_978n);
  for (const key of keys) expect(BigInt.asIntN(64, key)).toBe(key);
});

describe("which keys a search reads", () => {
  /** A term whose keys are its number times ten and the tier. */
  const term = (number: number, idf: number, passages: number[]): QueryTerm => ({
    keys: [0, 1, 2, 3, 4].map((tier) => BigInt(number * 10 + tier)),
    passages,
    idf,
  });
  const planned = (total: number, ...terms: QueryTerm[]) =>
    planScan(terms, total).map(({ key, weight }) => [Number(key), Number(weight.toFixed(6))]);

  test("all tiers that have passages, weighing what they add to the tier below, rarest term first", () => {
    expect(planned(1_000, term(1, 2, [50, 20, 10, 5, 1]), term(2, 4, [3, 1, 0, 0, 0]))).toEqual([
      [21, 0.52],
      [20, 1.68],
      [14, 0.22],
      [13, 0.2],
      [12, 0.2],
      [11, 0.26],
      [10, 0.84],
    ]);
  });

  test("in a small project all tiers of all terms, however common", () => {
    const pairs = Array.from({ length: 10 }, (_, n) => term(n + 1, 1, [900, 500, 300, 200, 100]));
    expect(planned(1_000, ...pairs)).toHaveLength(50);
    expect(planned(1_001, ...pairs)).not.toHaveLength(50);
    const more = Array.from({ length: 11 }, (_, n) => term(n + 1, 1, [900, 500, 300, 200, 100]));
    expect(planned(1_000, ...more)).not.toHaveLength(55);
  });

  test("of a term that has too many passages the upper tiers that fit", () => {
    expect(planned(100_000, term(1, 1, [5_000, 100, 10, 0, 0]))).toEqual([
      [12, 0.1],
      [11, 0.55],
    ]);
    expect(MAX_SCANNED).toBe(4_000);
    expect(planned(100_000, term(1, 1, [3_999, 1, 0, 0, 0]))).toHaveLength(2);
    expect(planned(100_000, term(1, 1, [4_000, 1, 0, 0, 0]))).toEqual([[11, 0.55]]);
  });

  test("what the rarer terms leave", () => {
    const rare = term(1, 9, [3_000, 0, 0, 0, 0]);
    const other = term(2, 8, [3_000, 900, 0, 0, 0]);
    expect(planned(100_000, other, rare)).toEqual([
      [10, 3.78],
      [21, 4.4],
    ]);
  });

  test("none of a term in more than a fifth of the passages, unless all are or everything fits", () => {
    const rare = term(1, 9, [10, 0, 0, 0, 0]);
    const common = term(2, 1, [4_001, 0, 0, 0, 0]);
    const fifth = term(2, 1, [4_000, 0, 0, 0, 0]);
    expect(planned(20_000, rare, common)).toEqual([[10, 3.78]]);
    expect(planned(20_000, fifth)).toEqual([[20, 0.42]]);
    expect(planned(4_000, term(2, 1, [3_000, 0, 0, 0, 0]), rare)).toHaveLength(2);
    expect(planned(5_000, term(2, 1, [3_000, 2_000, 0, 0, 0]))).toEqual([[21, 0.55]]);
  });

  test("a part of the rarest term's top tier when no tier fits", () => {
    const vast = term(1, 3, [9_000, 8_000, 7_000, 6_000, 5_000]);
    const vaster = term(2, 2, [9_500, 8_000, 7_000, 6_000, 0]);
    expect(planned(10_000, vaster, vast)).toEqual([[14, 3]]);
    expect(planned(10_000, vaster)).toEqual([[23, 2]]);
  });

  test("none for no terms", () => {
    expect(planScan([], 10)).toEqual([]);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { OutputCount, standToCap } from "./count-output.ts";
import { estimateTokens } from "./estimate-tokens.ts";

const countOf = (...texts: string[]) => {
  const count = new OutputCount();
  for (const text of texts) count.add(text);
  return count;
};

describe("counting output as it arrives", () => {
  test("the upper count equals the estimate of the whole text, however it was split", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
        expect(countOf(...texts).tokens).toBe(estimateTokens(texts.join("")));
      }),
    );
  });

  test("the lower count does not depend on the splits either, and never exceeds the upper one", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
        const { tokens, leastTokens } = countOf(...texts);
        expect(leastTokens).toBe(countOf(texts.join("")).leastTokens);
        expect(leastTokens).toBeLessThanOrEqual(tokens);
      }),
    );
  });

  /** A hundred pairs of different characters, so that nothing repeats. */
  test.each([
    ["az", 48],
    ["AZ", 48],
    ["a ", 48],
    ["\nz", 48],
    ["09", 66],
    [";,", 80],
    ["@[", 80],
    ["`{", 80],
    ["/:", 80],
    ["\u0080é", 50],
    ["ж\u2e7f", 50],
    ["\u2e80世", 140],
    ["🦦", 140],
  ])("a hundred %j are at least %p tokens", (pair, tokens) => {
    expect(countOf(pair.repeat(100)).leastTokens).toBe(tokens);
  });

  test.each([
    ["a run of blanks", " ", 24 + 99 * 5],
    ["a run of line breaks", "\n", 24 + 99 * 5],
    ["a rule", "-", 40 + 99 * 5],
    ["a run of letters is no run", "a", 100 * 24],
    ["a run of digits is no run", "7", 100 * 33],
  ])("%s: a hundred %j", (_, character, hundredths) => {
    expect(countOf(character.repeat(100)).leastTokens).toBe(Math.floor(hundredths / 100));
    expect(countOf(...character.repeat(100)).leastTokens).toBe(Math.floor(hundredths / 100));
  });

  test("a fraction of a token counts nothing", () => {
    expect(countOf("789").leastTokens).toBe(0);
    expect(countOf("7890").leastTokens).toBe(1);
    expect(countOf("").leastTokens).toBe(0);
  });

  /** Counts of OpenAI's `o200k_base`, from its published tokenizer. */
  test.each([
    ["The quick brown fox jumps over the lazy dog.", 10],
    ["const answer = 42;", 5],
    ["                ", 1],
  ])("an answer of %j within its cap is not taken to have passed it", (text, tokens) => {
    expect(standToCap(countOf(text).leastTokens, tokens)).not.toBe("past");
  });
});

test.each([
  [0, "within"],
  [100, "within"],
  [101, "near"],
  [125, "near"],
  [126, "past"],
] as const)("at least %p tokens stand %s to a cap of 100", (least, stand) => {
  expect(standToCap(least, 100)).toBe(stand);
});

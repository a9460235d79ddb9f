import { describe, expect, test } from "bun:test";
import { aRequest } from "../../test/providers/contract.ts";
import { estimateRequestTokens, estimateTokens, IMAGE_TOKENS } from "./estimate-tokens.ts";

describe("estimating tokens", () => {
  /** Counts of OpenAI's `o200k_base`, from its published tokenizer. */
  test.each([
    ["", 0],
    ["Hello, world!", 4],
    ["The quick brown fox jumps over the lazy dog.", 10],
    ["const answer = 42;", 5],
    ["    ", 1],
  ])("%p counts at least its %p tokens", (text, tokens) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens);
  });

  test("leans upward by less than half on English prose", () => {
    const prose =
      "The otter slipped into the river and vanished beneath the reeds without a sound. ".repeat(
        50,
      );
    expect(estimateTokens(prose)).toBeLessThan((prose.length / 4) * 1.5);
  });

  test("counts all that is sent", () => {
    const plain = estimateRequestTokens(aRequest());
    const image = { type: "image" as const, mediaType: "image/png", data: "A".repeat(1_000_000) };
    const withImage = aRequest({ messages: [{ role: "user", parts: [image] }] });
    expect(estimateRequestTokens(withImage)).toBeWithin(IMAGE_TOKENS, IMAGE_TOKENS + plain);
  });
});

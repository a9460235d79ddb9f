import { describe, expect, test } from "bun:test";
import { aRequest } from "../../test/providers/contract.ts";
import {
  estimateRequestTokens,
  estimateTokens,
  IMAGE_TOKENS,
  usageToSettle,
} from "./estimate-tokens.ts";

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

describe("what a call is settled at", () => {
  const reported = {
    inputTokens: 5,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
  };
  const produced = { text: "word ".repeat(100), reasoning: "" };

  test("a whole answer is settled at exactly what was reported", () => {
    expect(usageToSettle(aRequest(), reported, produced, true)).toEqual(reported);
  });

  test("a stopped answer is settled at what was produced, where the report is older", () => {
    const usage = usageToSettle(aRequest(), reported, produced, false);
    expect(usage).toEqual({ ...reported, outputTokens: estimateTokens(produced.text) });
  });

  test("without any report, the prompt and the answer are estimated", () => {
    const usage = usageToSettle(aRequest(), undefined, produced, true);
    expect(usage.inputTokens).toBe(estimateRequestTokens(aRequest()));
    expect(usage.outputTokens).toBe(estimateTokens(produced.text));
  });
});

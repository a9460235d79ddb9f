import { describe, expect, test } from "bun:test";
import { aRequest } from "../../test/providers/contract.ts";
import { estimateRequestTokens, estimateTokens, IMAGE_TOKENS } from "./estimate-tokens.ts";
import type { PromptPart } from "./port.ts";

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

  /** Ten of each kind count ten times its tenths, exactly. */
  test.each([
    ["a", 3],
    ["m", 3],
    ["z", 3],
    ["A", 3],
    ["Z", 3],
    [" ", 3],
    ["\n", 3],
    ["0", 5],
    ["5", 5],
    ["9", 5],
    ["/", 7],
    [":", 7],
    ["@", 7],
    ["[", 7],
    ["`", 7],
    ["{", 7],
    ["\t", 7],
    ["\u007f", 7],
    ["\u0080", 7],
    ["é", 7],
    ["ж", 7],
    ["\u2e7f", 7],
    ["\u2e80", 13],
    ["世", 13],
    ["한", 13],
    ["\ud7ff", 13],
    ["\ue000", 13],
    ["\uffff", 13],
    ["\ud800", 15],
    ["\udfff", 15],
    ["🦦", 30],
  ])("ten times %j are %p tokens", (character, tokens) => {
    expect(estimateTokens(character.repeat(10))).toBe(tokens);
  });

  test("tenths add up, and the sum is rounded up once", () => {
    expect(estimateTokens("a")).toBe(1);
    expect(estimateTokens("aaa")).toBe(1);
    expect(estimateTokens("aaaa")).toBe(2);
    expect(estimateTokens("a1é世")).toBe(3);
  });
});

describe("estimating a request", () => {
  const partsOf = (...parts: PromptPart[]) =>
    estimateRequestTokens(aRequest({ system: [], messages: [{ role: "user", parts }] }));

  test("counts each system block and message, and eight tokens around each message and once", () => {
    expect(estimateRequestTokens(aRequest({ system: [], messages: [] }))).toBe(8);
    const system = [
      { text: "a".repeat(10), cacheable: true },
      { text: "a".repeat(20), cacheable: false },
    ];
    expect(estimateRequestTokens(aRequest({ system, messages: [] }))).toBe(8 + 3 + 6);
    const message = { role: "user" as const, parts: [] };
    expect(estimateRequestTokens(aRequest({ system: [], messages: [message, message] }))).toBe(24);
  });

  test("counts text and visible thinking by characters, an image at the maximum", () => {
    expect(partsOf({ type: "text", text: "a".repeat(10) })).toBe(16 + 3);
    expect(partsOf({ type: "reasoning", text: "a".repeat(10), signature: "x".repeat(99) })).toBe(
      16 + 3,
    );
    expect(partsOf({ type: "image", mediaType: "image/png", data: "A".repeat(1_000_000) })).toBe(
      16 + IMAGE_TOKENS,
    );
    expect(IMAGE_TOKENS).toBe(4_800);
  });

  test("counts encrypted thinking by its data, three characters per token", () => {
    expect(partsOf({ type: "reasoning", text: "a".repeat(10) })).toBe(partsOf());
    const hidden = { type: "reasoning" as const, text: "", redacted: true as const };
    expect(partsOf({ ...hidden, signature: "x".repeat(9) })).toBe(16 + 3);
    expect(partsOf({ ...hidden, signature: "x".repeat(10) })).toBe(16 + 4);
    expect(partsOf(hidden)).toBe(16);
  });

  test("does not count the sources: they are in the system blocks already", () => {
    const source = { label: "S1", title: "Long", text: "a".repeat(1_000) };
    expect(estimateRequestTokens(aRequest({ system: [], messages: [], sources: [source] }))).toBe(
      8,
    );
  });
});

import { describe, expect, test } from "bun:test";
import type { ProviderEvent } from "./port.ts";
import { createTextGuard } from "./text-guard.ts";

const HIGH = "\ud83e";
const LOW = "\udda6";
const OTTER = HIGH + LOW;
const text = (value: string): ProviderEvent => ({ type: "text", text: value });
const thought = (value: string): ProviderEvent => ({ type: "reasoning", text: value });
const usage: ProviderEvent = {
  type: "usage",
  usage: {
    inputTokens: 1,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 2,
    reasoningTokens: 0,
  },
};
const end: ProviderEvent = { type: "end", reason: "stop" };

/** The output of each read. */
function guarded(...reads: ProviderEvent[][]): ProviderEvent[][] {
  const guard = createTextGuard();
  return reads.map((read) => guard(structuredClone(read)));
}

describe("text that cannot be stored", () => {
  test("valid reads pass unchanged, without a copy", () => {
    const read = [text("a"), thought("b"), usage, end];
    expect(createTextGuard()(read)).toBe(read);
  });

  test("a character cut between two reads arrives whole with the second", () => {
    expect(guarded([text(`a${HIGH}`)], [text(`${LOW}b`)])).toEqual([
      [text("a")],
      [text(`${OTTER}b`)],
    ]);
    expect(guarded([text(HIGH)], [usage], [text(LOW)])).toEqual([[], [usage], [text(OTTER)]]);
    expect(guarded([thought(HIGH)], [thought(LOW)])).toEqual([[], [thought(OTTER)]]);
  });

  test("a high surrogate without its low one is replaced in place", () => {
    expect(guarded([text(HIGH)], [text("b")])).toEqual([[], [text("\ufffdb")]]);
    expect(guarded([text(HIGH)], [thought("b")])).toEqual([[], [text("\ufffd"), thought("b")]]);
    expect(guarded([thought(HIGH)], [text(LOW)])).toEqual([
      [],
      [thought("\ufffd"), text("\ufffd")],
    ]);
    expect(guarded([text(HIGH)], [usage, end])).toEqual([[], [usage, text("\ufffd"), end]]);
  });

  test("lone surrogates inside a text and NUL are replaced", () => {
    expect(guarded([text(`a${HIGH}b${LOW}\0`)])).toEqual([[text("a\ufffdb\ufffd\ufffd")]]);
    expect(guarded([thought("\0")])).toEqual([[thought("\ufffd")]]);
  });

  test("only the code units of the high surrogate range are held back", () => {
    for (const half of ["\ud800", "\udbff"]) expect(guarded([text(half)])).toEqual([[]]);
    expect(guarded([text("\udc00")])).toEqual([[text("\ufffd")]]);
    expect(guarded([text("\ud7ff\0")])).toEqual([[text("\ud7ff\ufffd")]]);
  });

  test("a signature is kept although its text is empty", () => {
    const signed: ProviderEvent = { type: "reasoning", text: "", signature: "s" };
    expect(guarded([text(HIGH)], [signed])).toEqual([[], [text("\ufffd"), signed]]);
  });
});

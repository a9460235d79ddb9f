import { expect, test } from "bun:test";
import { type EndMeaning, endMeaning } from "./end-reasons.ts";

test.each<[unknown, EndMeaning | undefined]>([
  ["stop", "stop"],
  ["End_Turn", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "refusal"],
  ["tool_calls", "tool_use"],
  ["abort", "failed"],
  ["a word of tomorrow", "unknown"],
  ["", undefined],
  ["null", undefined],
  ["FINISH_REASON_UNSPECIFIED", undefined],
  [null, undefined],
  [undefined, undefined],
  [0, undefined],
  [7, "unknown"],
])("an end for %p means %p", (word, meaning) => {
  expect(endMeaning(word)).toBe(meaning);
});

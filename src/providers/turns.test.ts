import { expect, test } from "bun:test";
import type { PromptMessage } from "./port.ts";
import { takesSigned, turnsOf } from "./turns.ts";

/** `u:Hi` is a user's text, `a:Hi` an answer, `a:(Hm)` thinking; parts are separated by `|`. */
function parse(line: string): PromptMessage {
  const parts = line.slice(2).split("|");
  return {
    role: line.startsWith("u:") ? "user" : "assistant",
    parts: parts.map((part) =>
      part.startsWith("(") ? { type: "reasoning", text: part } : { type: "text", text: part },
    ),
  };
}

function print({ role, parts }: PromptMessage): string {
  const texts = parts.map((part) => (part.type === "image" ? "" : part.text));
  return `${role === "user" ? "u" : "a"}:${texts.join("|")}`;
}

test.each([
  ["alternating messages stay as they are", ["u:1", "a:2", "u:3"], ["u:1", "a:2", "u:3"]],
  ["a question after a failed answer", ["u:1", "u:2"], ["u:1|\n\n|2"]],
  ["three questions without an answer", ["u:1", "u:2", "u:3"], ["u:1|\n\n|2|\n\n|3"]],
  ["an answer of thinking alone", ["u:1", "a:(Hm)", "u:2"], ["u:1|\n\n|2"]],
  ["thinking before an answer", ["u:1", "a:(Hm)|2", "u:3"], ["u:1", "a:2", "u:3"]],
  ["blank text", ["u:1| |\n", "a: ", "u:2"], ["u:1|\n\n|2"]],
  ["two answers", ["u:1", "a:2", "a:3"], ["u:1", "a:2|\n\n|3"]],
  ["nothing", [], []],
])("%s", (_, given, sent) => {
  expect(turnsOf(given.map(parse), () => false).map(print)).toEqual(sent);
});

test("thinking that a format takes is sent with its answer, and not alone", () => {
  const given = ["u:1", "a:(Hm)|2", "u:3", "a:(Hm)"].map(parse);
  expect(turnsOf(given, () => true).map(print)).toEqual(["u:1", "a:(Hm)|2", "u:3"]);
});

test("signed thinking is taken where it is to be sent back, unsigned never", () => {
  const signed = { type: "reasoning", text: "Hm", signature: "s" } as const;
  expect(takesSigned({ signedThinking: true })(signed)).toBe(true);
  expect(takesSigned({ signedThinking: false })(signed)).toBe(false);
  expect(takesSigned({ signedThinking: true })({ type: "reasoning", text: "Hm" })).toBe(false);
});

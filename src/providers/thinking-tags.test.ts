import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ThinkingTags } from "./thinking-tags.ts";

/** What a filter makes of an answer in these pieces. */
function told(pieces: string[], reasoned = false) {
  let text = "";
  let reasoning = "";
  const tags = new ThinkingTags({
    text: (words) => {
      text += words;
    },
    reasoning: (words) => {
      reasoning += words;
    },
    thought: () => {
      reasoning += text;
      text = "";
    },
  });
  if (reasoned) tags.reasoned();
  for (const piece of pieces) tags.feed(piece);
  tags.flush();
  return { text, reasoning };
}

const OPEN_AND_CLOSE: [string, string][] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<thoughts>", "</thoughts>"],
  ["<reason>", "</reason>"],
  ["<reasoning>", "</reasoning>"],
  ["<seed:think>", "</seed:think>"],
  ["[THINK]", "[/THINK]"],
  ["◁think▷", "◁/think▷"],
  ["<|START_THINKING|>", "<|END_THINKING|>"],
  ["<unused94>thought", "<unused95>"],
];
const HARMONY: [string, string] = [
  "<|channel|>analysis<|message|>",
  "<|end|><|start|>assistant<|channel|>final<|message|>",
];

describe("thinking in tags at the start of an answer", () => {
  test.each([...OPEN_AND_CLOSE, HARMONY, ["<Think>", "</THINK>"]])(
    "between %s and %s is told apart, however it is cut",
    (open, close) => {
      const answer = ` \n${open}\nOkay, so\n\n${close}\n\nHello.\n`;
      for (let size = 1; size <= answer.length; size++) {
        const pieces = answer.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
        expect(told(pieces)).toEqual({ text: "Hello.\n", reasoning: "Okay, so" });
      }
    },
  );

  test.each([
    ["several blocks", "<think>a</think>\n<think>b</think>c", "c", "ab"],
    ["an empty block", "<think>\n\n</think>\n\nHello.", "Hello.", ""],
    ["no end", "<think>Okay </thi", "", "Okay </thi"],
    [
      "another tag within",
      "<think>a <think> b</thinking> c</think>d",
      "d",
      "a <think> b</thinking> c",
    ],
    ["letters that grow in lower case", "<think>İİİ</think>İHi", "İHi", "İİİ"],
    ["blanks alone", " \n", " \n", ""],
    ["the beginning of a tag", "<thin", "<thin", ""],
    ["a tag behind text", "Use <think>x</think> here.", "Use <think>x</think> here.", ""],
    ["another tag", "<table>x</table>", "<table>x</table>", ""],
    ["a citation", 'Yes [S1: "words"].', 'Yes [S1: "words"].', ""],
    ["blanks before text", "  Hello.", "  Hello.", ""],
  ])("%s", (_, answer, text, reasoning) => {
    expect(told([answer])).toEqual({ text, reasoning });
    expect(told([...answer])).toEqual({ text, reasoning });
  });
});

describe("thinking without its opening tag", () => {
  test.each(OPEN_AND_CLOSE)("of %s ends at %s", (_, close) => {
    const right = { text: "Hello.", reasoning: "Okay.\n" };
    expect(told([`Okay.\n${close}\n\nHello.`])).toEqual(right);
    expect(told([...`Okay.\n${close}\n\nHello.`])).toEqual(right);
  });

  test.each([
    ["at the very beginning", "</think>Hello.", "Hello.", ""],
    ["with nothing behind it", "Okay</think>", "", "Okay"],
    ["once only", "a</think>b</think>c", "b</think>c", "a"],
    ["and then a block", "a</think>\n<think>b</think>c", "c", "ab"],
    ["in code", "The `</think>` tag.", "The `</think>` tag.", ""],
    ["in a block of code", "```\n</think>\n```", "```\n</think>\n```", ""],
    ["behind code", "The `x` tag.\n</think>Hi", "Hi", "The `x` tag.\n"],
    ["in quotes", 'The "</think>" tag.', 'The "</think>" tag.', ""],
    ["in a sentence", "The </think> tag.", "The </think> tag.", ""],
    ["behind a blank", "Okay. </think>Hi", "Hi", "Okay. "],
    ["spoken of, and then in earnest", "A `</think>`.\n</think>Hi", "Hi", "A `</think>`.\n"],
    ["of gpt-oss, which has none", `a${HARMONY[1]}b`, `a${HARMONY[1]}b`, ""],
  ])("%s", (_, answer, text, reasoning) => {
    expect(told([answer])).toEqual({ text, reasoning });
    expect(told([...answer])).toEqual({ text, reasoning });
  });

  test("does not exist where reasoning came by itself, but tags at the start do", () => {
    expect(told(["a</think>b"], true)).toEqual({ text: "a</think>b", reasoning: "" });
    expect(told(["<think>a</think>b"], true)).toEqual({ text: "b", reasoning: "a" });
  });
});

test("a text that waits for no tag is passed on at once", () => {
  const out: string[] = [];
  const tags = new ThinkingTags({
    text: (words) => out.push(words),
    reasoning: (words) => out.push(`(${words})`),
    thought: () => out.push("!"),
  });
  const after = (piece: string) => {
    out.length = 0;
    tags.feed(piece);
    return [...out];
  };
  expect(after("<")).toEqual([]);
  expect(after("b>Hi")).toEqual(["<b>Hi"]);
  expect(after(" there")).toEqual([" there"]);
  expect(after(" a < b")).toEqual([" a < b"]);
  expect(after(" and </th")).toEqual([" and "]);
  expect(after("e>")).toEqual(["</the>"]);
});

test("nothing is lost or doubled, however an answer is cut", () => {
  const piece = fc.oneof(
    fc.constantFrom(...OPEN_AND_CLOSE.flat(), "`", " ", "<", "</", "[", "think>", "İ"),
    fc.string({ unit: "grapheme", maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(12)), (pieces, sizes) => {
      const answer = pieces.join("");
      const cut: string[] = [];
      for (let at = 0, n = 0; at < answer.length; n++) {
        const size = 1 + (sizes[n % sizes.length] ?? 3);
        cut.push(answer.slice(at, at + size));
        at += size;
      }
      expect(told(cut)).toEqual(told([answer]));
    }),
    { numRuns: 500 },
  );
});

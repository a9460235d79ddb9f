import { expect, test } from "bun:test";
import fc from "fast-check";
import { splitSegments } from "./markdown-segments.ts";

const cut = (text: string) => splitSegments(text).map(({ start, end }) => text.slice(start, end));

test("separate blocks are segments of their own, with the blank lines after them", () => {
  expect(cut("# A\n\none\ntwo\n\n\n> quote\n \t\n| a |\n|---|\n")).toEqual([
    "# A\n\n",
    "one\ntwo\n\n\n",
    "> quote\n \t\n",
    "| a |\n|---|\n",
  ]);
  expect(cut("one\r\n\r\ntwo\r\n")).toEqual(["one\r\n\r\n", "two\r\n"]);
  expect(cut("\n\n  one")).toEqual(["\n\n  one"]);
  expect(cut("a\n\n   b")).toEqual(["a\n\n", "   b"]);
});

test("a blank text has no segment", () => {
  expect(cut("")).toEqual([]);
  expect(cut(" \n\t\n")).toEqual([]);
});

test("a list with blank lines and its indented content are one segment", () => {
  for (const list of [
    "- a\n\n- b\n\n  more of b\n\n    code\n",
    "1. a\n\n2) b\n\n\tmore\n",
    "* a\n\n+\n",
    "text\n- a\n\n- b",
    "- a\n  ```\n  code\n  ```\n\n- b",
    "- ```\n\n  code\n",
  ])
    expect(cut(list)).toEqual([list]);
  expect(cut("- a\n\nb\n")).toEqual(["- a\n\n", "b\n"]);
  expect(cut("a\n\n- b\n")).toEqual(["a\n\n", "- b\n"]);
  expect(cut("-a\n\n-b\n")).toEqual(["-a\n\n", "-b\n"]);
  expect(cut("1234567890. a\n\n1. b")).toEqual(["1234567890. a\n\n", "1. b"]);
});

test("indented code belongs to the block before", () => {
  expect(cut("a\n\n    code\n\n\tcode\n\nb")).toEqual(["a\n\n    code\n\n\tcode\n\n", "b"]);
});

test("a fence is one segment with its content, and separates segments", () => {
  const fence = "```ts\n# no\n\n- heading\n~~~\n``\n````\n";
  expect(cut(`a\n${fence}b`)).toEqual(["a\n", fence, "b"]);
  expect(cut(`- a\n${fence}- b`)).toEqual(["- a\n", fence, "- b"]);
  expect(cut("~~~\n```\n\n~~\n  ~~~ \t\nb")).toEqual(["~~~\n```\n\n~~\n  ~~~ \t\n", "b"]);
  expect(cut("```\nopen\n\nfor ever")).toEqual(["```\nopen\n\nfor ever"]);
  expect(cut("````\n```\n````\n")).toEqual(["````\n```\n````\n"]);
  expect(cut("```\n``` no\n```\n")).toEqual(["```\n``` no\n```\n"]);
  expect(cut("a\n    ```\n\nb")).toEqual(["a\n    ```\n\n", "b"]);
  expect(cut("``` code ```\n\nb")).toEqual(["``` code ```\n\n", "b"]);
  expect(splitSegments(`a\n${fence}b`).map((segment) => segment.fence)).toEqual([
    false,
    true,
    false,
  ]);
  expect(splitSegments("```\nopen").map((segment) => segment.fence)).toEqual([true]);
});

test("a segment knows its number of lines, including blank ones after it", () => {
  expect(splitSegments("\n\na\nb\n\n\nc").map(({ lines }) => lines)).toEqual([4, 1]);
  expect(splitSegments("```\n\nx\n```").map(({ lines }) => lines)).toEqual([4]);
});

test("reference definitions are found, except inside code", () => {
  const text = "a\n[one]: /1\n\n   [two]: /2\n\n```\n[no]: /3\n```\n    [no]: /4\n[no] : x\n[]: /x";
  expect(splitSegments(text).flatMap(({ definitions }) => definitions)).toEqual([
    "[one]: /1",
    "   [two]: /2",
  ]);
});

test("the segments add up to the text, and appending changes only the last one", () => {
  const line = fc.constantFrom(
    "a",
    "- a",
    "  b",
    "    c",
    "> q",
    "",
    "",
    "```",
    "~~~",
    "[x]: y",
    "1. z",
    "\t",
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 14 }),
      fc.array(line, { maxLength: 6 }),
      (first, more) => {
        const begun = first.join("\n");
        const whole = [...first, ...more].join("\n");
        const before = splitSegments(begun);
        const after = splitSegments(whole);
        expect(after.slice(0, Math.max(0, before.length - 1))).toEqual(before.slice(0, -1));
        const last = before.at(-1);
        if (last)
          expect([...before.slice(0, -1), ...splitSegments(whole, last.start)]).toEqual(after);
        for (const [index, segment] of after.entries())
          expect(segment.start).toBe(after[index - 1]?.end ?? 0);
        expect(whole.slice(after.at(-1)?.end ?? 0).trim()).toBe("");
      },
    ),
    { numRuns: 2_000 },
  );
});

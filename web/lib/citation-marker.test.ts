import { expect, test } from "bun:test";
import fc from "fast-check";
import { type CitationMarker, markerAt, markersIn, withoutUnfinished } from "./citation-marker.ts";

test("a marker has its label, its quote, and its length", () => {
  for (const [text, marker, quote] of [
    ["[S1]", "S1", ""],
    ['[S12: "exact words"]', "S12", "exact words"],
    ['[S1:"x"]', "S1", "x"],
    ['[S1:    "x"    ]', "S1", "x"],
    ['[S1: ""]', "S1", ""],
    ["[S1: “curly “words”]", "S1", "curly “words"],
    ['[S1: "say \\"hi\\" \\\\ there"]', "S1", 'say "hi" \\ there'],
    ['[S1: "a ] b"]', "S1", "a ] b"],
    [`[S1: "${"x".repeat(2_000)}"]`, "S1", "x".repeat(2_000)],
  ] as const) {
    expect(markerAt(text, 0)).toEqual({ marker, quote, length: text.length });
    expect(markerAt(`ab${text}cd`, 2)).toEqual({ marker, quote, length: text.length });
  }
});

test("similar text is not a marker", () => {
  for (const text of [
    "[S]",
    "[s1]",
    "[T1]",
    "[S12345]",
    "[S1",
    "[S1 ]",
    "[S1:]",
    '[S1 "x"]',
    '[S1: "x]',
    '[S1: "x" y]',
    '[S1:      "x"]',
    '[S1: "x"      ]',
    `[S1: "${"x".repeat(2_001)}"]`,
    `[S1: “${"x".repeat(2_001)}”]`,
    "x[S1]",
  ])
    expect([text, markerAt(text, 0)]).toEqual([text, undefined]);
});

test("all markers of a text are found in order, none twice or inside another", () => {
  const text = 'a [S1: "one [S9]"] b [S2][S1: "one"] [S [S3: “x”]';
  expect([...markersIn(text)].map(({ marker, quote }) => `${marker} ${quote}`)).toEqual([
    "S1 one [S9]",
    "S2 ",
    "S1 one",
    "S3 x",
  ]);
  expect([...markersIn("none [here]")]).toEqual([]);
});

test("in any sequence of markers and partial markers, each complete one is found", () => {
  const piece = fc.constantFrom(
    ...[
      "[S1]",
      "[S2: ",
      '"',
      "“",
      "”",
      "]",
      "[S",
      "word ",
      '[S3: "x"]',
      "[S4: “y”]",
      "\\",
      "x".repeat(1_990),
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const expected: CitationMarker[] = [];
      for (let at = 0; at < text.length; at++) {
        const found = markerAt(text, at);
        if (!found) continue;
        expected.push(found);
        at += found.length - 1;
      }
      expect([...markersIn(text)]).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});

test("a curly quote may be as long as a straight one, wherever it closes", () => {
  for (const length of [1_999, 2_000]) {
    const text = `[S1234:    “${"x".repeat(length)}”    ]`;
    expect([...markersIn(text)]).toEqual([
      { marker: "S1234", quote: "x".repeat(length), length: text.length },
    ]);
  }
  expect([...markersIn(`[S1: “${"x".repeat(2_001)}”]`)]).toEqual([]);
});

test("a partial marker at the end of a text is held back", () => {
  const whole = '[S12: "words, [even] \\"these\\""  ]';
  for (let length = 1; length < whole.length; length++)
    expect([length, withoutUnfinished(`Text ${whole.slice(0, length)}`)]).toEqual([
      length,
      "Text ",
    ]);
  expect(withoutUnfinished(`Text ${whole}`)).toBe(`Text ${whole}`);
  expect(withoutUnfinished("Text [S1: “half")).toBe("Text ");
});

test("brackets that start no marker are not held back", () => {
  for (const text of [
    "An [array",
    "[x",
    "[S1]",
    "[S1 ",
    "[St",
    "a [1",
    "plain",
    "[S1: x",
    "[S12345",
  ])
    expect([text, withoutUnfinished(text)]).toEqual([text, text]);
  const long = `[S1: "${"x".repeat(2_100)}`;
  expect(withoutUnfinished(long)).toBe(long);
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { cutSpans } from "./highlighted.tsx";

test("the pieces add up to the text, for any spans", () => {
  const span = fc.record({
    start: fc.integer({ min: -5, max: 60 }),
    end: fc.integer({ min: -5, max: 60 }),
  });
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.array(span), (text, spans) => {
      expect(
        cutSpans(text, spans)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }),
  );
});

test("exactly the text covered by a span is marked", () => {
  expect(cutSpans("one two three", [{ start: 4, end: 7 }])).toEqual([
    { text: "one ", marked: false },
    { text: "two", marked: true },
    { text: " three", marked: false },
  ]);
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { answers, saidInPieces } from "../../../../test/support/answer-events.ts";
import { foldEvents } from "./fold-events.ts";

for (const { name, events, parts } of answers) {
  test(`a stored answer: ${name}`, () => {
    expect(foldEvents(events)).toEqual(parts);
  });
}

test("an answer is stored in the order of its events, however they were split", () => {
  fc.assert(
    fc.property(saidInPieces, ({ parts, events }) => {
      expect(foldEvents(events)).toEqual(parts);
    }),
    { numRuns: 500 },
  );
});

import { expect, test } from "bun:test";
import { findCitations } from "./find-citations.ts";

test("markers are found with their words, in order", () => {
  const text = 'Rents rise [S1: "by 3 % a year"], but [S12: “not in the first year”].';
  expect(findCitations(text, 0)).toEqual([
    { label: "S1", quote: "by 3 % a year", end: 32 },
    { label: "S12", quote: "not in the first year", end: 68 },
  ]);
});

test("an incomplete marker is left for later", () => {
  const text = 'Rents rise [S1: "by 3 %';
  expect(findCitations(text, 0)).toEqual([]);
  expect(findCitations(`${text} a year"]`, 0)).toHaveLength(1);
});

test("the search continues after the last match", () => {
  const text = '[S1: "one"] [S2: "two"]';
  const [first] = findCitations(text, 0);
  expect(findCitations(text, first?.end ?? 0).map(({ label }) => label)).toEqual(["S2"]);
});

test("words in quotation marks inside a quote belong to it", () => {
  expect(findCitations('[S1: "the "net" rent"]', 0)[0]?.quote).toBe('the "net" rent');
});

test("a very long run without an end does not stall the search", () => {
  expect(findCitations('[S1: "'.repeat(20_000), 0)).toEqual([]);
});

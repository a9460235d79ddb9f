import { expect, test } from "bun:test";
import type { CitationPart } from "../../lib/api-types.ts";
import { numberCitations } from "./number-citations.ts";

function part(marker: string, quote: string): CitationPart {
  return {
    type: "citation",
    marker,
    quote,
    fileId: "f",
    fileVersionId: "v",
    fileName: `${marker}.md`,
    start: 0,
    end: quote.length,
    verified: true,
  };
}

test("citations are numbered by their first occurrence in the text", () => {
  const text = 'b [S2: "two"] then a [S1: "one"] and again [S2: "two"]';
  const numbers = numberCitations(text, [part("S1", "one"), part("S2", "two")]);
  expect(numbers.find("S2", "two").number).toBe(1);
  expect(numbers.find("S1", "one").number).toBe(2);
  expect(numbers.sources.map(({ number, citation }) => [number, citation.marker])).toEqual([
    [1, "S2"],
    [2, "S1"],
  ]);
});

test("a number does not change while more text and more citations arrive", () => {
  const early = numberCitations('x [S1: "one"]', []);
  const late = numberCitations('x [S1: "one"] y [S2: "two"]', [
    part("S2", "two"),
    part("S1", "one"),
  ]);
  expect(late.find("S1", "one").number).toBe(early.find("S1", "one").number);
});

test("other words of the same source have their own number", () => {
  const numbers = numberCitations('[S1: "one"] [S1: "two"]', []);
  expect(numbers.find("S1", "one").number).not.toBe(numbers.find("S1", "two").number);
});

test("line breaks inside the quoted words do not matter, nor spaces around them", () => {
  const numbers = numberCitations('[S1: "one\n two"]', [part("S1", "one two")]);
  for (const quote of ["one\n two", " one two", "one  two\n"])
    expect(numbers.find("S1", quote)).toMatchObject({ number: 1, citation: { quote: "one two" } });
  expect(numbers.find("S1", "onetwo").citation).toBeUndefined();
});

test("a marker without a quote points to its whole source", () => {
  const numbers = numberCitations("[S1]", [part("S1", "one")]);
  expect(numbers.find("S1", "").citation?.marker).toBe("S1");
});

test("a marker of an unknown source has a number and opens nothing", () => {
  const numbers = numberCitations('[S9: "nothing"]', [part("S1", "one")]);
  expect(numbers.find("S9", "nothing")).toEqual({ number: 1, citation: undefined });
  expect(numbers.sources).toEqual([]);
});

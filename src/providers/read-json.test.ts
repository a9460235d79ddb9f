import { describe, expect, test } from "bun:test";
import { jsonPieces, parseJson } from "./read-json.ts";

describe("JSON", () => {
  test.each<[string, string, unknown]>([
    ["plain", '{"a":[1,"x"]}', { a: [1, "x"] }],
    ["null", "null", null],
    [
      "with numbers that it does not have",
      '{"a":NaN,"b":[Infinity, -Infinity ,1]}',
      { a: null, b: [null, null, 1] },
    ],
    ["with bare control characters", '{"a":"x\ty\u0001"}', { a: "x y " }],
    ["cut", '{"a":', undefined],
    ["of words", "Bad gateway", undefined],
    ["of nothing", "", undefined],
  ])("%s", (_, text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test("has its words as they are, those of a number too", () => {
    expect(parseJson('{"a":"x, NaN, y"}')).toEqual({ a: "x, NaN, y" });
  });
});

describe("the values in a text", () => {
  test.each<[string, string, string[]]>([
    ["glued", '{"a":1}{"b":[2]}', ['{"a":1}', '{"b":[2]}']],
    ["in lines", '{"a":1}\n[2]\n', ['{"a":1}', "[2]"]],
    ["with marks of nesting inside words", '{"a":"}\\"{["}{"b":2}', ['{"a":"}\\"{["}', '{"b":2}']],
    ["between words, with stray marks", 'x "y" {"a":1}], {"b":2}', ['{"a":1}', '{"b":2}']],
    ["of which the last is cut", '{"a":1}{"b":"', ['{"a":1}', '{"b":"']],
    ["of words alone", "Bad gateway", []],
  ])("%s", (_, text, pieces) => {
    expect(jsonPieces(text)).toEqual(pieces);
  });
});

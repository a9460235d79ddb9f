import { expect, test } from "bun:test";
import { integerAt, member, parseJson, textAt } from "./json.ts";

test("text that is not JSON gives undefined", () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson("{")).toBeUndefined();
  expect(parseJson("")).toBeUndefined();
});

test("members are read only if they have the requested type", () => {
  const value = { text: "x", empty: "", whole: 0, part: 0.5, none: null };
  expect(member(value, "none")).toBeNull();
  expect(member(null, "x")).toBeUndefined();
  expect(member("text", "length")).toBeUndefined();
  expect(textAt(value, "text")).toBe("x");
  expect(textAt(value, "empty")).toBe("");
  expect(textAt(value, "whole")).toBeUndefined();
  expect(integerAt(value, "whole")).toBe(0);
  expect(integerAt(value, "part")).toBeUndefined();
  expect(integerAt({ whole: "1" }, "whole")).toBeUndefined();
  expect(integerAt({ whole: Number.NaN }, "whole")).toBeUndefined();
});

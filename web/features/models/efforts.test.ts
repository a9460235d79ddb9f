import { expect, test } from "bun:test";
import { effortOf, effortOptions } from "./efforts.ts";

test("a field's value is an effort or none", () => {
  const values = ["off", "low", "medium", "high", "", "most"];
  expect(values.map(effortOf)).toEqual(["off", "low", "medium", "high", null, null]);
});

test("not choosing comes first, then from none to most", () => {
  const options = effortOptions("Auto");
  expect(options.map(({ value }) => value)).toEqual(["", "off", "low", "medium", "high"]);
  expect(options[0]?.label).toBe("Auto");
  expect(new Set(options.map(({ label }) => label)).size).toBe(5);
});

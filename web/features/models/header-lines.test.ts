import { expect, test } from "bun:test";
import { headersIn, linesOf } from "./header-lines.ts";

const plain = { name: "X-Team", value: "blue", secret: false };
const hidden = { name: "X-Hidden", value: null, secret: true };

test("headers are lines, and what is not changed comes back as it was", () => {
  const text = linesOf([plain, hidden]);
  expect(text).toBe("X-Team: blue\nX-Hidden: ••••");
  expect(headersIn(text, [plain, hidden])).toEqual([plain, hidden]);
});

test.each([
  ["X-New:  a: b ", [{ name: "X-New", value: "a: b", secret: true }]],
  ["X-Team: red", [{ name: "X-Team", value: "red", secret: false }]],
  ["X-Hidden: new", [{ name: "X-Hidden", value: "new", secret: true }]],
  ["\n \nX-A: 1\n", [{ name: "X-A", value: "1", secret: true }]],
  ["no colon", [{ name: "no colon", value: "", secret: true }]],
  ["", []],
])("%j is read", (text, headers) => {
  expect(headersIn(text, [plain, hidden])).toEqual(headers);
});

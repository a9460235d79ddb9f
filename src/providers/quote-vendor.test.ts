import { expect, test } from "bun:test";
import { quoteVendor } from "./quote-vendor.ts";

const long = "word ".repeat(13);

test.each<[string, string | undefined]>([
  ["Unsupported value: 'temperature'", "Unsupported value: 'temperature'"],
  ["  two\nlines\u0000 ", "two lines"],
  ["", undefined],
  [" \n", undefined],
  ["see https://host.example/x?key=1 for more", "see … for more"],
  ["from 10.0.0.7:8080", "from …"],
  ["write to ada@example.com", "write to …"],
  ["Incorrect API key provided: abc", "Incorrect API key provided: …"],
  ["key sk-abcdef12 is bad", "key … is bad"],
  ["in organization org_01kgg5588", "in organization …"],
  ["header Bearer abc.def", "header …"],
  ["team 16f2151a-40f4-4a80-8ad0-cae00c27e8dd has", "team … has"],
  ["token abcdefghijklmnopqrstuvwx12", "token …"],
  [`you said "${long}" here`, "you said … here"],
  [`you said '${long}' here`, "you said … here"],
  [`you said \`${long}\` here`, "you said … here"],
  ["maximum is 8192 tokens", "maximum is 8192 tokens"],
  ["internationalisationsoftware", "internationalisationsoftware"],
])("%j is quoted as %j", (message, quoted) => {
  expect(quoteVendor(message)).toBe(quoted);
});

test("exact secrets are hidden, if they are long enough to be one", () => {
  expect(quoteVendor("key mine is bad", ["mine", "is"])).toBe("key … is bad");
});

test("300 characters are quoted", () => {
  expect(quoteVendor("ab ".repeat(100).trim())).toHaveLength(299);
  expect(quoteVendor("a.".repeat(150))).toBe("a.".repeat(150));
  expect(quoteVendor("a.".repeat(151))).toBe(`${"a.".repeat(149)}a…`);
});

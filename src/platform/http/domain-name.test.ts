import { expect, test } from "bun:test";
import { toDomain } from "./domain-name.ts";

test("a domain is compared without case, final dot and script", () => {
  for (const [text, domain] of [
    ["example.com", "example.com"],
    [" Example.COM. ", "example.com"],
    ["Bücher.example", "xn--bcher-kva.example"],
    ["XN--BCHER-KVA.example", "xn--bcher-kva.example"],
    ["ｅｘａｍｐｌｅ。com", "example.com"],
    ["mail.example.co.uk", "mail.example.co.uk"],
  ] as const)
    expect([text, toDomain(text)]).toEqual([text, domain]);
});

test("what is no domain name of two labels or more is none", () => {
  for (const text of [
    "",
    ".",
    "com",
    "localhost",
    "a@b.example",
    "*.example.com",
    ".example.com",
    "exa mple.com",
    "-a.example",
    "a-.example",
    "a..example",
    "a_b.example",
    "example.com/path",
    "example.com:25",
    "192.0.2.1",
    "[2001:db8::1]",
    `${"a".repeat(64)}.example`,
    `${"a.".repeat(130)}example`,
  ])
    expect([text, toDomain(text)]).toEqual([text, null]);
});

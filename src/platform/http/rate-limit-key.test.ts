import { expect, test } from "bun:test";
import { rateLimitKey } from "./rate-limit-key.ts";

test("an IPv6 address counts as its network, whatever its spelling", () => {
  const network = "2001:0db8:0000:0001::/64";
  expect(rateLimitKey("2001:db8:0:1::5")).toBe(network);
  expect(rateLimitKey("2001:0DB8:0:1:ffff:ffff:ffff:ffff")).toBe(network);
  expect(rateLimitKey("2001:db8:0:2::5")).not.toBe(network);
});

test("an IPv4 address counts as itself, also in an IPv6 socket", () => {
  expect(rateLimitKey("192.0.2.7")).toBe("192.0.2.7");
  expect(rateLimitKey("::ffff:192.0.2.7")).toBe("192.0.2.7");
});

test("a value that is no address is counted too", () => {
  for (const odd of ["unknown", "fe80::1%eth0", ":::", "1:2", ""])
    expect(rateLimitKey(odd)).toBe(odd);
  expect(rateLimitKey(undefined)).toBe("local");
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { namesHost, ownPath, readLink } from "./links.ts";

const origin = "https://atelier.example";

test("a link to another host is shown with the host that the browser resolves", () => {
  for (const [address, href, host] of [
    ["https://example.com", "https://example.com/", "example.com"],
    [" http://EXAMPLE.com:8080/a b ", "http://example.com:8080/a%20b", "example.com:8080"],
    [
      "https://atelier.example@evil.example/",
      "https://atelier.example@evil.example/",
      "evil.example",
    ],
    ["https://аpple.example/", "https://xn--pple-43d.example/", "xn--pple-43d.example"],
    ["https:\\\\evil.example\\x", "https://evil.example/x", "evil.example"],
  ] as const)
    expect(readLink(address, origin)).toEqual({ href, host });
});

test("a link within this site is a path, however it was written", () => {
  for (const [address, href] of [
    ["/threads/1?a=b#c", "/threads/1?a=b#c"],
    ["/a/../b", "/b"],
    ["https://atelier.example/projects", "/projects"],
    ["#part", "#part"],
    [" /x ", "/x"],
  ] as const)
    expect(readLink(address, origin)).toEqual({ href, host: undefined });
});

test("a mail address has no host", () => {
  expect(readLink("mailto:a@example.com", origin)).toEqual({
    href: "mailto:a@example.com",
    host: undefined,
  });
});

test("unsafe or incomplete addresses are not links", () => {
  for (const address of [
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://atelier.example/1",
    "ftp://example.com/",
    "words",
    "docs/readme.md",
    "\\\\evil.example",
    "https://",
    "",
  ])
    expect([address, readLink(address, origin)]).toEqual([address, undefined]);
});

/** Ways to write a path that browsers read as another host. */
const disguised = [
  "//evil.example",
  "/\\evil.example",
  "/\\/evil.example",
  "//\\evil.example",
  "/\t/evil.example",
  "/\n\\evil.example",
  "\t//evil.example",
  "///evil.example",
];
/** Ways to write one that stays ours until the path is extracted from the address. */
const folded = [
  "/..//evil.example",
  "/a/..//evil.example",
  "/.//evil.example",
  "/\t//evil.example",
];

test("a disguised path to another host is refused", () => {
  for (const address of disguised) {
    expect(new URL(address.trim(), origin).host).toBe("evil.example");
    expect([address, readLink(address, origin)]).toEqual([address, undefined]);
    expect([address, ownPath(address, origin)]).toEqual([address, undefined]);
  }
});

test("a path that would become another host when used alone is refused", () => {
  for (const address of [...folded, `${origin}//evil.example`])
    expect([address, readLink(address, origin)]).toEqual([address, undefined]);
});

test("an accepted path stays on this site in every browser", () => {
  const piece = fc.constantFrom(
    "/",
    "\\",
    "\t",
    "\n",
    ".",
    "..",
    "@",
    ":",
    "?",
    "#",
    "evil.example",
    "a",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = ownPath(`/${pieces.join("")}`, origin);
      if (path === undefined) return;
      expect(path.startsWith("/")).toBe(true);
      expect(new URL(path, origin).origin).toBe(origin);
      expect(new URL(path, "https://other.example").host).toBe("other.example");
    }),
    { numRuns: 2_000 },
  );
});

test("only paths are accepted as paths of this site", () => {
  expect(ownPath("/a", origin)).toBe("/a");
  expect(ownPath("https://atelier.example/a", origin)).toBeUndefined();
  expect(ownPath("#a", origin)).toBeUndefined();
});

test("link text names a host only when it begins with exactly that host", () => {
  for (const words of [
    "example.com",
    "https://example.com",
    " HTTP://Example.com/a",
    "example.com?a",
    "example.com#b",
  ])
    expect([words, namesHost(words, "example.com")]).toEqual([words, true]);
  for (const words of [
    "",
    "words",
    "example.com.evil.example",
    "example.com@evil",
    "see example.com",
    "https://example.co",
    "ftp://example.com",
  ])
    expect([words, namesHost(words, "example.com")]).toEqual([words, false]);
  expect(namesHost("example.com", "example.com:8080")).toBe(false);
});

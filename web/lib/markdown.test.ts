import { expect, test } from "bun:test";
import fc from "fast-check";
import { type MarkdownOptions, renderBlocks, safeLink } from "./markdown.ts";

const html = (text: string, options?: MarkdownOptions) => renderBlocks(text, options).join("");
const cite: MarkdownOptions["cite"] = (marker, quote) => ({
  number: Number(marker.slice(1)),
  verified: quote === "true words",
  label: `Source ${marker}`,
});

test("tables, lists, emphasis and code become what they mean", () => {
  expect(html("| a | b |\n|---|--:|\n| 1 | 2 |")).toContain('<td class="align-right">2</td>');
  expect(html("- one\n- two")).toContain("<li>one</li>");
  expect(html("**bold** and `code`")).toContain("<strong>bold</strong> and <code>code</code>");
  expect(html("```ts\nconst a = 1 < 2;\n```")).toContain('data-language="ts">const a = 1 &lt; 2;');
});

test("a document's own tags are shown as text", () => {
  const out = html("<script>alert(1)</script>\n\nhello <img src=x onerror=alert(1)>");
  expect(out).not.toContain("<script");
  expect(out).not.toContain("<img");
  expect(out).toContain("&lt;script&gt;");
});

test("a citation marker becomes a numbered chip that carries its words", () => {
  const out = html('Yes [S2: "true words"].', { cite });
  expect(out).toContain(
    '<button type="button" class="cite" data-marker="S2" data-quote="true words"',
  );
  expect(out).toContain(">2</button>");
  expect(html('No [S1: "other"]', { cite })).toContain('class="cite unverified"');
});

test("curly quotes and escaped quotes are citation marks too", () => {
  expect(html("[S1: “true words”]", { cite })).toContain('data-quote="true words"');
  expect(html('[S1: "say \\"hi\\""]', { cite })).toContain('data-quote="say &quot;hi&quot;"');
});

test("an unfinished marker at the end of a stream is not shown, and nothing else is lost", () => {
  for (const tail of ["[", "[S", "[S1", "[S1:", '[S1: "', '[S1: "half of the wor', '[S1: "all"']) {
    expect(html(`Text ${tail}`, { cite, streaming: true })).toMatch(/^<p>Text ?<\/p>\n$/);
  }
  expect(html("An [array] here", { cite, streaming: true })).toContain("[array]");
});

test("only addresses that a person may safely follow become links", () => {
  expect(safeLink("https://example.com/a")).toBe("https://example.com/a");
  expect(safeLink("mailto:a@example.com")).toBe("mailto:a@example.com");
  expect(safeLink("/projects/1")).toBe("/projects/1");
  for (const bad of [
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example",
    "file:///etc/passwd",
  ]) {
    expect(safeLink(bad)).toBeUndefined();
  }
  expect(html("[x](javascript:alert(1))")).not.toContain("href");
  expect(html("[x](https://example.com)")).toContain('rel="noopener noreferrer nofollow"');
});

test("an image of another host is a link, so that reading asks nobody else for anything", () => {
  const out = html("![chart](https://evil.example/pixel.png)");
  expect(out).not.toContain("<img");
  expect(out).toContain('href="https://evil.example/pixel.png"');
});

test("no text makes the renderer emit a tag it does not know", () => {
  const known =
    /^(?:a|blockquote|br|button|code|del|div|em|h[1-6]|hr|img|li|ol|p|pre|span|strong|table|tbody|td|th|thead|tr|ul)$/;
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "<",
      ">",
      '"',
      "'",
      "`",
      "```",
      "[",
      "](",
      ")",
      "![",
      "\n",
      "\n\n",
      "|",
      "&lt;",
      "<svg/onload=x>",
      "<a href='javascript:x'>",
      "<!--",
      "]]>",
      "javascript:",
      "<style>",
      '[S1: "',
      "onerror=",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const out = html(pieces.join(""), { cite });
      for (const [, tag] of out.matchAll(/<\/?([a-zA-Z][^\s/>]*)/g)) expect(tag).toMatch(known);
    }),
    { numRuns: 500 },
  );
});

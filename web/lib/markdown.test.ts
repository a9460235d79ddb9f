import { expect, test } from "bun:test";
import fc from "fast-check";
import { Markdown, type MarkdownOptions } from "./markdown.ts";
import { createRenderer } from "./markdown-renderer.ts";

/** Without a time limit, so that the result depends on the text alone. */
const reader = () =>
  new Markdown(
    (block) => block,
    () => 0,
  );
const html = (text: string, options?: MarkdownOptions) => reader().render(text, options).join("");
const cite: MarkdownOptions["cite"] = (marker, quote) => ({
  number: Number(marker.slice(1)),
  verified: quote === "true words",
  label: `Source ${marker}`,
});

test("tables, lists, emphasis and code are rendered", () => {
  expect(html("| a | b |\n|---|--:|\n| 1 | 2 |")).toContain('<td class="align-right">2</td>');
  expect(html("- one\n- two")).toContain("<li>one</li>");
  expect(html("**bold** and `code`")).toContain("<strong>bold</strong> and <code>code</code>");
  expect(html("```ts\nconst a = 1 < 2;\n```")).toContain('data-language="ts">const a = 1 &lt; 2;');
});

test("HTML in the document is shown as text", () => {
  const out = html("<script>alert(1)</script>\n\nhello <img src=x onerror=alert(1)>");
  expect(out).not.toContain("<script");
  expect(out).not.toContain("<img");
  expect(out).toContain("&lt;script&gt;");
});

test("a citation marker becomes a numbered chip with its quote", () => {
  const out = html('Yes [S2: "true words"].', { cite });
  expect(out).toContain(
    '<button type="button" class="cite" data-marker="S2" data-quote="true words"',
  );
  expect(out).toContain(">2</button>");
  expect(html('No [S1: "other"]', { cite })).toContain('class="cite unverified"');
});

test("curly quotes and escaped quotes work in citation markers", () => {
  expect(html("[S1: “true words”]", { cite })).toContain('data-quote="true words"');
  expect(html('[S1: "say \\"hi\\""]', { cite })).toContain('data-quote="say &quot;hi&quot;"');
});

test("a partial marker at the end of a stream is hidden, and nothing else", () => {
  for (const tail of ["[", "[S", "[S1", "[S1:", '[S1: "', '[S1: "half of the wor', '[S1: "all"']) {
    expect(html(`Text ${tail}`, { cite, streaming: true })).toMatch(/^<p>Text ?<\/p>\n$/);
  }
  expect(html("An [array] here", { cite, streaming: true })).toContain("[array]");
});

test("an unsafe address is no link", () => {
  for (const bad of [
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/\\evil.example",
  ])
    expect(html(`[words](${bad})`)).toBe("<p>words</p>\n");
});

test("a link to another host shows the host, unless its text does", () => {
  const rel = 'target="_blank" rel="noopener noreferrer nofollow external"';
  expect(html("[x](https://example.com/a?b=1&c)")).toBe(
    `<p><a href="https://example.com/a?b=1&amp;c" ${rel}>x</a> <span class="link-host">(example.com)</span></p>\n`,
  );
  expect(html("https://example.com/a")).toBe(
    `<p><a href="https://example.com/a" ${rel}>https://example.com/a</a></p>\n`,
  );
  expect(html("[https://good.example](https://evil.example)")).toContain("(evil.example)");
  expect(html("[`example.com`/a](https://example.com/a)")).not.toContain("link-host");
});

test("a link within the site, or to a mail address, shows no host", () => {
  const rel = 'target="_blank" rel="noopener noreferrer nofollow"';
  expect(html("[x](/threads/1)")).toBe(`<p><a href="/threads/1" ${rel}>x</a></p>\n`);
  expect(html("[x](mailto:a@example.com)")).toBe(
    `<p><a href="mailto:a@example.com" ${rel}>x</a></p>\n`,
  );
});

test("an image becomes a link, so that reading sends no requests", () => {
  for (const address of ["https://evil.example/pixel.png", "/api/v1/me", "/api/v1/projects/1/x"]) {
    expect(html(`![chart](${address})`)).not.toContain("<img");
    expect(html(`![chart](${address})`)).toContain(`href="${address}"`);
  }
  expect(html("![](https://example.com/a.png)")).toContain(">https://example.com/a.png</a>");
});

test("no text makes the renderer emit an unknown tag", () => {
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

/** Typical blocks of people and models. */
const block = fc.constantFrom(
  "# Heading",
  "Title\n=====",
  "Some *words*, **strong**, `code`, ~~gone~~ and [a link](https://example.com/a).",
  "Two lines\nof one paragraph.  \nAnd a third.",
  "- one\n- two\n  - inner\n- three",
  "- loose\n\n- list\n\n  with more\n\n      and code",
  "1. first\n2. second\n\n   more of it",
  "- [x] done\n- [ ] open",
  "> A quote\n> goes on\n\n> and another",
  "```ts\nconst a = 1;\n\n# no heading\n```",
  "~~~\nopen\n~~~",
  "    indented\n\n    code",
  "| a | b |\n|---|:-:|\n| 1 | `x` |",
  "***",
  "See [the page][ref] and https://example.com.",
  "[ref]: https://example.com/ref",
  "Text\n```\ncode at once\n```\nmore text",
  "<b>shown</b> as text",
);
const documentOf = fc
  .array(fc.tuple(block, fc.constantFrom("\n\n", "\n\n\n", "\n \n")), { maxLength: 8 })
  .map((blocks) => blocks.map(([text, gap]) => text + gap).join(""));

test("a document parsed segment by segment renders like the whole", () => {
  const whole = createRenderer(() => undefined);
  fc.assert(
    fc.property(documentOf, (text) => {
      expect(html(text).trim()).toBe(String(whole.parse(text)).trim());
    }),
    { numRuns: 400 },
  );
});

test("a text that arrived in pieces renders as if it had arrived at once", () => {
  fc.assert(
    fc.property(
      fc.oneof(documentOf, fc.string({ maxLength: 60 })),
      fc.array(fc.nat({ max: 400 }), { maxLength: 6 }),
      (text, cuts) => {
        const markdown = reader();
        for (const cut of cuts.toSorted((a, b) => a - b))
          markdown.render(text.slice(0, cut), { cite, streaming: true });
        expect(markdown.render(text, { cite })).toEqual(reader().render(text, { cite }));
      },
    ),
    { numRuns: 400 },
  );
});

test("a reader can be given another text", () => {
  const markdown = reader();
  expect(markdown.render("*a*\n\nb")).toEqual(["<p><em>a</em></p>\n", "<p>b</p>\n"]);
  expect(markdown.render("*a*")).toEqual(["<p><em>a</em></p>\n"]);
  expect(markdown.render("c\n\n*a*")).toEqual(["<p>c</p>\n", "<p><em>a</em></p>\n"]);
  expect(markdown.render("")).toEqual([]);
});

test("a block is rendered once, and not again while others arrive or change", () => {
  const made: string[] = [];
  const markdown = new Markdown(
    (html) => {
      made.push(html);
      return html;
    },
    () => 0,
  );
  markdown.render("one\n\ntwo", { streaming: true });
  markdown.render("one\n\ntwo and", { streaming: true });
  markdown.render("one\n\ntwo and\n\nthree", { streaming: true });
  markdown.render("one\n\ntwo and\n\nthree");
  expect(made).toEqual(["<p>one</p>\n", "<p>two</p>\n", "<p>two and</p>\n", "<p>three</p>\n"]);
});

test("a citation that is verified later changes only its block", () => {
  const made: string[] = [];
  const markdown = new Markdown(
    (html) => {
      made.push(html);
      return html;
    },
    () => 0,
  );
  const text = 'one [S1: "a"]\n\ntwo [S2: "b"]\n\nthree';
  const chips = (verified: boolean | undefined, label = "x", first = 1) => ({
    cite: (marker: string) =>
      marker === "S1"
        ? { number: first, verified: true, label: "" }
        : { number: 2, verified, label },
  });
  markdown.render(text, chips(undefined));
  expect(made).toHaveLength(3);
  markdown.render(text, chips(undefined));
  expect(made).toHaveLength(3);
  expect(markdown.render(text, chips(false))[1]).toContain("unverified");
  expect(made).toHaveLength(4);
  expect(markdown.render(text, chips(false, "other"))[1]).toContain('aria-label="other"');
  expect(made).toHaveLength(5);
  expect(markdown.render(text, chips(false, "other", 7))[0]).toContain(">7</button>");
  expect(made).toHaveLength(6);
  expect(markdown.render(text)[1]).toBe("<p>two </p>\n");
});

test("a reference is resolved, also when its definition comes later", () => {
  const markdown = reader();
  const text = "See [it] and [that][b].\n\nno brackets";
  expect(markdown.render(text)[0]).toBe("<p>See [it] and [that][b].</p>\n");
  const defined = `${text}\n\n[it]: /one\n[B]: /two "title"\n`;
  expect(markdown.render(defined)[0]).toContain('href="/one"');
  expect(markdown.render(defined)[0]).toContain('href="/two"');
  expect(markdown.render(defined)).toHaveLength(2);
  expect(markdown.render(text)[0]).toBe("<p>See [it] and [that][b].</p>\n");
});

test("a definition is ignored until its line is complete", () => {
  const markdown = reader();
  const text = "See [it].\n\n[it]: /one";
  expect(markdown.render(text, { streaming: true })[0]).toBe("<p>See [it].</p>\n");
  expect(markdown.render(`${text}\n\nmore`, { streaming: true })[0]).toContain('href="/one"');
  expect(markdown.render(text)[0]).toContain('href="/one"');
});

test("of thousands of definitions the first 200 are used", () => {
  const definitions = Array.from({ length: 300 }, (_, index) => `[r${index}]: /p${index}`);
  const out = html(`[r0] [r199] [r200]\n\n${definitions.join("\n")}`);
  expect(out).toContain('href="/p0"');
  expect(out).toContain('href="/p199"');
  expect(out).not.toContain('href="/p200"');
});

test("a <br> in the document is a line break, in a cell too; other tags are text", () => {
  expect(html("a<br>b<BR />c")).toBe("<p>a<br>b<br>c</p>\n");
  expect(html("| a |\n|---|\n| 1<br/>2 |")).toContain("<td>1<br>2</td>");
  expect(html("a<hr>b")).toBe("<p>a&lt;hr&gt;b</p>\n");
});

test("a code block shows its language, if it has a plain name", () => {
  expect(html("```C++ extra\nx\n```")).toContain('data-language="c++">x');
  expect(html("```\nx\n```")).toContain("<span>code</span>");
  expect(html("```\nx\n```")).not.toContain("data-language");
  expect(html('```"><x\ny\n```')).not.toContain("data-language");
  expect(html("- [x] a\n- [ ] b")).toContain("☑ a");
  expect(html("- [x] a\n- [ ] b")).toContain("☐ b");
});

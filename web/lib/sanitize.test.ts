import { afterAll, beforeAll, expect, test } from "bun:test";
import { hostileMarkdown } from "../../test/fixtures/hostile-markdown.ts";
import { openPage, type TestPage } from "../test/page.ts";
import { Markdown } from "./markdown.ts";
import { sanitize } from "./sanitize.ts";

let page: TestPage;
beforeAll(() => {
  page = openPage();
});
afterAll(() => page[Symbol.dispose]());

test("everything that the renderer writes passes unchanged", () => {
  const text = `# H1\n\n###### H6\n\n> a\n\n1. b\n\n3. c\n\n- d **e** *f* ~~g~~ \`h\`<br>\n\n---\n
| a | b |\n|:-:|---|\n| 1 | 2 |\n\n\`\`\`ts\nx\n\`\`\`\n
[own](/threads/1) [foreign](https://example.com/) [mail](mailto:a@example.com) [S1: "q"]`;
  const blocks = new Markdown((block) => block).render(text, {
    cite: () => ({ number: 1, verified: false, label: "Source" }),
  });
  const asParsed = (html: string) => html.replaceAll("data-copy>", 'data-copy="">');
  for (const block of blocks) expect(sanitize(block)).toBe(asParsed(block));
  const all = blocks.join("");
  for (const tag of [
    "h1",
    "h6",
    "blockquote",
    "ol",
    "ul",
    "li",
    "strong",
    "em",
    "del",
    "br",
    "hr",
    "table",
    "pre",
    "button",
  ])
    expect([tag, all.includes(`<${tag}`)]).toEqual([tag, true]);
});

test("every tag and attribute that the renderer may write is allowed", () => {
  for (const tag of ["h2", "h3", "h4", "h5", "div", "span", "code"])
    expect(sanitize(`<${tag}>x</${tag}>`)).toBe(`<${tag}>x</${tag}>`);
  const button =
    '<button type="button" class="cite" data-marker="S1" data-quote="q" aria-label="l" data-copy="">1</button>';
  expect(sanitize(button)).toBe(button);
  const code = '<pre tabindex="0"><code data-language="ts">x</code></pre>';
  expect(sanitize(code)).toBe(code);
  expect(sanitize('<ol start="3"><li>x</li></ol>')).toBe('<ol start="3"><li>x</li></ol>');
  const head =
    '<table><thead><tr><th scope="col">x</th></tr></thead><tbody><tr><td>y</td></tr></tbody></table>';
  expect(sanitize(head)).toBe(head);
});

test("a tag or attribute that the renderer does not write is removed", () => {
  for (const html of [
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)" id="x" style="color:red" onclick="alert(1)" data-x="1" aria-hidden="true" title="t">x</a>',
    "<script>alert(1)</script>",
    "<svg><circle/></svg>",
    "<form><input></form>",
    '<a href="data:text/html,x">x</a>',
  ])
    expect(sanitize(html)).not.toMatch(
      /<(?:img|script|svg|form|input)|href|id=|style|onclick|data-x|aria-hidden|title/,
    );
});

test("an address is checked again as the browser resolves it", () => {
  for (const href of ["/\\evil.example", "//evil.example", "/\t/evil.example", "/..//evil.example"])
    expect([href, sanitize(`<a href="${href}">x</a>`)]).toEqual([href, "<a>x</a>"]);
  for (const href of [
    "/threads/1",
    "#part",
    "https://example.com/",
    "http://example.com/",
    "mailto:a@example.com",
  ])
    expect(sanitize(`<a href="${href}">x</a>`)).toBe(`<a href="${href}">x</a>`);
});

test("nothing hostile passes renderer and sanitizer", () => {
  const markdown = new Markdown(sanitize);
  for (const text of hostileMarkdown) {
    const out = markdown
      .render(text, { cite: () => ({ number: 1, verified: true, label: "" }) })
      .join("");
    const root = document.createElement("div");
    root.innerHTML = out;
    expect(
      root.querySelectorAll("img,script,svg,iframe,style,form,input,object,embed,base,meta,link")
        .length,
    ).toBe(0);
    for (const element of root.querySelectorAll("*")) {
      const names = element.getAttributeNames();
      expect(names.filter((name) => /^on|^(?:id|style|src|srcdoc)$/.test(name))).toEqual([]);
      const href = element.getAttribute("href");
      if (href !== null) expect(href).toMatch(/^(?:https?:\/\/|mailto:|\/(?!\/)|#)/);
    }
  }
});

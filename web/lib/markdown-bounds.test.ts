import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { markersIn } from "./citation-marker.ts";
import { Markdown } from "./markdown.ts";
import { MAX_COLUMNS, MAX_DEPTH } from "./markdown-lexer.ts";

/** Without a time limit, so that the result depends on the text alone. */
const reader = () =>
  new Markdown(
    (block) => block,
    () => 0,
  );
const blocksOf = (text: string) => reader().render(text);
const html = (text: string) => blocksOf(text).join("");
const fill = (unit: string, length: number) =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/** Nesting depth of the tags. */
function depthOf(markup: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of markup.matchAll(/<\/?[a-z][^>]*>/g)) {
    if (/^<(?:br|hr)/.test(tag)) continue;
    depth += tag.startsWith("</") ? -1 : 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** The text of a page, without its tags. */
const wordsOf = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, "")
    .replaceAll("&gt;", ">")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&");

/** Texts that once crashed or blocked a page. */
const found: Record<string, string> = {
  "quotes in quotes": `${">".repeat(2_500)}a`,
  "underscores in words": fill("_a", 146_000),
  "open brackets": fill("[", 146_000),
  "emphasis that crosses": fill("*a**a", 146_000),
  "a table of 20,000 columns": `|${"a|".repeat(20_000)}\n|${"-|".repeat(20_000)}\n|${"b|".repeat(20_000)}`,
  "open links": fill("[a](", 146_000),
};

test("texts that once crashed a page are shown without loss", () => {
  for (const [name, text] of Object.entries(found)) {
    const shown = html(text);
    expect([name, shown.length > 0, depthOf(shown) <= 2 * MAX_DEPTH + 2]).toEqual([
      name,
      true,
      true,
    ]);
    const letters = (from: string) => from.replace(/[^a-z[]/g, "").length;
    expect([name, letters(wordsOf(shown))]).toEqual([name, letters(text)]);
  }
});

describe("nesting", () => {
  const nested: Record<string, (depth: number) => string> = {
    quotes: (depth) => `${"> ".repeat(depth)}end`,
    "quotes over lines": (depth) =>
      `${Array.from({ length: depth }, (_, level) => `${">".repeat(level + 1)} a`).join("\n")}\n${">".repeat(depth)} end`,
    "lists on one line": (depth) => `${"- ".repeat(depth)}end`,
    "numbered lists on one line": (depth) => `${"1. ".repeat(depth)}end`,
    "lists by indentation": (depth) =>
      Array.from({ length: depth }, (_, level) => `${"  ".repeat(level)}- end`).join("\n"),
    "quotes and lists": (depth) => `${"> - ".repeat(depth / 2)}end`,
    emphasis: (depth) =>
      `${"*a __b ".repeat(depth / 2)}end${"__ *".repeat(depth / 2).replaceAll(" ", "")}`,
    "links and emphasis": (depth) => `${"[*a ".repeat(depth / 2)}end${"*](/x)".repeat(depth / 2)}`,
    "struck out": (depth) => `${"~a ~~b ".repeat(depth / 2)}end${"~~~".repeat(depth / 2)}`,
    images: (depth) => `${"![a".repeat(depth)}end${"](/x)".repeat(depth)}`,
  };

  for (const [name, make] of Object.entries(nested)) {
    test(`${name}: is parsed up to the depth limit, and plain below ${MAX_DEPTH}`, () => {
      for (const depth of [2, 8, 40, 62, 66, 200, 1_000]) {
        const shown = html(make(depth));
        expect([depth, shown.includes("end")]).toEqual([depth, true]);
        // A list item is two tags, a paragraph in a quote one more.
        expect([depth, depthOf(shown) <= 2 * MAX_DEPTH + 2]).toEqual([depth, true]);
      }
    });
  }

  test("the depth of quotes is counted exactly", () => {
    const quotes = (depth: number) =>
      html(`${"> ".repeat(depth)}end`).split("<blockquote>").length - 1;
    expect(quotes(10)).toBe(10);
    expect(quotes(MAX_DEPTH - 2)).toBe(MAX_DEPTH - 2);
    expect(quotes(MAX_DEPTH + 50)).toBe(MAX_DEPTH);
  });

  test("the depth of emphasis is counted exactly", () => {
    const strong = (depth: number) => {
      const marks = Array.from({ length: depth }, (_, level) => (level % 2 === 0 ? "**" : "__"));
      const opening = marks.map((mark) => `${mark}a `).join("");
      const closing = marks.toReversed().map((mark) => ` a${mark}`);
      return html(`${opening}end${closing.join("")}`).split("<strong>").length - 1;
    };
    expect(strong(6)).toBe(6);
    expect(strong(100)).toBeLessThanOrEqual(MAX_DEPTH);
  });
});

test("a table with too many columns stays plain", () => {
  const table = (columns: number) =>
    `|${"a|".repeat(columns)}\n|${"-|".repeat(columns)}\n|${"b|".repeat(columns)}`;
  expect(html(table(MAX_COLUMNS))).toContain("<table>");
  expect(html(table(MAX_COLUMNS)).split("<td>").length - 1).toBe(MAX_COLUMNS);
  expect(html(table(MAX_COLUMNS + 1))).not.toContain("<table>");
  expect(html("a | b\n--|--\nc | d")).toContain("<td>d</td>");
});

test("a heading may be underlined, a long paragraph before a line of dashes is not one", () => {
  expect(html("Title\n=====\n\ntext")).toBe("<h1>Title</h1>\n<p>text</p>\n");
  expect(html("a\nb\n---")).toBe("<h2>a\nb</h2>\n");
  expect(html(`${fill("words ", 6_000)}\n---`)).not.toContain("<h2>");
});

test("a block that is too long stays plain, in pieces; code may be any length", () => {
  const long = `${fill("some *words* here\n", 33_000)}end`;
  const shown = blocksOf(`# Before\n\n${long}\n\n*after*`);
  expect(shown[0]).toBe("<h1>Before</h1>\n");
  expect(shown.at(-1)).toBe("<p><em>after</em></p>\n");
  const pieces = shown.slice(1, -1);
  expect(pieces.length).toBe(5);
  for (const piece of pieces) {
    expect(piece).toMatch(/^<p class="as-written">[^<]*<\/p>$/);
    expect(piece.length).toBeLessThan(8_300);
  }
  expect(pieces.map(wordsOf).join("")).toBe(long);
  const code = fill("const a = 1;\n", 200_000);
  expect(html(`\`\`\`ts\n${code}\n\`\`\``)).toContain(`data-language="ts">${code}`);
});

test("a block of too many lines stays plain", () => {
  const list = (lines: number) => Array.from({ length: lines }, () => "- a").join("\n");
  expect(html(list(1_000)).split("<li>").length - 1).toBe(1_000);
  expect(html(list(1_001))).not.toContain("<li>");
});

test("a block of exactly the maximum length is parsed, one character more is not", () => {
  const block = (length: number) => `*a* ${fill("many words without marks, ", length - 5)}.`;
  expect(html(block(32_768))).toContain("<em>a</em>");
  expect(html(block(32_769))).not.toContain("<em>a</em>");
});

test("plain text is not cut through a character", () => {
  const text = `a${"😀".repeat(20_000)}`;
  expect(blocksOf(text).map(wordsOf).join("")).toBe(text);
  for (const block of blocksOf(text)) expect(block.isWellFormed()).toBe(true);
});

test("a block that is too expensive to parse stays plain, its neighbours do not", () => {
  const shown = html(`*before*\n\n${fill("_a", 3_000)}\n\n*after*`);
  expect(shown).toContain("<em>before</em>");
  expect(shown).toContain("<em>after</em>");
  expect(shown).toContain(fill("_a", 3_000));
  expect(html(fill("*words* ", 900))).toContain("<em>words</em>");
  expect(html(`${fill("many words without marks, ", 20_000)} *end*`)).toContain("<em>end</em>");
  expect(html(`${"x".repeat(3_000)} *end*`)).toContain("<em>end</em>");
  expect(html(`${"x".repeat(5_000)} *end*`)).not.toContain("<em>end</em>");
});

test("of an answer of only expensive blocks, the first are parsed", () => {
  const block = fill("_a", 1_300);
  const shown = blocksOf(Array.from({ length: 60 }, () => block).join("\n\n"));
  const read = shown.filter((piece) => !piece.includes("as-written")).length;
  expect(read).toBeGreaterThan(10);
  expect(read).toBeLessThan(20);
  expect(shown.map(wordsOf).join("").replaceAll("\n", "")).toBe(block.repeat(60));
});

test("an exception in a citation or in the library leaves the block plain", () => {
  const shown = reader().render("*a*\n\nb [S1]\n\n*c*", {
    cite: () => {
      throw new Error("broken");
    },
  });
  expect(shown).toEqual([
    "<p><em>a</em></p>\n",
    '<p class="as-written">b [S1]</p>',
    "<p><em>c</em></p>\n",
  ]);
});

describe("time", () => {
  test("one call parses for at most 50 ms; later calls go on", () => {
    let now = 0;
    const markdown = new Markdown(
      (block) => block,
      () => now,
    );
    const text = "*one*\n\n*two*\n\n*three*";
    const slow = () => {
      now += 30;
      return { number: 1, verified: true, label: "" };
    };
    const cited = text.replaceAll("* ", "").replaceAll(/\*(\w+)\*/g, "*$1* [S1]");
    const first = markdown.render(cited, { cite: slow });
    expect(first.map((block) => block.includes("as-written"))).toEqual([false, false, true]);
    expect(first[2]).toContain("*three* [S1]");
    expect(markdown.behind).toBe(true);
    now = 1_000;
    const second = markdown.render(cited, {
      cite: () => ({ number: 1, verified: true, label: "" }),
    });
    expect(second.map((block) => block.includes("<em>"))).toEqual([true, true, true]);
    expect(markdown.behind).toBe(false);
  });

  test("a call that finishes in time is not behind", () => {
    const markdown = new Markdown((block) => block);
    markdown.render("*one*\n\n*two*");
    expect(markdown.behind).toBe(false);
  });
});

/** Characters inspected by regular expressions: a deterministic measure of parsing time. */
let looked = 0;
const exec = RegExp.prototype.exec;
beforeAll(() => {
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    const moving = this.global || this.sticky;
    const from = moving ? Math.min(this.lastIndex, text.length) : 0;
    const match = exec.call(this, text);
    looked += 1 + (moving && match ? this.lastIndex - from : text.length - from);
    return match;
  };
});
afterAll(() => {
  RegExp.prototype.exec = exec;
});

function workOf(act: () => unknown): number {
  const before = looked;
  act();
  return looked - before;
}

/** Pieces of hostile texts: each opens, closes or crosses something. */
const mark = fc.constantFrom(
  ...["*", "**", "_", "__", "***", "~", "~~", "`", "``", "[", "]", "](", "![", "(", ")", "<", ">"],
  ...["> ", "- ", "1. ", "+ ", "|", "|-|", "\\", "&", "&amp;", "#", "# ", "=", "-", "\n", "\n\n"],
  ...["a", " ", "  ", "\t", "a@a.a", "http://", "www.", "<a ", "<!--", "[S1", '[S1: "', "[S1: “"],
  ...["[a]: b\n", "[a][b]", "[^1]", "\n    ", "\n  - ", "```\n", "~~~", "    ", ":", "é", "😀"],
);
const hostile = fc.array(mark, { minLength: 1, maxLength: 6 }).map((marks) => marks.join(""));

describe("the work of parsing", () => {
  test("a hostile answer of any length takes bounded work, and never throws", () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom("", "\n", "\n\n"), (unit, between) => {
        for (const length of [1_500, 12_000, 60_000]) {
          const text = fill(unit + between, length);
          const work = workOf(() => html(text));
          expect([unit, length, work < 120_000_000 + 20 * length]).toEqual([unit, length, true]);
        }
      }),
      {
        numRuns: 30,
        examples: Object.values(found).map((text): [string, string] => [text.slice(0, 6), ""]),
      },
    );
  }, 120_000);

  test("finding citations inspects each character a few times, however many are left open", () => {
    const text = fill("[S1: “", 60_000);
    expect(workOf(() => [...markersIn(text)])).toBeLessThan(8 * text.length);
  });

  test("it does not grow faster than a long answer", () => {
    for (const [name, text] of Object.entries(found)) {
      const work = (times: number) => workOf(() => html(`${text}\n\n`.repeat(times)));
      expect([name, work(8) < 12 * work(2)]).toEqual([name, true]);
    }
  }, 120_000);

  test("while an answer streams in, each piece costs the same however long the answer is", () => {
    const stream = (text: string, pieces: number): number => {
      const markdown = reader();
      const size = text.length / pieces;
      return workOf(() => {
        for (let piece = 1; piece <= pieces; piece++)
          markdown.render(text.slice(0, piece * size), { streaming: true });
      });
    };
    const prose = "Some *words* of an answer, with `code`.\n\n- one\n- two **bold**\n\n";
    for (const unit of [prose, fill("[", 40_000), fill("_a", 40_000), "> a\n\n", "a_b*c\n\n"]) {
      const text = fill(unit, 40_000);
      const half = stream(text.slice(0, 20_000), 50);
      const whole = stream(text, 100);
      // Twice the pieces: twice the work, and not four times.
      const name = unit.slice(0, 8);
      expect([name, whole / Math.max(half, 10_000_000) < 3]).toEqual([name, true]);
    }
  }, 120_000);
});

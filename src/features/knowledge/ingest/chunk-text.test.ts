import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { estimateTokens } from "../../../providers/estimate-tokens.ts";
import { CHUNK_SIZES, chunkText } from "./chunk-text.ts";

const sentence = "The quick brown fox jumps over the lazy dog while nobody watches. ";
const piecesOf = (text: string) => chunkText(text).map(({ start, end }) => text.slice(start, end));

describe("a text is cut into passages", () => {
  test("a short text is one passage, an empty one none", () => {
    expect(chunkText("Hello there.")).toEqual([{ start: 0, end: 12, tokens: 4 }]);
    expect(chunkText("")).toEqual([]);
  });

  test("passages begin at headings", () => {
    const text = `# One\n\n${sentence.repeat(12)}\n\n# Two\n\n${sentence.repeat(12)}\n\n# Three\n\nEnd.`;
    expect(piecesOf(text).map((piece) => piece.split("\n")[0])).toEqual([
      "# One",
      "# Two",
      "# Three",
    ]);
  });

  test("paragraphs stay whole where they fit", () => {
    const paragraph = `${sentence.repeat(6).trim()}\n\n`;
    for (const piece of piecesOf(paragraph.repeat(12))) expect(piece.endsWith(".\n\n")).toBe(true);
  });

  test("a long paragraph is cut between sentences, and the seam is repeated", () => {
    const pieces = piecesOf(sentence.repeat(100));
    expect(pieces.length).toBeGreaterThan(5);
    for (const piece of pieces) expect(piece.startsWith("The quick")).toBe(true);
    const spans = chunkText(sentence.repeat(100));
    for (const [i, span] of spans.entries()) {
      const next = spans[i + 1];
      if (next) expect(span.end - next.start).toBeGreaterThan(0);
    }
  });

  test("a text without any break is cut all the same", () => {
    for (const text of ["x".repeat(20_000), "漢".repeat(3000), "😀".repeat(3000)]) {
      const pieces = piecesOf(text);
      expect(pieces.length).toBeGreaterThan(1);
      for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
    }
  });

  test("for any text, passages cover it exactly, in order, within size, without splitting a surrogate pair", () => {
    const fragment = fc.constantFrom(
      "word ",
      "Sentence. ",
      "\n",
      "\n\n",
      "\r\n",
      "# Head\n",
      "😀",
      "漢字。",
      "x",
      "| a | b |\n",
      "\t",
      "é",
    );
    const anyText = fc.oneof(
      fc.array(fragment, { maxLength: 400 }).map((parts) => parts.join("")),
      fc.string({ unit: "binary", maxLength: 600 }),
    );
    const sizes = { minTokens: 12, maxTokens: 24, overlapTokens: 5 };
    fc.assert(
      fc.property(anyText, (text) => {
        const chunks = chunkText(text, sizes);
        let covered = 0;
        let previousStart = -1;
        for (const { start, end, tokens } of chunks) {
          expect(start <= covered && start > previousStart && end > covered).toBe(true);
          expect(
            tokens <= sizes.maxTokens + 2 && tokens === estimateTokens(text.slice(start, end)),
          ).toBe(true);
          if (text.isWellFormed()) expect(text.slice(start, end).isWellFormed()).toBe(true);
          covered = end;
          previousStart = start;
        }
        expect(covered).toBe(text.length);
      }),
    );
  });

  test("ten million letters are handled", () => {
    const text = `${sentence.repeat(10)}\n\n`.repeat(15_000);
    const chunks = chunkText(text);
    expect(chunks.at(-1)?.end).toBe(text.length);
    expect(CHUNK_SIZES.maxTokens).toBeLessThanOrEqual(350);
  });
});

/** Passages of three to eight tokens: ten to twenty-six letters. */
const TINY = { minTokens: 3, maxTokens: 8 };

describe("of the breaks within reach the best is chosen, of equal ones the last", () => {
  test.each([
    ["aaaaaaaaaa\n\nbbb\nccc. dddd dddddddd", ["aaaaaaaaaa\n\n", "bbb\nccc. dddd dddddddd"]],
    ["aaaaaaaaaa\r\n\r\nbbb\nccc. ddd ddddddd", ["aaaaaaaaaa\r\n\r\n", "bbb\nccc. ddd ddddddd"]],
    ["aaaaaaaaaa\n \t\nbbb\nccc. ddd ddddddd", ["aaaaaaaaaa\n \t\n", "bbb\nccc. ddd ddddddd"]],
    ["aaaaaaaaaa\nbbb. ccc cccc cccc cccc", ["aaaaaaaaaa\n", "bbb. ccc cccc cccc cccc"]],
    ["aaaaaaaaaa. bbb ccc cccc cccccc", ["aaaaaaaaaa. ", "bbb ccc cccc cccccc"]],
    ["aaaaaaaaaa bbb\tccc cccc-ccccccc", ["aaaaaaaaaa bbb\tccc ", "cccc-ccccccc"]],
    ["aaaaaaaaaa\n\nbb\n#ccccccccccccccccc", ["aaaaaaaaaa\n\n", "bb\n#ccccccccccccccccc"]],
    ["aaaaaaaaaa\n\nbb\n## ccccccccccccccc", ["aaaaaaaaaa\n\nbb\n", "## ccccccccccccccc"]],
    ["aaaaaaaaaa\n\nbb\n##\tccccccccccccccc", ["aaaaaaaaaa\n\nbb\n", "##\tccccccccccccccc"]],
    ["aaaaaaaaaa\n\nbb\n####### ccccccccccc", ["aaaaaaaaaa\n\n", "bb\n####### ", "ccccccccccc"]],
    ["aaaaaa\n# bbb\n\nccc ccccccc ccccc", ["aaaaaa\n", "# bbb\n\nccc ccccccc ccccc"]],
    ["aaa\n# bbb\n\nccc ccccccc ccccccc", ["aaa\n# bbb\n\n", "ccc ccccccc ccccccc"]],
    ["aaaaaaaaaa\fbbb. ccc cccc cccccc", ["aaaaaaaaaa\f", "bbb. ccc cccc cccccc"]],
    ["漢漢漢\n\n漢\n漢漢漢漢", ["漢漢漢\n\n", "漢\n漢漢漢漢"]],
    ["漢漢漢。漢漢漢漢", ["漢漢漢。", "漢漢漢漢"]],
    ["漢漢漢！漢 漢漢漢", ["漢漢漢！", "漢 漢漢漢"]],
    ["漢漢漢？漢 漢漢漢", ["漢漢漢？", "漢 漢漢漢"]],
    ["aaaaaaaaaa.) bb bbbb bbbbbbbbbb", ["aaaaaaaaaa.) ", "bb bbbb bbbbbbbbbb"]],
    ["aaaaaaaaaa.» bb bbbb bbbbbbbbbb", ["aaaaaaaaaa.» bb bbbb ", "bbbbbbbbbb"]],
    ["aaaaaaaaaa.b bb bbbb bbbbbbbbbbb", ["aaaaaaaaaa.b bb bbbb ", "bbbbbbbbbbb"]],
    ["aaaaaaaaaa… bb bbbb bbbbbbbbbb", ["aaaaaaaaaa… ", "bb bbbb bbbbbbbbbb"]],
    ["aaaaaaaaaa; bb bbbb bbbbbbbbbb", ["aaaaaaaaaa; ", "bb bbbb bbbbbbbbbb"]],
    ["aaaaaaaaaa  bb bbbb bbbbbbbbbb", ["aaaaaaaaaa  bb bbbb ", "bbbbbbbbbb"]],
  ])("%j", (text, pieces) => {
    const spans = chunkText(text, { ...TINY, overlapTokens: 0 });
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(pieces);
    for (const { start, end, tokens } of spans)
      expect(tokens).toBe(estimateTokens(text.slice(start, end)));
  });
});

describe("a passage repeats the end of the one before, from a sentence or a word on, and no heading", () => {
  test.each([
    [
      "aaaa aaaa. bb bb bbb cccc ccc ccc ddd",
      ["aaaa aaaa. ", "aaaa. bb bb bbb cccc ccc ", "cccc ccc ccc ddd"],
    ],
    ["aaaa aaaa aa bb bbb cccc ccc ccc ddd", ["aaaa aaaa aa bb bbb cccc ", "bbb cccc ccc ccc ddd"]],
    ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ["aaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaa"]],
    ["aaaaaaaaaaaaa\n# bbbbbbbbbbb bbbb", ["aaaaaaaaaaaaa\n", "# bbbbbbbbbbb bbbb"]],
    ["aaaaaaaaa. aaa\n\nbbbbbbbbbbb bbbb", ["aaaaaaaaa. aaa\n\n", "\nbbbbbbbbbbb bbbb"]],
    ["aaaaaaaaaaaaaa🦦🦦🦦aaaaaa", ["aaaaaaaaaaaaaa🦦", "🦦🦦aaaaaa"]],
  ])("%j", (text, pieces) => {
    const spans = chunkText(text, { ...TINY, overlapTokens: 3 });
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(pieces);
  });
});

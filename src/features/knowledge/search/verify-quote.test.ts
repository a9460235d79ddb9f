import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { verifyQuote } from "./verify-quote.ts";

const found = (text: string, quote: string) => {
  const span = verifyQuote(text, quote);
  return span ? text.slice(span.start, span.end) : null;
};

describe("a quote is verified against the text it cites", () => {
  test("verbatim words are found at their position", () => {
    expect(verifyQuote("one two three", "two")).toEqual({ start: 4, end: 7 });
    expect(found("😀 emoji first, then words", "then words")).toBe("then words");
  });

  test("line breaks and runs of spaces do not matter", () => {
    expect(found("signed by\n  both\u00a0parties today", "by both parties")).toBe(
      "by\n  both\u00a0parties",
    );
    expect(found("a b", "  a\tb\n")).toBe("a b");
  });

  test("typographic marks do not matter", () => {
    expect(found("He said “don’t — ever”.", `"don't - ever"`)).toBe("“don’t — ever”");
    expect(found("wait… what", "wait... what")).toBe("wait… what");
    expect(found("soft\u00adhyphen", "softhyphen")).toBe("soft\u00adhyphen");
  });

  test.each([
    ["'", "‘’‚‛′`´ʼ"],
    ['"', "“”„‟″«»"],
    ["-", "‐‑‒–—―−"],
    ["", "\u00ad\u200b\u200d\u2060\ufeff\u200e"],
  ])("%j equals each of %s and no other mark", (plain, marks) => {
    for (const mark of marks)
      expect(found(`a ${mark}b c`, `${plain}b c`)).toBe(`${plain === "" ? "" : mark}b c`);
    for (const other of "~_*.,;:|/^°")
      expect(verifyQuote(`a ${other}b c`, `${plain || "x"}b c`)).toBeNull();
  });

  test("a word divided at the end of a line is quoted whole, with its hyphen or without", () => {
    const text = "The proba-\ntionary period of the well-\n  known firm";
    expect(found(text, "The probationary period")).toBe("The proba-\ntionary period");
    expect(found(text, "probationary period of the well-known firm")).toBe(text.slice(4));
    expect(found(text, "proba-\ntionary period")).toBe("proba-\ntionary period");
    expect(found("the probationary period", "proba-\ntionary period")).toBe("probationary period");
    expect(found("soft\u00ad\nware (v1.0) [a+b]", "software (v1.0) [a+b]")).not.toBeNull();
    expect(found("see proba-\ntionary 😀 text", "probationary 😀 text")).not.toBeNull();
    for (const other of ["proba tionary", "the well known firm", "The pro-bationary period"])
      expect(verifyQuote(text, other)).toBeNull();
  });

  test("a hyphen that divides no word stays a hyphen", () => {
    for (const text of ["1-\n2", "a -\nb", "Micro-\nSoft", "re-sign"])
      expect(verifyQuote(`x ${text} x`, `x ${text.replace(/[-\s]/g, "")} x`)).toBeNull();
  });

  test("ligatures and decomposed letters of PDFs do not matter", () => {
    expect(found("an eﬃcient oﬃce", "efficient office")).toBe("eﬃcient oﬃce");
    expect(found("cafe\u0301 noir", "café noir")).toBe("cafe\u0301 noir");
  });

  test("a letter without its accent is another letter, however the accent is written", () => {
    for (const accented of ["caf\u00e9", "cafe\u0301"]) {
      expect(verifyQuote(`un ${accented} noir`, "un cafe")).toBeNull();
      expect(verifyQuote(`${accented}, cafe`, "cafe")).toEqual({
        start: accented.length + 2,
        end: accented.length + 6,
      });
    }
  });

  test("changed words, letter case and invented text are not quotes", () => {
    expect(verifyQuote("The fee is 100 EUR.", "The fee is 200 EUR.")).toBeNull();
    expect(verifyQuote("The fee", "the fee")).toBeNull();
    expect(verifyQuote("abc", "abcd")).toBeNull();
    expect(verifyQuote("abc", "   ")).toBeNull();
    expect(verifyQuote("", "a")).toBeNull();
  });

  test("a position deep in a long text is found, also across search windows", () => {
    for (const before of [65_530, 65_536, 131_070, 300_000]) {
      const text = `${"x ".repeat(before / 2)}the “quick”\nfox${" y".repeat(50_000)}`;
      expect(verifyQuote(text, 'the "quick" fox')).toEqual({ start: before, end: before + 15 });
    }
  });

  test("a window that ends within a letter with its accent does not find the letter without it", () => {
    // Windows have 65,536 code units, and four times the quote more.
    for (let before = 0; before < 12; before++) {
      const folded = `${"x".repeat(65_536 + 4 * 6 - before)}a b\ncafe\u0301`;
      expect(verifyQuote(folded, "b cafe")).toBeNull();
    }
  });

  test("a window that begins within a pair of code units finds what is behind it", () => {
    for (let before = 0; before < 4; before++) {
      const text = `${"x".repeat(65_536 - before)}😀 b\ncd`;
      const start = 65_536 - before;
      expect(verifyQuote(text, "😀 b cd")).toEqual({ start, end: start + 7 });
    }
  });

  test("any passage copied with other white space and marks is found at the same words", () => {
    const word = fc.constantFrom(
      "plan",
      "don’t",
      "“yes”",
      "x—y",
      "ﬁne",
      "é",
      "Straße",
      "日本",
      "😀",
      "3.5",
    );
    const gap = fc.constantFrom(" ", "\n", "  ", "\t", "\u00a0");
    const text = fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (parts, from, length) => {
        const first = from % parts.length;
        const last = Math.min(parts.length, first + 1 + (length % 8));
        const source = parts.map(([w, g]) => w + g).join("");
        const words = parts.slice(first, last).map(([w]) => w);
        const copied = words.join(" ").replace(/’/g, "'").replace(/[“”]/g, '"').replace("ﬁ", "fi");
        const place = found(source, copied);
        expect(place?.split(/\s+/u)).toEqual(words);
      }),
    );
  });
});

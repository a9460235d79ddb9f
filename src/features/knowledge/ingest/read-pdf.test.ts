import { describe, expect, test } from "bun:test";
import { makePdf, makePdfOf } from "../../../../test/support/make-pdf.ts";
import { type PdfNote, readPdf } from "./read-pdf.ts";

const read = (bytes: Uint8Array) => readPdf(bytes, 1_000_000);
const fixture = async (name: string) =>
  read(await Bun.file(`test/fixtures/documents/${name}`).bytes());
/** The text of a page that draws each text at its place, in a font of ten points. */
const draw = (...pieces: [x: number, y: number, text: string][]) => {
  const shown = pieces.map(([x, y, text]) => `1 0 0 1 ${x} ${y} Tm (${text}) Tj`);
  return `BT /F1 10 Tf ${shown.join(" ")} ET`;
};
const textOf = async (content: string, annotations: string[] = []) =>
  (await read(makePdfOf(content, { annotations }))).text;

describe("the text of a PDF", () => {
  test.each([
    [
      "cjk-japanese-unijis.pdf",
      "雇用契約書\n解約の通知期間は三か月です。\nContract A-17 is valid.",
    ],
    ["cjk-japanese-only.pdf", "解約の通知期間は三か月です。"],
    ["cjk-chinese-unigb.pdf", "劳动合同\n本合同的通知期为三个月。\nContract A-18 is valid."],
    [
      "fake-bold-drawn-four-times.pdf",
      "Invoice 300218\nPenalty clause applies\nOrdinary closing line.",
    ],
    ["rotated-text.pdf", "Rotated clause about the marmot insurance."],
  ])("%s", async (name, text) => {
    expect(await fixture(name)).toEqual({ text, pageStarts: [0], note: null });
  });

  test("cells that are drawn from right to left are apart", async () => {
    const row = draw([300, 700, "37,499.96"], [180, 700, "DIRECTOR"], [72, 700, "Jane Doe"]);
    expect(await textOf(row)).toBe("37,499.96 DIRECTOR Jane Doe");
    expect(await textOf(draw([72, 700, "Big"], [72, 700, "Small"], [60, 700, "er"]))).toBe(
      "BigSmall er",
    );
  });

  test("a word that is drawn in pieces, and a line above the other, stay as they are", async () => {
    expect(await textOf("BT /F1 10 Tf 72 700 Td (Con) Tj (tract) Tj ET")).toBe("Contract");
    expect(await textOf(draw([72, 700, "One"], [72, 680, "Two"]))).toBe("One\nTwo");
  });

  test("text drawn again where it was is read once, elsewhere again", async () => {
    const twice = draw([72, 700, "Total"], [72.4, 700, "Total"], [72, 680, "Total"]);
    expect(await textOf(twice)).toBe("Total\nTotal");
    expect(await textOf(draw([72, 700, "2011"], [140, 700, "2011"]))).toBe("2011 2011");
  });
});

test("what a page's crop hides from its readers is not read either", async () => {
  const content = draw([72, 700, "Hidden"], [72, 100, "Shown"]);
  const pdf = makePdfOf(content, { page: "/CropBox [60 90 200 120]" });
  expect(await read(pdf)).toMatchObject({ text: "Shown", note: null });
});

describe("what is filled in and commented", () => {
  const box = "/Rect [10 10 90 30]";
  const field = (entries: string) => `/Subtype /Widget ${box} /T (name) ${entries}`;

  test("is read behind the page", async () => {
    const annotations = [
      field("/FT /Tx /V (Ada Lovelace)"),
      field("/FT /Ch /V (Berlin) /Opt [(Berlin) (Paris)]"),
      `/Subtype /FreeText ${box} /Contents (Please check) /DA (/F1 10 Tf)`,
    ];
    expect(await textOf(draw([72, 700, "Name:"]), annotations)).toBe(
      "Name:\nPlease check\nAda Lovelace\nBerlin",
    );
    expect(await textOf("", annotations.slice(0, 1))).toBe("Ada Lovelace");
  });

  test("but nothing hidden, no password, and no button", async () => {
    const annotations = [
      field("/FT /Tx /V (hidden) /F 2"),
      field("/FT /Tx /V (password) /Ff 8192"),
      field("/FT /Btn /V /Yes /AS /Yes"),
      `/Subtype /Text ${box} /Contents (sticky)`,
    ];
    expect(await textOf(draw([72, 700, "Name:"]), annotations)).toBe("Name:");
  });
});

describe("what could not be read is told", () => {
  const nameless =
    "/Subtype /Type0 /BaseFont /Nameless /Encoding /No-Such-Map-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Nameless /CIDSystemInfo << /Registry (Adobe) /Ordering (Nowhere) /Supplement 0 >> >>]";

  test("a font without a character map", async () => {
    const pdf = makePdfOf("BT /F1 10 Tf 72 700 Td <30423044> Tj ET", { font: nameless });
    await expect(read(pdf)).rejects.toMatchObject({ code: "unknown_characters" });
  });

  test("a font without a character map beside text that was read", async () => {
    const pdf = makePdfOf("BT /F1 10 Tf 72 700 Td <30423044> Tj ET", {
      font: nameless,
      annotations: ["/Subtype /FreeText /Rect [10 10 90 30] /Contents (Contract)"],
    });
    const { text, note } = await read(pdf);
    expect(text).toContain("Contract");
    expect(note).toBe("characters_missing");
  });

  test.each<[string, string, PdfNote | null]>([
    ["more than single symbols are", "ab\\200\\201\\200", "characters_missing"],
    ["a single symbol is not", `\\200 ${"word ".repeat(20)}`, null],
  ])("characters of private use: %s", async (_, shown, note) => {
    const font =
      "/Subtype /Type1 /BaseFont /Helvetica /Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [128 /uniE000 /uniE001] >>";
    const pdf = makePdfOf(`BT /F1 10 Tf 72 700 Td (${shown}) Tj ET`, { font });
    expect((await read(pdf)).note).toBe(note);
  });

  test("pages that are pictures among pages of text", async () => {
    expect(await read(makePdf(["Text", ""]))).toEqual({
      ...{ text: "Text\n\n", pageStarts: [0, 6], note: "pages_without_text" },
    });
    await expect(read(makePdf(["", ""]))).rejects.toMatchObject({ code: "no_text" });
  });

  test("and the console is left as it was", async () => {
    const { warn } = console;
    await read(makePdf(["Text"]));
    const { warn: after } = console;
    expect(after).toBe(warn);
  });
});

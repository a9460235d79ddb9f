import { describe, expect, test } from "bun:test";
import { TextDecoder } from "node:util";
import fc from "fast-check";
import { decodeText } from "./decode-text.ts";
import { sniffFile } from "./sniff-file.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, littleEndian: boolean, mark: boolean) => {
  const units = [...(mark ? "\ufeff" : ""), ...text].join("");
  const view = new DataView(new ArrayBuffer(units.length * 2));
  for (let i = 0; i < units.length; i++) view.setUint16(i * 2, units.charCodeAt(i), littleEndian);
  return new Uint8Array(view.buffer);
};
/** Text in an encoding of single bytes. */
const encode = (text: string, label: string) => {
  const decoder = new TextDecoder(label);
  const codes = Array.from({ length: 256 }, (_, i) => decoder.decode(Uint8Array.of(i)));
  return Uint8Array.from(text, (letter) => codes.indexOf(letter));
};
const fixture = (name: string) => Bun.file(`test/fixtures/documents/${name}`).bytes();
const textOf = (bytes: Uint8Array) => {
  const decoded = decodeText(bytes);
  return decoded.ok ? decoded.text : null;
};

describe("text is decoded from the encoding it was written in", () => {
  test("UTF-8 with and without a byte order mark", () => {
    expect(textOf(utf8("zażółć 😀"))).toBe("zażółć 😀");
    expect(textOf(utf8("\ufeffhello"))).toBe("hello");
  });

  test("UTF-16 in both byte orders, with a mark or clearly without", () => {
    for (const littleEndian of [true, false]) {
      expect(textOf(utf16("zażółć 😀", littleEndian, true))).toBe("zażółć 😀");
      expect(textOf(utf16("plain words\n", littleEndian, false))).toBe("plain words\n");
    }
  });

  test("Latin-1, with a note", () => {
    const bytes = Uint8Array.from(Buffer.from("Stra\xdfe, caf\xe9, na\xefve", "latin1"));
    expect(decodeText(bytes)).toEqual({
      ok: true,
      text: "Straße, café, naïve",
      note: "read_as_latin1",
    });
  });

  test("UTF-32 with a mark in both byte orders", () => {
    const utf32 = (codes: number[], littleEndian: boolean) => {
      const view = new DataView(new ArrayBuffer(codes.length * 4));
      for (const [i, code] of codes.entries()) view.setUint32(i * 4, code, littleEndian);
      return new Uint8Array(view.buffer);
    };
    const codes = [..."\ufeffzażółć 😀"].map((letter) => letter.codePointAt(0) ?? 0);
    for (const littleEndian of [true, false]) {
      expect(textOf(utf32(codes, littleEndian))).toBe("zażółć 😀");
      expect(sniffFile(utf32(codes, littleEndian), "a.txt").kind).toBe("text");
      expect(textOf(utf32([...codes, 0], littleEndian))).toBeNull();
      expect(decodeText(utf32([...codes, 0xd800, 0x110000], littleEndian))).toEqual({
        ...{ ok: true, text: "zażółć 😀\ufffd\ufffd", note: "invalid_bytes_replaced" },
      });
    }
  });

  test("ISO-2022-JP by its escapes", () => {
    const bytes = Buffer.from("\x1b$B7@Ls=q\x1b(B, 3 pages", "latin1");
    expect(decodeText(bytes)).toEqual({ ok: true, text: "契約書, 3 pages", note: null });
    expect(textOf(Buffer.from("\x1b[1mbold\x1b[0m"))).toBe("\x1b[1mbold\x1b[0m");
  });

  test("damaged UTF-8 keeps the valid part and is noted", () => {
    const bytes = utf8("zażółć gęślą jaźń");
    bytes[3] = 0xff;
    const decoded = decodeText(bytes);
    expect(decoded).toMatchObject({ ok: true, note: "invalid_bytes_replaced" });
    expect(textOf(bytes)).toContain("gęślą jaźń");
  });

  test("a replacement character written by the author is not damage", () => {
    expect(decodeText(utf8("a \ufffd b"))).toEqual({ ok: true, text: "a \ufffd b", note: null });
  });

  test("NUL bytes are refused", () => {
    expect(decodeText(utf8("a\0b and more text"))).toMatchObject({ ok: false, code: "binary" });
  });

  test("any bytes give well-formed text without NUL, or an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = textOf(bytes);
        if (text !== null) expect(text.isWellFormed() && !text.includes("\0")).toBe(true);
      }),
    );
  });
});

const RUSSIAN = "Срок уведомления об увольнении три месяца. Работник получает зарплату ежемесячно.";
const POLISH =
  "Okres wypowiedzenia wynosi trzy miesiące. Pracownik źle się czuł, więc zażądał urlopu.";

describe("an encoding that nothing declares is guessed and noted", () => {
  test.each([
    ["windows-1251", RUSSIAN],
    ["koi8-r", RUSSIAN],
    ["iso-8859-5", RUSSIAN],
    ["ibm866", RUSSIAN],
    ["x-mac-cyrillic", RUSSIAN],
    ["iso-8859-2", POLISH],
    ["windows-1250", POLISH],
    ["iso-8859-7", "Η προθεσμία ειδοποίησης είναι τρεις μήνες για όλους."],
    ["windows-1254", "Bildirim süresi üç aydır. Çalışanların yıllık izinleri şirketçe ödenir."],
    ["windows-1255", "תקופת ההודעה היא שלושה חודשים לכל העובדים בחברה."],
    ["windows-1256", "مدة الإخطار ثلاثة أشهر لجميع العاملين في الشركة."],
    ["windows-874", "ระยะเวลาแจ้งล่วงหน้าคือสามเดือนสำหรับพนักงานทุกคน"],
    ["latin1", "Le café est fermé à Noël. Déjà vu."],
    ["latin1", "Die Kündigung gilt ab sofort."],
    ["latin1", "Kündigung"],
    ["latin1", "£5 — “quoted”"],
  ])("%s", (label, text) => {
    const bytes = encode(text, label);
    expect(decodeText(bytes)).toEqual({ ok: true, text, note: `read_as_${label}` });
  });

  test("of a long text whose first letters are ASCII", () => {
    const bytes = Buffer.concat([Buffer.alloc(100_000, "x\n"), encode(RUSSIAN, "koi8-r")]);
    expect(decodeText(bytes)).toMatchObject({ note: "read_as_koi8-r" });
  });

  test.each([
    ["shift-jis.txt", "read_as_shift_jis", "解約の通知期間は三か月です。試用期間は半年とします。"],
    ["gbk.csv", "read_as_gb18030", "员工,部门,通知期"],
    ["big5.txt", "read_as_big5", "本合約的通知期為三個月。"],
    ["cp1251.txt", "read_as_windows-1251", "Срок уведомления составляет три месяца."],
    ["declared-shift-jis.xml", null, "通知期間は三か月です。"],
    ["declared-windows-1251.html", null, "Срок уведомления три месяца"],
  ])("%s", async (name, note, text) => {
    const decoded = decodeText(await fixture(name));
    expect(decoded).toMatchObject({ ok: true, note });
    expect(decoded.ok && decoded.text).toContain(text);
  });
});

test("Johab, which nothing decodes, is taken for a Western encoding, and told", () => {
  // 한국어 계약 in Johab.
  const bytes = Buffer.from("d0658a82b4e1208981b4a2", "hex");
  expect(decodeText(bytes)).toMatchObject({ ok: true, note: "read_as_latin1" });
});

describe("a declaration decides", () => {
  test.each([
    ['<?xml version="1.0" encoding="%"?><a>', "windows-1252"],
    ["<html><head><meta charset=%>", "windows-1251"],
    ['<meta http-equiv="Content-Type" content="text/html; charset=%">', "koi8-r"],
    ['@charset "%";', "iso-8859-2"],
    ["#!/usr/bin/python\n# -*- coding: % -*-\n", "windows-1250"],
  ])("%s", (declaration, label) => {
    const head = declaration.replace("%", label);
    const bytes = Buffer.concat([Buffer.from(head), Buffer.of(0xe1, 0xe9, 0xf3)]);
    const text = new TextDecoder(label).decode(Buffer.of(0xe1, 0xe9, 0xf3));
    expect(decodeText(bytes)).toEqual({ ok: true, text: head + text, note: null });
  });

  test("but not for bytes that cannot be so, nor an unknown name, nor against valid UTF-8", () => {
    for (const label of ["shift_jis", "klingon"]) {
      const bytes = Buffer.from(`<meta charset=${label}> caf\xe9 noir`, "latin1");
      expect(decodeText(bytes)).toMatchObject({ note: "read_as_latin1" });
    }
    expect(textOf(utf8("<meta charset=windows-1251> café"))).toEndWith("café");
  });
});

describe("UTF-8 that is cut within its last character", () => {
  test("keeps what is whole, with a note", async () => {
    expect(decodeText(await fixture("utf8-cut-at-the-end.txt"))).toEqual({
      ...{ ok: true, text: "Die Kündigung gilt. Caf", note: "cut_at_end" },
    });
    for (const cut of [1, 2, 3])
      expect(decodeText(utf8("ü 😀").subarray(0, -cut))).toEqual({
        ...{ ok: true, text: "ü ", note: "cut_at_end" },
      });
  });

  test("is Latin-1 where nothing else tells of UTF-8, or the last character is whole", () => {
    for (const text of ["plain caf\xe9", "\xfcber caf\xe9"])
      expect(decodeText(Buffer.from(text, "latin1"))).toMatchObject({ note: "read_as_latin1" });
  });
});

describe("content decides what a file is", () => {
  const faultOf = (bytes: Uint8Array, name: string) => {
    const sniffed = sniffFile(bytes, name);
    return sniffed.kind === "refused" ? sniffed.fault : sniffed.kind;
  };

  test("a PDF under a text name is a PDF, text under a PDF name is text", () => {
    expect(sniffFile(utf8("%PDF-1.7\n…"), "notes.txt")).toEqual({
      kind: "pdf",
      mediaType: "application/pdf",
    });
    expect(sniffFile(utf8("# Notes"), "notes.pdf")).toEqual({
      kind: "text",
      mediaType: "text/plain",
    });
    expect(sniffFile(utf8("# Notes"), "notes.MD")).toEqual({
      kind: "text",
      mediaType: "text/markdown",
    });
  });

  test("unsupported formats are refused by kind", () => {
    expect(faultOf(utf8("PK\x03\x04rest"), "a.zip")).toBe("archive");
    expect(faultOf(utf8("PK\x03\x04rest"), "a.docx")).toBe("office");
    expect(faultOf(utf8("PK\x03\x04rest"), "a.txt")).toBe("archive");
    expect(faultOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), "a.md")).toBe(
      "image",
    );
    for (const brand of ["heic", "heix", "mif1", "avif"])
      expect(faultOf(utf8(`\0\0\0\x18ftyp${brand}\0\0\0\0`), "a.heic")).toBe("image");
    for (const brand of ["isom", "mp42", "M4A "])
      expect(faultOf(utf8(`\0\0\0\x18ftyp${brand}\0\0\0\0`), "a.mp4")).toBe("media");
    expect(faultOf(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), "run")).toBe("program");
    expect(faultOf(Uint8Array.of(1, 2, 3, 0, 5, 6, 7, 0, 0), "a.txt")).toBe("binary");
  });

  test("UTF-16 is text although it is full of NUL bytes", () => {
    expect(faultOf(utf16("hello there", true, true), "a.txt")).toBe("text");
    expect(faultOf(utf16("hello there", false, false), "a.txt")).toBe("text");
  });
});

import { describe, expect, test } from "bun:test";
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
    expect(faultOf(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), "run")).toBe("program");
    expect(faultOf(Uint8Array.of(1, 2, 3, 0, 5, 6, 7, 0, 0), "a.txt")).toBe("binary");
  });

  test("UTF-16 is text although it is full of NUL bytes", () => {
    expect(faultOf(utf16("hello there", true, true), "a.txt")).toBe("text");
    expect(faultOf(utf16("hello there", false, false), "a.txt")).toBe("text");
  });
});

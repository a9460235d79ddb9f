import { expect, test } from "bun:test";
import { hasUtf16Mark, sniffFile, unmarkedUtf16, utf32Order } from "./sniff-file.ts";

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));

test.each([
  ["ff fe 41 00", true],
  ["fe ff 00 41", true],
  ["fe 41", false],
  ["41 ff", false],
  ["ff 41", false],
  ["41 fe", false],
  ["", false],
])("%s begins with a mark of UTF-16: %p", (hex, marked) => {
  expect(hasUtf16Mark(bytes(hex))).toBe(marked);
});

test.each<[string, ReturnType<typeof utf32Order>]>([
  ["ff fe 00 00 41", "utf-32le"],
  ["00 00 fe ff 41", "utf-32be"],
  ["ff fe 00 41", null],
  ["00 00 fe", null],
])("%s begins with a mark of UTF-32: %p", (hex, order) => {
  expect(utf32Order(bytes(hex))).toBe(order);
});

test.each<[string, ReturnType<typeof unmarkedUtf16>]>([
  ["41 00 42 00", "utf-16le"],
  ["00 41 00 42", "utf-16be"],
  // Nearly every second byte: more than seven of ten.
  [`${"41 00 ".repeat(8)}${"11 22 ".repeat(2)}`, "utf-16le"],
  [`${"41 00 ".repeat(7)}${"11 22 ".repeat(3)}`, null],
  [`${"00 41 ".repeat(8)}${"11 22 ".repeat(2)}`, "utf-16be"],
  [`${"00 41 ".repeat(7)}${"11 22 ".repeat(3)}`, null],
  [`${"41 00 ".repeat(9)}00 41`, null],
  [`${"00 41 ".repeat(9)}41 00`, null],
  ["41 00", null],
  ["41 42 43 44", null],
])("%s without a mark is %p", (hex, order) => {
  expect(unmarkedUtf16(bytes(hex))).toBe(order);
});

test.each<[string, string, "text" | "refused"]>([
  ["a tenth of control characters", `${"01".repeat(10)}${"41".repeat(90)}`, "text"],
  ["more of them", `${"01".repeat(11)}${"41".repeat(89)}`, "refused"],
  ["tabs, line ends and escapes alone", "090a0b0c0d1b", "text"],
  ["what is next to them", "08", "refused"],
  ["what is behind them", "0e", "refused"],
  ["the first printable", "20", "text"],
  ["the last that is not", "1f", "refused"],
])("%s: %s", (_, hex, kind) => {
  expect(sniffFile(bytes(hex), "a.txt").kind).toBe(kind);
});

test("a PDF's header is found within the first kilobyte", () => {
  const behind = (spaces: number) => new TextEncoder().encode(`${" ".repeat(spaces)}%PDF-1.7`);
  expect(sniffFile(behind(1_019), "a.txt").kind).toBe("pdf");
  expect(sniffFile(behind(1_020), "a.txt").kind).toBe("text");
});

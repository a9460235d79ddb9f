import { TextDecoder } from "node:util";
import { declaredEncoding, decodeExactly, guessEncoding } from "./detect-encoding.ts";
import { hasUtf16Mark, unmarkedUtf16, utf32Order } from "./sniff-file.ts";

/** `read_as_` and the label of the encoding that was guessed; Latin-1 is read as Windows-1252. */
export type TextNote = `read_as_${string}` | "invalid_bytes_replaced" | "cut_at_end";

export type Decoded =
  | { ok: true; text: string; note: TextNote | null }
  | { ok: false; code: "binary" };

/**
 * Decodes Unicode with a mark or clearly so without one, then what the text itself declares, then what it is
 * likely to be, which is noted. Invalid bytes become U+FFFD and are noted; NUL is refused, since text has none
 * and the database stores none. The result has no byte order mark and no lone surrogate.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  const wide = utf32Order(bytes);
  if (wide) return decodeUtf32(bytes, wide);
  if (hasUtf16Mark(bytes)) return decodeUtf16(bytes, bytes[0] === 0xff ? "utf-16le" : "utf-16be");
  const order = unmarkedUtf16(bytes);
  if (order) return decodeUtf16(bytes, order);
  if (bytes.includes(0)) return binary();
  if (isIso2022Jp(bytes)) return known(bytes, "iso-2022-jp", null);
  if (decodeExactly(bytes, "utf-8") !== null) return known(bytes, "utf-8", null);
  const declared = declaredEncoding(bytes);
  if (declared !== null) return known(bytes, declared, null);
  const whole = withoutCutEnd(bytes);
  if (whole) return known(whole, "utf-8", "cut_at_end");
  const text = new TextDecoder("utf-8").decode(bytes);
  if (damagedUtf8(text)) return { ok: true, text, note: "invalid_bytes_replaced" };
  const guessed = guessEncoding(bytes);
  return known(bytes, guessed, `read_as_${guessed === "windows-1252" ? "latin1" : guessed}`);
}

function known(bytes: Uint8Array, label: string, note: TextNote | null): Decoded {
  const text = new TextDecoder(label).decode(bytes);
  return text.includes("\0") ? binary() : { ok: true, text, note };
}

/** Japanese of seven bits: its characters are between escapes. */
function isIso2022Jp(bytes: Uint8Array): boolean {
  if (!bytes.includes(0x1b)) return false;
  const text = Buffer.from(bytes);
  return (
    (text.includes("\u001b$B") || text.includes("\u001b$@")) &&
    decodeExactly(bytes, "iso-2022-jp") !== null
  );
}

/** The bytes before a last character that is incomplete, in UTF-8 that is intact otherwise and not only ASCII. */
function withoutCutEnd(bytes: Uint8Array): Uint8Array | null {
  const start = bytes.findLastIndex((byte) => byte >= 0xc2);
  const lead = bytes[start] ?? 0;
  const wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (start < 0 || bytes.length - start >= wanted) return null;
  const rest = bytes.subarray(0, start);
  const intact = decodeExactly(rest, "utf-8") !== null && rest.some((byte) => byte > 127);
  return intact && bytes.subarray(start + 1).every((byte) => byte >= 0x80 && byte < 0xc0)
    ? rest
    : null;
}

function decodeUtf32(bytes: Uint8Array, order: "utf-32le" | "utf-32be"): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  let replaced = bytes.length % 4 !== 0;
  for (let at = 4; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, order === "utf-32le");
    if (code === 0) return binary();
    const valid = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    text += valid ? String.fromCodePoint(code) : "\ufffd";
    replaced ||= !valid;
  }
  return { ok: true, text, note: replaced ? "invalid_bytes_replaced" : null };
}

function decodeUtf16(bytes: Uint8Array, order: "utf-16le" | "utf-16be"): Decoded {
  const text = new TextDecoder(order).decode(bytes);
  if (text.includes("\0")) return binary();
  const replaced = text.includes("\ufffd");
  return { ok: true, text, note: replaced ? "invalid_bytes_replaced" : null };
}

/** Mostly valid multi-byte sequences with a few errors: damaged UTF-8 rather than another encoding. */
function damagedUtf8(decoded: string): boolean {
  const broken = decoded.match(/\ufffd/g)?.length ?? 0;
  const intact = decoded.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0;
  return intact > broken * 2;
}

const binary = (): Decoded => ({ ok: false, code: "binary" });

import { hasUtf16Mark, unmarkedUtf16 } from "./sniff-file.ts";

export type TextNote = "read_as_latin1" | "invalid_bytes_replaced";

export type Decoded =
  | { ok: true; text: string; note: TextNote | null }
  | { ok: false; code: "binary" };

/**
 * Decodes UTF-8, UTF-16 (with a mark, or clearly so without one) or Latin-1. Invalid bytes become U+FFFD and
 * are noted; NUL is refused, since text has none and the database stores none. The result has no byte order
 * mark and no lone surrogate.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  if (hasUtf16Mark(bytes)) return decodeUtf16(bytes, bytes[0] === 0xff ? "utf-16le" : "utf-16be");
  const order = unmarkedUtf16(bytes);
  if (order) return decodeUtf16(bytes, order);
  if (bytes.includes(0)) return binary();
  const text = new TextDecoder("utf-8").decode(bytes);
  if (!text.includes("\ufffd") || isUtf8(bytes)) return { ok: true, text, note: null };
  return damagedUtf8(text)
    ? { ok: true, text, note: "invalid_bytes_replaced" }
    : { ok: true, text: latin1(bytes), note: "read_as_latin1" };
}

function decodeUtf16(bytes: Uint8Array, order: "utf-16le" | "utf-16be"): Decoded {
  const text = new TextDecoder(order).decode(bytes);
  if (text.includes("\0")) return binary();
  const replaced = text.includes("\ufffd");
  return { ok: true, text, note: replaced ? "invalid_bytes_replaced" : null };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Mostly valid multi-byte sequences with a few errors: damaged UTF-8 rather than another encoding. */
function damagedUtf8(decoded: string): boolean {
  const broken = decoded.match(/\ufffd/g)?.length ?? 0;
  const intact = decoded.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0;
  return intact > broken * 2;
}

/** Windows-1252, the superset of Latin-1 that the Encoding standard uses for that name. */
function latin1(bytes: Uint8Array): string {
  return new TextDecoder("windows-1252").decode(bytes);
}

const binary = (): Decoded => ({ ok: false, code: "binary" });

/** File type by magic bytes. The name only refines the media type of text. */
export type Sniffed =
  | { kind: "pdf" | "text"; mediaType: string }
  | { kind: "refused"; fault: SniffFault };

/** Why it cannot be read; the user messages are in errors.ts. */
export type SniffFault = "archive" | "office" | "image" | "media" | "program" | "binary";

/** Bytes needed to decide; more are ignored. */
export const SNIFF_BYTES = 4096;

/** Magic bytes in hexadecimal, from the published signature of each format. */
const SIGNATURES: readonly (readonly [string, SniffFault])[] = [
  ["1f8b", "archive"],
  ["425a68", "archive"],
  ["fd377a585a00", "archive"],
  ["28b52ffd", "archive"],
  ["377abcaf271c", "archive"],
  ["526172211a07", "archive"],
  ["d0cf11e0a1b11ae1", "office"],
  ["7b5c727466", "office"],
  ["89504e470d0a1a0a", "image"],
  ["ffd8ff", "image"],
  ["474946383761", "image"],
  ["474946383961", "image"],
  ["49492a00", "image"],
  ["4d4d002a", "image"],
  ["494433", "media"],
  ["4f676753", "media"],
  ["1a45dfa3", "media"],
  ["7f454c46", "program"],
  ["cafebabe", "program"],
  ["cffaedfe", "program"],
  ["0061736d", "program"],
];

/** Brands of still images in the container of MP4: HEIC and AVIF. */
const STILL_BRANDS = new Set(["heic", "heix", "heim", "heis", "mif1", "avif"]);

const TEXT_TYPES: Readonly<Record<string, string>> = {
  md: "text/markdown",
  markdown: "text/markdown",
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  json: "application/json",
};

/**
 * Detects the file type from its content; a wrong extension does not matter.
 * @param head the first {@link SNIFF_BYTES} bytes, or all of a smaller file
 */
export function sniffFile(head: Uint8Array, name: string): Sniffed {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const bytes = head.subarray(0, SNIFF_BYTES);
  // ISO 32000 requires the header first; readers accept it within the first kilobyte.
  if (latin1(bytes.subarray(0, 1024)).includes("%PDF-")) {
    return { kind: "pdf", mediaType: "application/pdf" };
  }
  const fault = signatureFault(bytes, extension);
  if (fault) return { kind: "refused", fault };
  return { kind: "text", mediaType: TEXT_TYPES[extension] ?? "text/plain" };
}

function signatureFault(bytes: Uint8Array, extension: string): SniffFault | null {
  const start = latin1(bytes.subarray(0, 16));
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) {
    return /^(doc|xls|ppt)[xm]$|^od[tsp]$/.test(extension) ? "office" : "archive";
  }
  if (start.startsWith("RIFF")) return start.slice(8, 12) === "WEBP" ? "image" : "media";
  if (start.slice(4, 8) === "ftyp") return STILL_BRANDS.has(start.slice(8, 12)) ? "image" : "media";
  const hex = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  const known = SIGNATURES.find(([signature]) => hex.startsWith(signature));
  if (known) return known[1];
  if (hasUtf16Mark(bytes) || utf32Order(bytes)) return null;
  if (start.startsWith("MZ") && bytes.includes(0)) return "program";
  return looksBinary(bytes) ? "binary" : null;
}

/** The byte order of UTF-32, which has a mark; the one of little-endian starts like that of UTF-16. */
export function utf32Order(bytes: Uint8Array): "utf-32le" | "utf-32be" | null {
  const mark = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  return mark === "fffe0000" ? "utf-32le" : mark === "0000feff" ? "utf-32be" : null;
}

/** A UTF-16 byte order mark, after which NUL bytes are normal. */
export function hasUtf16Mark(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** The byte order of UTF-16 without a mark: Latin script has NUL in nearly every second byte. */
export function unmarkedUtf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const sample = bytes.subarray(0, SNIFF_BYTES & ~1);
  const pairs = Math.floor(sample.length / 2);
  if (pairs < 2) return null;
  let evenNuls = 0;
  let oddNuls = 0;
  for (let i = 0; i < pairs * 2; i++) {
    if (sample[i] !== 0) continue;
    if (i % 2 === 0) evenNuls++;
    else oddNuls++;
  }
  if (oddNuls > pairs * 0.7 && evenNuls === 0) return "utf-16le";
  if (evenNuls > pairs * 0.7 && oddNuls === 0) return "utf-16be";
  return null;
}

function looksBinary(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return unmarkedUtf16(bytes) === null;
  let controls = 0;
  for (const byte of bytes) {
    // Tab, line feed, vertical tab, form feed, carriage return and escape occur in real text.
    if (byte < 32 && (byte < 9 || byte > 13) && byte !== 27) controls++;
  }
  return controls > bytes.length * 0.1;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

import { TextDecoder } from "node:util";
import { analyse } from "chardet";

/** An encoding by its label of the Encoding standard. */
type Label = string;

/** Bytes in which a declaration is looked for, as HTML prescribes. */
const DECLARED_WITHIN = 1024;
const DECLARATIONS = [
  /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/i,
  /<meta[^>]+charset\s*=\s*["']?([\w.:-]+)/i,
  /^@charset "([\w.:-]+)";/,
  /^(?:#.*\n)?[#;/*\s]*.*coding[:=]\s*([\w.-]+)/,
];

/** What a file says of its own encoding, if it can be so. */
export function declaredEncoding(bytes: Uint8Array): Label | null {
  const head = Buffer.from(bytes.subarray(0, DECLARED_WITHIN)).toString("latin1");
  for (const declaration of DECLARATIONS) {
    const label = declaration.exec(head)?.[1];
    if (label !== undefined && decodeExactly(bytes, label) !== null) return label;
  }
  return null;
}

/** The text in an encoding, or null when bytes do not fit it or it is none. */
export function decodeExactly(bytes: Uint8Array, label: Label): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Bytes that are looked at, around the first that is not ASCII. */
const SAMPLE = 65_536;
/** Of 100. Short texts resemble several encodings; below, statistics of our own or Western Europe decide. */
const CONFIDENT = 50;
const LIKELY = 30;
/** Another Latin encoding must be so much likelier than the Western one, by at least so many bytes. */
const OVER_WESTERN = 1.5;
const TELLING_BYTES = 5;
const WESTERN = ["ISO-8859-1", "windows-1252"];
const OTHER_LATIN = /^ISO-8859-(?:2|9)$|^windows-125[0478]$/;
const CYRILLIC = ["windows-1251", "koi8-r", "ibm866", "x-mac-cyrillic", "iso-8859-5"];
/** Encodings that are read by a superset. */
const SUPERSETS = new Map([
  ["ISO-8859-8", "windows-1255"],
  ["ISO-8859-9", "windows-1254"],
]);

/**
 * Guesses the encoding of a text that is not UTF-8, by statistics of letters (chardet), for encodings that it does
 * not know by the shape of words. EUC-TW and Johab are neither known to it nor decoded by the runtime or any library in
 * use: their texts are taken for Western ones, which is noted.
 */
export function guessEncoding(bytes: Uint8Array): Label {
  const first = bytes.findIndex((byte) => byte > 127);
  const sample = bytes.subarray(Math.max(0, first - 100), first + SAMPLE);
  const guesses = analyse(sample).filter(({ name }) => decodeExactly(bytes, name) !== null);
  const [best] = guesses;
  const confident = (best?.confidence ?? 0) >= CONFIDENT;
  const cyrillic = ["windows-1251", "KOI8-R", "ISO-8859-5"].includes(best?.name ?? "");
  if (!confident && isThai(sample)) return "windows-874";
  if (!confident || cyrillic) {
    const fitting = CYRILLIC.map((label) => ({ label, share: cyrillicShare(sample, label) }));
    const [likeliest] = fitting.sort((a, b) => b.share - a.share);
    if (likeliest && likeliest.share > 0.8) return likeliest.label;
  }
  if (!best || best.confidence < LIKELY) return "windows-1252";
  const western = guesses.find(({ name }) => WESTERN.includes(name))?.confidence ?? 0;
  const telling = sample.filter((byte) => byte > 127).length >= TELLING_BYTES;
  const clear = telling && best.confidence >= western * OVER_WESTERN;
  if (OTHER_LATIN.test(best.name) && !clear) return "windows-1252";
  if (WESTERN.includes(best.name)) return "windows-1252";
  return (SUPERSETS.get(best.name) ?? best.name).toLowerCase();
}

/** Share of the letters beyond ASCII that are small ones of well-formed Cyrillic words; capitals are few. */
function cyrillicShare(bytes: Uint8Array, label: Label): number {
  const text = new TextDecoder(label).decode(bytes);
  const words = text.match(/(?<![\p{L}])\p{Lu}?[а-яё]+(?![\p{L}])/gu)?.join("") ?? "";
  return countOf(words, /[а-яёА-ЯЁ]/g) / Math.max(1, countOf(text, /[^\p{ASCII}«»—–№…“”„]/gu));
}

/** Whether it is Thai, where vowel and tone marks stand on consonants only. */
function isThai(bytes: Uint8Array): boolean {
  const text = new TextDecoder("windows-874").decode(bytes);
  const thai = countOf(text, /[ก-ฺเ-๛]/g);
  const marks = countOf(text, /[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]/g);
  const stray = countOf(text, /(?<![ก-ฮ\u0e31-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]/g);
  return thai > countOf(text, /[^\p{ASCII}]/gu) * 0.95 && marks > thai * 0.05 && stray === 0;
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

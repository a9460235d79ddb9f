import { INVISIBLE } from "./fold-accents.ts";

/** In UTF-16 code units, as `slice` takes them. */
export interface Span {
  start: number;
  end: number;
}

/** Quotation marks, dashes and the like that people and models substitute when they copy text. */
const LOOKALIKES = new Map<string, string>([
  ...Array.from("‘’‚‛′`´ʼ", (mark): [string, string] => [mark, "'"]),
  ...Array.from("“”„‟″«»", (mark): [string, string] => [mark, '"']),
  ...Array.from("‐‑‒–—―−", (mark): [string, string] => [mark, "-"]),
]);

/** A hyphen at the end of a line that goes on in lower case: it may be part of the word, or divide it. */
const LINE_HYPHEN = "\u0001";
/**
 * A base character with its combining marks, a run of white space, or a {@link LINE_HYPHEN}: one unit of
 * comparison.
 */
const UNIT =
  /(?<=[\p{L}\p{M}])[-\u00ad\u2010]\p{DI}*[^\S\n]*\n\s*(?=\p{Ll})|\s+|\P{M}\p{M}*|\p{M}+/gu;

/**
 * Finds a quote in a text, ignoring differences in white space (any run equals one space), words divided at the
 * end of a line, typographic quotation marks and dashes, invisible characters, and Unicode compatibility forms
 * (ligatures from PDFs, NFD), but nothing else: a changed word or letter case is not a quote.
 * @returns the exact span of the first match in the original text, or null
 */
export function verifyQuote(text: string, quote: string): Span | null {
  const verbatim = quote.trim();
  if (verbatim === "") return null;
  const exact = text.indexOf(verbatim);
  const after = exact + verbatim.length;
  // A combining mark right behind belongs to the last letter, which is then another one.
  if (exact >= 0 && !/^\p{M}/u.test(text.slice(after, after + 2)))
    return { start: exact, end: after };
  const needle = fold(verbatim).folded;
  if (needle === "") return null;
  // Folding needs about 20 bytes per code unit, so a long text is searched in overlapping windows.
  const overlap = verbatim.length * 4;
  for (let from = 0; from < text.length; ) {
    const to = wholeCharacter(text, from + WINDOW + overlap);
    const span = find(text.slice(from, to), needle);
    if (span) return { start: from + span.start, end: from + span.end };
    from = wholeCharacter(text, from + WINDOW);
  }
  return null;
}

/** Code units per window, without the overlap. */
const WINDOW = 65_536;

function find(text: string, needle: string): Span | null {
  const { folded, starts, ends } = fold(text);
  const divided = folded.includes(LINE_HYPHEN) || needle.includes(LINE_HYPHEN);
  const [at, length] = divided
    ? findDivided(folded, needle)
    : [folded.indexOf(needle), needle.length];
  if (at < 0) return null;
  return { start: starts[at] ?? 0, end: ends[at + length - 1] ?? text.length };
}

/** Where a line's hyphen may be a hyphen or nothing. */
function findDivided(folded: string, needle: string): [at: number, length: number] {
  const units =
    needle.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").match(/\\.|[\ud800-\udbff]?[\s\S]/g) ?? [];
  const pattern = units.map((unit) =>
    unit === "-" ? `[-${LINE_HYPHEN}]` : unit === LINE_HYPHEN ? `[-${LINE_HYPHEN}]?` : unit,
  );
  const match = new RegExp(pattern.join(`${LINE_HYPHEN}?`)).exec(folded);
  return match ? [match.index, match[0].length] : [-1, 0];
}

/** The first position at or after `at` that splits neither a surrogate pair nor a letter and its marks. */
function wholeCharacter(text: string, at: number): number {
  let place = at;
  while (place < text.length && /^[\udc00-\udfff\p{M}]/u.test(text.charAt(place))) place++;
  return place;
}

interface Folded {
  folded: string;
  /** For each code unit of `folded`: start and end of its character in the original. */
  starts: number[];
  ends: number[];
}

function fold(text: string): Folded {
  const pieces: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  for (const match of text.matchAll(UNIT)) {
    const source = match[0];
    const piece = foldUnit(source);
    for (let i = 0; i < piece.length; i++) {
      starts.push(match.index);
      ends.push(match.index + source.length);
    }
    pieces.push(piece);
  }
  const folded = pieces.join("");
  // Quotes never start or end with white space, and neither does the needle.
  return { folded, starts, ends };
}

function foldUnit(source: string): string {
  const code = source.charCodeAt(0);
  if (source.length === 1 && code > 32 && code < 127 && code !== 96) return source;
  if (/^\s/u.test(source)) return " ";
  if (source.includes("\n")) return LINE_HYPHEN;
  const known = LOOKALIKES.get(source);
  if (known !== undefined) return known;
  return source.normalize("NFKC").replace(INVISIBLE, "");
}

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
  ["\u00ad", ""],
  ["\u200b", ""],
  ["\ufeff", ""],
]);

/**
 * Finds a quote in a text, ignoring differences in white space (any run equals one space), typographic
 * quotation marks and dashes, and Unicode compatibility forms (ligatures from PDFs, NFD), but nothing else: a
 * changed word or letter case is not a quote.
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
  const at = folded.indexOf(needle);
  if (at < 0) return null;
  return { start: starts[at] ?? 0, end: ends[at + needle.length - 1] ?? text.length };
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
  // A base character with its combining marks, or a run of white space, is one unit of comparison.
  for (const match of text.matchAll(/\s+|\P{M}\p{M}*|\p{M}+/gu)) {
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
  const known = LOOKALIKES.get(source);
  if (known !== undefined) return known;
  return source.normalize("NFKC");
}

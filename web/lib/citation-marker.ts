/** A citation marker in a text: the source's label and the quote. */
export type CitationMarker = {
  readonly marker: string;
  readonly quote: string;
  /** Its length in the text. */
  readonly length: number;
};

/** A quote is at most one paragraph; the server accepts none longer. */
const MAX_QUOTE = 2_000;
/** `[S1]` or `[S1: "exact words"]`; straight quotes, with escaped ones inside, or curly ones. */
const MARKER = new RegExp(
  `\\[(S\\d{1,4})(?::\\s{0,4}(?:"((?:\\\\.|[^"\\\\]){0,${MAX_QUOTE}})"|“([^”]{0,${MAX_QUOTE}})”)\\s{0,4})?\\]`,
  "y",
);

/** The citation marker at an offset, if there is one. */
export function markerAt(text: string, offset: number): CitationMarker | undefined {
  MARKER.lastIndex = offset;
  const match = MARKER.exec(text);
  if (!match) return undefined;
  const quote = (match[2] ?? match[3] ?? "").replace(/\\(.)/g, "$1");
  return { marker: match[1] ?? "", quote, length: match[0].length };
}

/** All citation markers of a text, in order. */
export function* markersIn(text: string): Generator<CitationMarker> {
  /** Position of the next closing curly quote; searched once, however many quotes are open. */
  let closing = -1;
  for (let at = text.indexOf("[S"); at !== -1; at = text.indexOf("[S", at)) {
    if (closing < at) closing = indexOrEnd(text, "”", at);
    const open =
      closing - at > MAX_QUOTE + 16 && /^\[S\d{1,4}:\s{0,4}“/.test(text.slice(at, at + 16));
    const found = open ? undefined : markerAt(text, at);
    if (found) yield found;
    at += found?.length ?? 2;
  }
}

function indexOrEnd(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from);
  return index === -1 ? text.length + MAX_QUOTE : index;
}

const UNFINISHED =
  /^\[(?:S(?:\d{1,4}(?::\s{0,4}(?:["“](?:\\.|[^"”\\])*\\?(?:["”]\s{0,4})?)?)?)?)?$/;

/** The text without a partial citation marker at its end. */
export function withoutUnfinished(text: string): string {
  for (const at of [text.lastIndexOf("[S"), text.lastIndexOf("[")]) {
    if (at !== -1 && text.length - at <= MAX_QUOTE && UNFINISHED.test(text.slice(at)))
      return text.slice(0, at);
  }
  return text;
}

/** A citation marker in an answer: the label of a source and the words quoted from it. */
export interface CitationMarker {
  label: string;
  quote: string;
  /** Offset after the marker. */
  end: number;
}

/** `[S1: "exact words"]`, with straight or typographic quotation marks; the quote is one paragraph at most. */
const MARKER = /\[(S\d{1,4}):\s{0,4}["“]([^\n]{1,2000}?)["”]\s{0,4}\]/g;

/**
 * Complete citation markers in `text` from an offset on. The system prompt in `build-context.ts` asks models
 * for this syntax.
 */
export function findCitations(text: string, from: number): CitationMarker[] {
  const markers: CitationMarker[] = [];
  MARKER.lastIndex = from;
  for (let match = MARKER.exec(text); match !== null; match = MARKER.exec(text)) {
    markers.push({ label: match[1] ?? "", quote: match[2] ?? "", end: MARKER.lastIndex });
  }
  return markers;
}

import type { CitationPart } from "../../lib/api-types.ts";
import { markersIn } from "../../lib/citation-marker.ts";

export type NumberedCitation = { number: number; citation: CitationPart | undefined };

export type CitationNumbers = {
  /** The number of a marker, and its target once that is known. */
  find(marker: string, quote: string): NumberedCitation;
  /** The known citations in order of their numbers. */
  readonly sources: readonly { number: number; citation: CitationPart }[];
};

function keyOf(marker: string, quote: string): string {
  return `${marker}\u0000${quote.replace(/\s+/g, " ").trim()}`;
}

/**
 * Numbers an answer's citations by their first occurrence, so that numbers stay the same while the text grows.
 * The same quote of the same source has one number.
 */
export function numberCitations(text: string, citations: readonly CitationPart[]): CitationNumbers {
  const numbers = new Map<string, number>();
  const number = (key: string): number => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size + 1);
    return numbers.size;
  };
  for (const { marker, quote } of markersIn(text)) number(keyOf(marker, quote));
  const byKey = new Map<string, CitationPart>();
  const byMarker = new Map<string, CitationPart>();
  for (const citation of citations) {
    byKey.set(keyOf(citation.marker, citation.quote), citation);
    if (!byMarker.has(citation.marker)) byMarker.set(citation.marker, citation);
  }
  const find = (marker: string, quote: string): NumberedCitation => {
    const key = keyOf(marker, quote);
    // A marker without a quote points to its whole source.
    const citation = byKey.get(key) ?? (quote === "" ? byMarker.get(marker) : undefined);
    return { number: number(key), citation };
  };
  const sources: { number: number; citation: CitationPart }[] = [];
  for (const [key, value] of numbers) {
    const [marker = "", quote = ""] = key.split("\u0000");
    const { citation } = find(marker, quote);
    if (citation) sources.push({ number: value, citation });
  }
  return { find, sources };
}

import { verifyQuote } from "../knowledge/index.ts";
import type { CitationPart } from "../threads/index.ts";
import { findCitations } from "./find-citations.ts";
import type { CitableSource, RunningAnswer } from "./running-answer.ts";

/** Longest marker that `find-citations.ts` accepts. */
const MARKER_LENGTH = 2_100;

/** Appends a citation event for each marker completed since the last call. */
export function citeNew(answer: RunningAnswer): void {
  const { text, plan } = answer;
  if (!answer.mayCite) return;
  for (const marker of findCitations(text, answer.citedTo)) {
    answer.citedTo = marker.end;
    const source = plan.sources.find(({ label }) => label === marker.label);
    if (source) answer.append({ type: "citation", citation: cite(source, marker.quote) });
  }
  // The next search starts at a possible marker, not at the beginning of a long answer.
  const begun = text.indexOf("[", answer.citedTo);
  answer.mayCite = begun !== -1;
  answer.citedTo = begun === -1 ? text.length : Math.max(begun, text.length - MARKER_LENGTH);
}

/** A citation of a source: with the exact span if its quote is found, else unverified. */
export function cite(source: CitableSource, quote: string): CitationPart {
  const span = verifyQuote(source.text, quote);
  const { start, end } = span ?? { start: 0, end: 0 };
  return {
    type: "citation",
    marker: source.label,
    quote,
    fileId: source.fileId,
    fileVersionId: source.fileVersionId,
    fileName: source.title,
    start: source.offset + start,
    end: source.offset + end,
    verified: span !== null,
  };
}

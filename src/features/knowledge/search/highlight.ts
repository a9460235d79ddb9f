import type { Database } from "../../../platform/db/client.ts";
import { foldAccents } from "./fold-accents.ts";
import type { FoundPassage, Ranking } from "./rank-passages.ts";
import { splitWords } from "./split-words.ts";
import { lookUpStems, STOP } from "./stems.ts";
import type { Span } from "./verify-quote.ts";

/**
 * Spans of query words in each passage, in the order of the passages: offsets in the version's text, merged
 * where they touch. A word matches when its stem is one of the query's, as in the ranking.
 */
export async function markWords(db: Database, ranking: Ranking): Promise<Span[][]> {
  const split = ranking.passages.map((passage) => ({ passage, words: splitWords(passage.text) }));
  const marked = new Map<string, Set<string>>();
  for (const [language, lexemes] of ranking.lexemes) {
    const beginnings = new Set([...lexemes].map(beginning));
    const words = split
      .filter(({ passage }) => passage.language === language)
      .flatMap((passage) => passage.words.map(({ word }) => word))
      .filter((word) => CHANGED_BEGINNING.has(language) || beginnings.has(beginning(word)));
    const stems = await lookUpStems(db, language, words);
    const hits = [...stems].filter(([, stem]) =>
      [...stem.lexemes, ...stem.parts].some((lexeme) => lexemes.has(lexeme)),
    );
    marked.set(language, new Set(hits.map(([word]) => word)));
  }
  return split.map(({ passage, words }) =>
    merge(
      words
        .filter(({ word }) => marked.get(passage.language)?.has(word))
        .map(({ start, end }) => shifted(passage, start, end)),
    ),
  );
}

/** Languages in which a word may begin otherwise than its stem: by a prefix, in compounds, in another script. */
const CHANGED_BEGINNING = new Set(
  "arabic dutch german indonesian serbian tamil yiddish".split(" "),
);

/** Elsewhere stemmers change endings only, so no other words are looked up: the first letter without its accent. */
const beginning = (word: string): string =>
  foldAccents(word.replace(STOP, "").toLowerCase()).charAt(0);

function shifted(passage: FoundPassage, start: number, end: number): Span {
  return { start: passage.start + start, end: passage.start + end };
}

function merge(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}

import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../../platform/db/client.ts";
import { type searchScopes, searchTerms } from "../tables.ts";
import { inverseFrequency, type QueryTerm, TIER_COUNT, termKey } from "./bm25.ts";
import { queryWords } from "./split-words.ts";
import { lookUpStems, type Stems } from "./stems.ts";

/** A word of a query in one language of the project. */
export interface WordTerm extends QueryTerm {
  /** Terms of the same word share a number; the best of them counts. */
  word: number;
  /**
   * Words that a passage of the language usually has: the geometric mean of its own average and the project's. Pairs of
   * Thai characters make more words than the same in English, which is no reason to rank either lower.
   */
  averageLength: number;
  /** A stop word finds nothing; that a passage has it tells of its language. */
  stop: boolean;
}

export interface ChosenTerms {
  terms: WordTerm[];
  /** Lexemes of the query by language, for highlights. */
  lexemes: ReadonlyMap<string, ReadonlySet<string>>;
}

type Scope = typeof searchScopes.$inferSelect;

/** Words used for ranking: questions rarely have more, pasted pages do. */
const MAX_WORDS = 64;
/** Distinct words whose rarity is looked up to choose among them. */
const MAX_LOOKED_UP = 1_000;
/** Share of the idf in a passage that has the word in another spelling than was asked for. */
const RESPELLED_SHARE = 0.5;

/**
 * The terms of a query with their weights. A word is as rare as it is in all passages of the project, whatever
 * their language: where it is a stop word, every passage counts as having it. Of a long text the rarest words
 * are used, and those of its question weigh at least as much as all others together.
 * @param scopes the project's languages
 * @param stopWords whether a query of stop words only looks for these
 */
export async function chooseTerms(
  db: Database,
  projectId: string,
  scopes: readonly Scope[],
  query: string,
  stopWords: boolean,
): Promise<ChosenTerms> {
  const { words, asked } = wordsOf(query);
  const languages: QueryLanguage[] = [];
  const usual = averageOf(
    sumOf(scopes, (it) => it.words),
    sumOf(scopes, (it) => it.passages),
  );
  for (const scope of scopes) {
    const averageLength = Math.sqrt(usual * averageOf(scope.words, scope.passages));
    const stems = await lookUpStems(db, scope.language, words);
    languages.push({ ...scope, averageLength, stems });
  }
  const useStops =
    stopWords && languages.some(({ stems }) => words.every((word) => stems.get(word)?.stop));
  const weighed = await weighWords(db, projectId, languages, words, useStops);
  const chosen = mostTelling(weighed, asked);
  const lexemes = new Map<string, Set<string>>();
  for (const { language, lexeme, stop } of chosen.flatMap(({ held }) => held))
    if (!stop) lexemes.set(language, (lexemes.get(language) ?? new Set()).add(lexeme));
  return { terms: await addTiers(db, projectId, chosen), lexemes };
}

/** Distinct words of a query. Of a long one, those of its questions, else of its last sentence, come first. */
function wordsOf(query: string): { words: string[]; asked: ReadonlySet<string> } {
  const words = queryWords(query);
  if (words.length <= MAX_WORDS) return { words, asked: new Set(words) };
  const asked = new Set(askingSentences(query).flatMap(queryWords));
  return { words: [...new Set([...asked, ...words])].slice(0, MAX_LOOKED_UP), asked };
}

function askingSentences(text: string): string[] {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  const sentences = Array.from(segmenter.segment(text), ({ segment }) => segment);
  const questions = sentences.filter((sentence) => /[?？؟;]["'”’»)\]]*\s*$/u.test(sentence));
  if (questions.length > 0) return questions;
  return sentences.filter((sentence) => queryWords(sentence).length > 2).slice(-1);
}

/** A lexeme of a word in a language of the project. */
interface HeldLexeme {
  language: string;
  averageLength: number;
  lexeme: string;
  idf: number;
  stop: boolean;
}

interface WeighedWord {
  word: string;
  /** Of its rarest lexeme. */
  idf: number;
  held: HeldLexeme[];
}

/** A language of the project, with what the query's words are in it. */
interface QueryLanguage extends Scope {
  averageLength: number;
  stems: Stems;
}

/**
 * The words that occur in some passage, and where. Unless `useStops`, a stop word counts as being in every passage
 * of its language: among several languages it tells which one the question is in, alone it weighs nothing.
 */
async function weighWords(
  db: Database,
  projectId: string,
  languages: readonly QueryLanguage[],
  words: readonly string[],
  useStops: boolean,
): Promise<WeighedWord[]> {
  const keyOf = (language: string, lexeme: string) => termKey(projectId, language, lexeme, 0);
  const keys = languages.flatMap(({ language, stems }) =>
    [...stems.values()].flatMap(({ lexemes }) => lexemes.map((lexeme) => keyOf(language, lexeme))),
  );
  const counts = await countPassages(db, keys);
  const countOf = (language: string, lexeme: string) => counts.get(keyOf(language, lexeme)) ?? 0;
  const total = sumOf(languages, ({ passages }) => passages);
  const leftOut = ({ stems }: QueryLanguage, word: string) =>
    !useStops && (stems.get(word)?.stop ?? false);
  /** Of a word in its first spellings, in all languages together. */
  const idfOf = (word: string, spellings?: number) => {
    const passages = sumOf(languages, (language) => {
      if (leftOut(language, word)) return language.passages;
      const lexemes = language.stems.get(word)?.lexemes ?? [];
      const having = lexemes.slice(0, spellings).map((it) => countOf(language.language, it));
      return Math.max(0, ...having);
    });
    return inverseFrequency(total, Math.min(total, passages));
  };
  const taken = new Set<bigint>();
  return words.flatMap((word) => {
    const idf = { written: idfOf(word, 1), respelled: idfOf(word) * RESPELLED_SHARE };
    const held: HeldLexeme[] = [];
    for (const scope of languages) {
      for (const [i, lexeme] of (scope.stems.get(word)?.lexemes ?? []).entries()) {
        const key = keyOf(scope.language, lexeme);
        // Two forms of a word count once.
        if (countOf(scope.language, lexeme) === 0 || taken.has(key)) continue;
        taken.add(key);
        const { language, averageLength } = scope;
        const weight = i === 0 ? idf.written : idf.respelled;
        held.push({ language, averageLength, lexeme, idf: weight, stop: leftOut(scope, word) });
      }
    }
    return held.length === 0 ? [] : [{ word, held, idf: Math.max(...held.map((it) => it.idf)) }];
  });
}

const averageOf = (words: number, passages: number): number =>
  Math.max(1, words / Math.max(1, passages));

const sumOf = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

/** At most {@link MAX_WORDS}: the rarest of the question, then the rarest of the rest, which weigh less. */
function mostTelling(words: readonly WeighedWord[], asked: ReadonlySet<string>): WeighedWord[] {
  const byRarity = [...words].sort((a, b) => b.idf - a.idf);
  const question = byRarity.filter(({ word }) => asked.has(word)).slice(0, MAX_WORDS);
  const rest = byRarity
    .filter(({ word }) => !asked.has(word))
    .slice(0, MAX_WORDS - question.length);
  const sum = (of: readonly WeighedWord[]) => sumOf(of, ({ idf }) => idf);
  const share = question.length === 0 ? 1 : Math.min(1, sum(question) / sum(rest));
  const scaled = (word: WeighedWord) => ({
    ...word,
    held: word.held.map((lexeme) => ({ ...lexeme, idf: lexeme.idf * share })),
  });
  return [...question, ...rest.map(scaled)];
}

async function addTiers(
  db: Database,
  projectId: string,
  words: readonly WeighedWord[],
): Promise<WordTerm[]> {
  const terms = words.flatMap(({ held }, word) =>
    held.map(({ language, lexeme, averageLength, idf, stop }) => {
      const keys = Array.from({ length: TIER_COUNT }, (_, tier) =>
        termKey(projectId, language, lexeme, tier),
      );
      return { word, idf, averageLength, stop, keys };
    }),
  );
  const counts = await countPassages(
    db,
    terms.flatMap(({ keys }) => keys),
  );
  return terms.map((term) => ({
    ...term,
    passages: term.keys.map((key) => counts.get(key) ?? 0),
  }));
}

const counted = z.array(z.object({ key: z.coerce.bigint(), passages: z.number() }));

/** In how many passages each key occurs. */
async function countPassages(
  db: Database,
  keys: readonly bigint[],
): Promise<ReadonlyMap<bigint, number>> {
  const wanted = `{${keys.join(",")}}`;
  const found = await db.execute(
    sql`select key::text as key, passages from ${searchTerms} where key = any(${wanted}::text::int8[])`,
  );
  return new Map(
    counted.parse([...found]).map(({ key, passages }) => [key, Math.max(0, passages)]),
  );
}

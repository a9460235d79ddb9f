import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../../platform/db/client.ts";
import { type searchScopes, searchTerms } from "../tables.ts";
import { inverseFrequency, type QueryTerm, TIER_COUNT, termKey } from "./bm25.ts";
import { splitWords } from "./split-words.ts";
import { lookUpStems, type Stems } from "./stems.ts";

/** A word of a query in one language of the project. */
export interface WordTerm extends QueryTerm {
  /** Terms of the same word share a number; the best of them counts. */
  word: number;
  /** Words in an average passage of the language. */
  averageLength: number;
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

/**
 * The terms of a query with their weights. A word is as rare as it is in all passages of the project, whatever
 * their language: where it is a stop word, every passage counts as having it. Of a long text the rarest words
 * are used, and those of its question weigh at least as much as all others together.
 * @param scopes the project's languages
 */
export async function chooseTerms(
  db: Database,
  projectId: string,
  scopes: readonly Scope[],
  query: string,
): Promise<ChosenTerms> {
  const total = scopes.reduce((sum, scope) => sum + scope.passages, 0);
  const { words, asked } = wordsOf(query);
  if (words.length === 0 || total === 0) return { terms: [], lexemes: new Map() };
  const stems = new Map<Scope, Stems>();
  for (const scope of scopes) stems.set(scope, await lookUpStems(db, scope.language, words));
  const weighed = await weighWords(db, projectId, stems, words);
  const chosen = mostTelling(weighed, asked);
  const lexemes = new Map<string, Set<string>>();
  for (const [{ language }, found] of stems)
    lexemes.set(language, new Set(chosen.flatMap(({ word }) => found.get(word) ?? [])));
  return { terms: await addTiers(db, projectId, chosen), lexemes };
}

/** Distinct words of a query. Of a long one, those of its questions, else of its last sentence, come first. */
function wordsOf(query: string): { words: string[]; asked: ReadonlySet<string> } {
  const words = new Set(splitWords(query).map(({ word }) => word));
  if (words.size <= MAX_WORDS) return { words: [...words], asked: words };
  const asked = new Set(
    askingSentences(query).flatMap((sentence) => splitWords(sentence).map(({ word }) => word)),
  );
  return { words: [...new Set([...asked, ...words])].slice(0, MAX_LOOKED_UP), asked };
}

function askingSentences(text: string): string[] {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  const sentences = Array.from(segmenter.segment(text), ({ segment }) => segment);
  const questions = sentences.filter((sentence) => /[?？؟;]["'”’»)\]]*\s*$/u.test(sentence));
  if (questions.length > 0) return questions;
  return sentences.filter((sentence) => splitWords(sentence).length > 2).slice(-1);
}

interface WeighedWord {
  word: string;
  idf: number;
  held: { language: string; averageLength: number; lexeme: string }[];
}

/** The words that occur in some passage, and where. */
async function weighWords(
  db: Database,
  projectId: string,
  stems: ReadonlyMap<Scope, Stems>,
  words: readonly string[],
): Promise<WeighedWord[]> {
  const keyOf = (language: string, lexeme: string) => termKey(projectId, language, lexeme, 0);
  const keys = [...stems].flatMap(([{ language }, found]) =>
    [...found.values()].flat().map((lexeme) => keyOf(language, lexeme)),
  );
  const counts = await countPassages(db, keys);
  const total = [...stems.keys()].reduce((sum, scope) => sum + scope.passages, 0);
  const taken = new Set<bigint>();
  const weighed: WeighedWord[] = [];
  for (const word of words) {
    const held: WeighedWord["held"] = [];
    let passages = 0;
    for (const [scope, found] of stems) {
      const lexemes = found.get(word) ?? [];
      const averageLength = Math.max(1, scope.words / Math.max(1, scope.passages));
      const having = lexemes.map((lexeme) => counts.get(keyOf(scope.language, lexeme)) ?? 0);
      passages += lexemes.length === 0 ? scope.passages : Math.max(...having);
      for (const [i, lexeme] of lexemes.entries()) {
        const key = keyOf(scope.language, lexeme);
        // Two forms of a word count once.
        if ((having[i] ?? 0) === 0 || taken.has(key)) continue;
        taken.add(key);
        held.push({ language: scope.language, averageLength, lexeme });
      }
    }
    const idf = inverseFrequency(total, Math.min(total, passages));
    if (held.length > 0) weighed.push({ word, idf, held });
  }
  return weighed;
}

/** At most {@link MAX_WORDS}: the rarest of the question, then the rarest of the rest, which weigh less. */
function mostTelling(words: readonly WeighedWord[], asked: ReadonlySet<string>): WeighedWord[] {
  const byRarity = [...words].sort((a, b) => b.idf - a.idf);
  const question = byRarity.filter(({ word }) => asked.has(word)).slice(0, MAX_WORDS);
  const rest = byRarity
    .filter(({ word }) => !asked.has(word))
    .slice(0, MAX_WORDS - question.length);
  const sum = (of: readonly WeighedWord[]) => of.reduce((total, { idf }) => total + idf, 0);
  const share = question.length === 0 ? 1 : Math.min(1, sum(question) / sum(rest));
  return [...question, ...rest.map((word) => ({ ...word, idf: word.idf * share }))];
}

async function addTiers(
  db: Database,
  projectId: string,
  words: readonly WeighedWord[],
): Promise<WordTerm[]> {
  const terms = words.flatMap(({ idf, held }, word) =>
    held.map(({ language, lexeme, averageLength }) => {
      const keys = Array.from({ length: TIER_COUNT }, (_, tier) =>
        termKey(projectId, language, lexeme, tier),
      );
      return { word, idf, averageLength, keys };
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

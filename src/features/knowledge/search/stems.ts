import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../../platform/db/client.ts";
import { foldAccents, spellOutUmlauts } from "./fold-accents.ts";
import { loadCompoundSplitter, type SplitCompound } from "./split-compound.ts";
import { ACRONYM } from "./split-words.ts";

/** What a word is indexed under in a language. */
export interface Stem {
  /** By which a query finds the word: its stem, then those of its spellings without accents. */
  lexemes: readonly string[];
  /** By which a text that has the word is found, too: the parts of a compound. */
  parts: readonly string[];
  /** A stop word counts only in a query of nothing else. */
  stop: boolean;
}

export type Stems = ReadonlyMap<string, Stem>;

/**
 * Loads what {@link lookUpStems} needs for a language. It does so by itself, but a transaction must not wait for
 * anything besides its database.
 */
export async function prepareStems(language: string): Promise<void> {
  if (language === "german") await loadCompoundSplitter();
}

/** Words per query. */
const BATCH = 5_000;
/** Languages in another script, where an ASCII word is almost always English. */
const OTHER_SCRIPT = new Set(
  "arabic armenian greek hindi nepali russian serbian tamil yiddish".split(" "),
);
/** Before a stop word, so that it is another lexeme than the same word elsewhere. */
export const STOP = "\u0001";

const rows = z.array(z.object({ word: z.string(), lexemes: z.array(z.string()) }));

/**
 * Looks up stems in PostgreSQL's dictionaries, so that index, query and highlights agree without a second
 * stemmer.
 * @param language a text search configuration; `simple` has neither stemming nor stop words
 * @param words of splitWords
 */
export async function lookUpStems(
  db: Database,
  language: string,
  words: Iterable<string>,
): Promise<Stems> {
  const stems = new Map<string, Stem>();
  const fresh = new Set<string>();
  for (const word of words) {
    const stem = cache.get(keyOf(language, word));
    if (stem) stems.set(word, stem);
    else fresh.add(word);
  }
  if (fresh.size === 0) return stems;
  if (cache.size + fresh.size > MAX_CACHED) cache.clear();
  for (const [word, stem] of await makeStems(db, language, fresh)) {
    stems.set(word, stem);
    if (cache.size < MAX_CACHED) cache.set(keyOf(language, word), stem);
  }
  return stems;
}

/**
 * Stems that were looked up: a search marks the words of its hits, and most of them recur. It is the process's, since
 * PostgreSQL's dictionaries are the same in each of its databases and never change.
 */
const cache = new Map<string, Stem>();
/** Words of all languages together; about ten megabytes. */
const MAX_CACHED = 50_000;

const keyOf = (language: string, word: string): string => `${language}\0${word}`;

async function makeStems(
  db: Database,
  language: string,
  words: ReadonlySet<string>,
): Promise<Stems> {
  const split = language === "german" ? await loadCompoundSplitter() : undefined;
  const spelled = new Map<string, Spellings>();
  for (const word of words) spelled.set(word, spellingsOf(word, split));
  const all = new Set<string>();
  for (const { forms, parts } of spelled.values())
    for (const form of [...forms, ...parts]) all.add(form);
  const lexemes = await lookUp(db, language, all);
  const stems = new Map<string, Stem>();
  for (const [word, spellings] of spelled) stems.set(word, stemOf(word, spellings, lexemes));
  return stems;
}

function stemOf(
  word: string,
  { forms, parts }: Spellings,
  lexemes: ReadonlyMap<string, readonly string[]>,
): Stem {
  const found = (form: string) => lexemes.get(form) ?? [form];
  const [written = word] = forms;
  if (found(written).length > 0)
    return {
      lexemes: [...new Set(forms.flatMap(found))],
      parts: [...new Set(parts.flatMap(found))],
      stop: false,
    };
  const asWord = `${STOP}${written}`;
  return ACRONYM.test(word)
    ? { lexemes: [`${STOP}${word}`], parts: [asWord], stop: false }
    : { lexemes: [asWord], parts: [], stop: true };
}

interface Spellings {
  /** In lower case: as written, then without accents. */
  forms: string[];
  parts: string[];
}

function spellingsOf(word: string, splitGerman: SplitCompound | undefined): Spellings {
  const written = ACRONYM.test(word) ? word.toLowerCase() : word;
  const forms = new Set([written, foldAccents(written)]);
  if (splitGerman) forms.add(spellOutUmlauts(written));
  return { forms: [...forms], parts: splitGerman?.(written) ?? [] };
}

async function lookUp(
  db: Database,
  language: string,
  words: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  if (language === "simple") return found;
  const dictionary = `${language}_stem`;
  const latin = OTHER_SCRIPT.has(language) ? "english_stem" : dictionary;
  const distinct = [...words];
  for (let at = 0; at < distinct.length; at += BATCH) {
    const batch = JSON.stringify(distinct.slice(at, at + BATCH));
    const answer = await db.execute(sql`
      select word, coalesce(ts_lexize(
        (case when word ~ '^[[:ascii:]]+$' then ${latin}::text else ${dictionary}::text end)::regdictionary,
        word
      ), array[word]) as lexemes
      from jsonb_array_elements_text(${batch}::text::jsonb) as word`);
    for (const { word, lexemes } of rows.parse([...answer])) found.set(word, lexemes);
  }
  return found;
}

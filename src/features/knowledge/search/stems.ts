import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../../platform/db/client.ts";

/** The lexemes of a word in a language; empty for a stop word. */
export type Stems = ReadonlyMap<string, readonly string[]>;

/** Words per query. */
const BATCH = 5_000;
/** Languages in another script, where an ASCII word is almost always English. */
const OTHER_SCRIPT = new Set(
  "arabic armenian greek hindi nepali russian serbian tamil yiddish".split(" "),
);

const rows = z.array(z.object({ word: z.string(), lexemes: z.array(z.string()) }));

/**
 * Looks up stems in PostgreSQL's dictionaries, so that index, query and highlights agree without a second
 * stemmer.
 * @param language a text search configuration; `simple` has neither stemming nor stop words
 */
export async function lookUpStems(
  db: Database,
  language: string,
  words: Iterable<string>,
): Promise<Stems> {
  const distinct = [...new Set(words)];
  if (language === "simple") return new Map(distinct.map((word) => [word, [word]]));
  const stems = new Map<string, readonly string[]>();
  const dictionary = `${language}_stem`;
  const latin = OTHER_SCRIPT.has(language) ? "english_stem" : dictionary;
  for (let at = 0; at < distinct.length; at += BATCH) {
    const batch = JSON.stringify(distinct.slice(at, at + BATCH));
    const found = await db.execute(sql`
      select word, coalesce(ts_lexize(
        (case when word ~ '^[[:ascii:]]+$' then ${latin}::text else ${dictionary}::text end)::regdictionary,
        word
      ), array[word]) as lexemes
      from jsonb_array_elements_text(${batch}::text::jsonb) as word`);
    for (const { word, lexemes } of rows.parse([...found])) stems.set(word, lexemes);
  }
  return stems;
}

import { and, asc, eq, gte, lt, sql } from "drizzle-orm";
import type { Database } from "../../../platform/db/client.ts";
import { chunks, fileVersions, searchPassages, searchScopes, searchTerms } from "../tables.ts";
import { passageTerms, termKey } from "./bm25.ts";
import { splitWords, type Word } from "./split-words.ts";
import { lookUpStems, type Stem } from "./stems.ts";

/** A version whose passages are added to the index or removed from it. */
export interface IndexedVersion {
  id: string;
  projectId: string;
  language: string;
  /** Its words are found in the first passage. */
  fileName: string;
}

/**
 * Version of what the index holds of a text: words (split-words.ts), their stems and keys. Versions indexed in an
 * older form are indexed again in the background.
 */
export const INDEX_FORM = 2;

/** Passages per batch: a few milliseconds of work, then the event loop gets a turn. */
const BATCH = 25;

/**
 * Adds the passages of a version to the search index and its counts. Call it in a transaction that has locked
 * the file's row, for a version that is not in the index. From its end to the commit, other changes of the
 * project's index wait.
 */
export async function indexPassages(db: Database, version: IndexedVersion): Promise<void> {
  const known = new Map<string, Stem>();
  for (let from = 0; ; from += BATCH) {
    const batch = await db
      .select({ id: chunks.id, text: chunks.text })
      .from(chunks)
      .where(
        and(
          eq(chunks.fileVersionId, version.id),
          gte(chunks.ordinal, from),
          lt(chunks.ordinal, from + BATCH),
        ),
      )
      .orderBy(asc(chunks.ordinal));
    if (batch.length === 0) break;
    const worded = batch.map(({ id, text }, i) => ({
      chunkId: id,
      words: [...(from + i === 0 ? nameWords(version.fileName) : []), ...splitWords(text)].map(
        ({ word }) => word,
      ),
    }));
    const fresh = worded.flatMap(({ words }) => words.filter((word) => !known.has(word)));
    for (const [word, stems] of await lookUpStems(db, version.language, fresh)) {
      known.set(word, stems);
    }
    const keyOf = keysOf(version);
    await db.insert(searchPassages).values(
      worded.map(({ chunkId, words }) => ({
        chunkId,
        ...passageTerms(
          countLexemes(words, known),
          words.filter((word) => known.get(word)?.stop === false).length,
          keyOf,
        ),
      })),
    );
  }
  await addCounts(db, version);
}

/** Removes the passages of a version from the index and the counts. Otherwise like {@link indexPassages}. */
export async function unindexPassages(db: Database, version: IndexedVersion): Promise<void> {
  await lockCounts(db, version.projectId);
  await db.execute(sql`
    with gone as (
      delete from ${searchPassages} using ${chunks}
      where ${chunks.id} = ${searchPassages.chunkId} and ${chunks.fileVersionId} = ${version.id}
      returning ${searchPassages.keys} as keys, ${searchPassages.length} as length
    ), scope as (
      update ${searchScopes} set passages = ${searchScopes.passages} - total.passages, words = ${searchScopes.words} - total.words
      from (select count(*)::int as passages, coalesce(sum(length), 0)::bigint as words from gone) as total
      where ${searchScopes.projectId} = ${version.projectId} and ${searchScopes.language} = ${version.language}
    )
    update ${searchTerms} set passages = ${searchTerms.passages} - counted.passages
    from (select key, count(*)::int as passages from gone, unnest(gone.keys) as key group by key) as counted
    where ${searchTerms.key} = counted.key`);
  await db.update(fileVersions).set({ indexed: false }).where(eq(fileVersions.id, version.id));
}

/** Serialises changes of a project's counts; concurrent ones would lock the same rows in any order. */
async function lockCounts(db: Database, projectId: string): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(${LOCK_CLASS}, hashtext(${projectId}))`);
}
/** Arbitrary, but not used by other two-part advisory locks. */
const LOCK_CLASS = 481_516;

/** Deletes counts that are zero. */
export async function dropEmptyCounts(db: Database): Promise<void> {
  await db.delete(searchTerms).where(sql`${searchTerms.passages} <= 0`);
  await db.delete(searchScopes).where(sql`${searchScopes.passages} <= 0`);
}

async function addCounts(db: Database, version: IndexedVersion): Promise<void> {
  await lockCounts(db, version.projectId);
  const ofVersion = sql`from ${searchPassages} join ${chunks} on ${chunks.id} = ${searchPassages.chunkId}
    where ${chunks.fileVersionId} = ${version.id}`;
  await db.execute(sql`
    insert into ${searchTerms} (key, passages)
    select key, count(*)::int from (select unnest(${searchPassages.keys}) as key ${ofVersion}) as held
    group by key
    on conflict (key) do update set passages = ${searchTerms.passages} + excluded.passages`);
  await db.execute(sql`
    insert into ${searchScopes} (project_id, language, passages, words)
    select ${version.projectId}::uuid, ${version.language}::text, count(*)::int, coalesce(sum(${searchPassages.length}), 0) ${ofVersion}
    on conflict (project_id, language) do update
    set passages = ${searchScopes.passages} + excluded.passages, words = ${searchScopes.words} + excluded.words`);
  await db
    .update(fileVersions)
    .set({ indexed: true, indexForm: INDEX_FORM })
    .where(eq(fileVersions.id, version.id));
}

/** The words of a file's name without its extension. */
function nameWords(fileName: string): Word[] {
  return splitWords(fileName.replace(/\.[^.]*$/, ""));
}

function countLexemes(
  words: readonly string[],
  stems: ReadonlyMap<string, Stem>,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) {
    const stem = stems.get(word);
    for (const lexeme of [...(stem?.lexemes ?? []), ...(stem?.parts ?? [])])
      counts.set(lexeme, (counts.get(lexeme) ?? 0) + 1);
  }
  return counts;
}

/** Hashing a key takes about a microsecond and most terms repeat, so a version's keys are cached. */
function keysOf(version: IndexedVersion): (lexeme: string, tier: number) => bigint {
  const kept = new Map<string, bigint>();
  return (lexeme, tier) => {
    const name = `${tier}${lexeme}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const key = termKey(version.projectId, version.language, lexeme, tier);
    kept.set(name, key);
    return key;
  };
}

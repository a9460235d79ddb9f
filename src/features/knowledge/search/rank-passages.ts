import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../../platform/db/client.ts";
import { chunks, files, fileVersions, searchPassages, searchScopes } from "../tables.ts";
import { BM25, MAX_SCANNED, planScan } from "./bm25.ts";
import { chooseTerms, type WordTerm } from "./choose-terms.ts";
import type { Span } from "./verify-quote.ts";

/** A ranked passage. Offsets count UTF-16 code units of the version's text. */
export interface FoundPassage extends Span {
  fileId: string;
  fileVersionId: string;
  fileName: string;
  ordinal: number;
  text: string;
  tokenCount: number;
  pageStarts: number[] | null;
  language: string;
  score: number;
}

export interface Ranking {
  passages: FoundPassage[];
  /** Lexemes of the query by language, for highlights. */
  lexemes: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Candidates of the rough ranking that are ranked exactly; enough to include the best. */
const candidatesFor = (limit: number): number => 60 + limit * 2;

/**
 * Ranks the passages of a project's current file versions by BM25. The tiers of the query's terms give a rough
 * score (bm25.ts), then the best candidates get their exact one, so the time depends on the allowance and not
 * on the number of matches.
 * @param options.stopWords whether a query of nothing else finds stop words
 */
export async function rankPassages(
  db: Database,
  projectId: string,
  query: string,
  limit: number,
  { stopWords = false }: { stopWords?: boolean } = {},
): Promise<Ranking> {
  const scopes = await db.select().from(searchScopes).where(eq(searchScopes.projectId, projectId));
  const { terms, lexemes } = await chooseTerms(db, projectId, scopes, query, stopWords);
  const total = scopes.reduce((sum, scope) => sum + scope.passages, 0);
  const scanned = planScan(
    terms.filter(({ stop }) => !stop),
    total,
  );
  if (scanned.length === 0) return { passages: [], lexemes };
  return { passages: await rank(db, projectId, scanned, terms, limit), lexemes };
}

const ranked = z.array(
  z.object({
    fileId: z.string(),
    fileVersionId: z.string(),
    fileName: z.string(),
    ordinal: z.number(),
    start: z.number(),
    end: z.number(),
    text: z.string(),
    tokenCount: z.number(),
    pageStarts: z.array(z.number()).nullable(),
    language: z.string(),
    score: z.number(),
  }),
);

async function rank(
  db: Database,
  projectId: string,
  scanned: readonly { key: bigint; weight: number }[],
  terms: readonly WordTerm[],
  limit: number,
): Promise<FoundPassage[]> {
  const { k1, b } = BM25;
  const scannedKeys = arrayOf(scanned.map(({ key }) => key));
  const scannedWeights = arrayOf(scanned.map(({ weight }) => weight));
  const termKeys = arrayOf(terms.map(({ keys }) => keys[0] ?? 0n));
  const termIdfs = arrayOf(terms.map(({ idf }) => idf));
  const termWords = arrayOf(terms.map(({ word }) => word));
  const termAverages = arrayOf(terms.map(({ averageLength }) => averageLength));
  // `offset 0` forces one index look-up per key and row; the planner, which cannot know how few candidates
  // there are, would scan whole tables (a test holds the plan). The score is termWeight() with the frequency inlined once.
  const rows = await db.execute(sql`
    with rough as materialized (
      select hit.chunk_id, sum(scan.weight) as score
      from unnest(${scannedKeys}::text::int8[], ${scannedWeights}::text::float8[]) as scan (key, weight)
      cross join lateral (
        select ${searchPassages.chunkId} as chunk_id from ${searchPassages}
        where ${searchPassages.keys} @> array[scan.key]
        offset 0 limit ${MAX_SCANNED}
      ) as hit
      group by hit.chunk_id
      order by score desc, hit.chunk_id
      limit ${candidatesFor(limit)}
    ), held as materialized (
      select rough.chunk_id, ${searchPassages.length} as length, term.key, term.frequency
      from rough join ${searchPassages} on ${searchPassages.chunkId} = rough.chunk_id
      cross join lateral unnest(
        ${searchPassages.keys}[:cardinality(${searchPassages.frequencies})], ${searchPassages.frequencies}
      ) as term (key, frequency)
    ), weighed as (
      select held.chunk_id, max(term.idf * (${k1}::float8 + 1)
        / (1 + ${k1}::float8 * (1 - ${b}::float8 + ${b}::float8 * held.length / term.average)
          / held.frequency)) as weight
      from held join unnest(
        ${termKeys}::text::int8[], ${termIdfs}::text::float8[], ${termAverages}::text::float8[],
        ${termWords}::text::int4[]
      ) as term (key, idf, average, word) on term.key = held.key
      group by held.chunk_id, term.word
    ), best as materialized (
      select chunk_id, sum(weight) as score from weighed group by chunk_id
    )
    select file.id as "fileId", version.id as "fileVersionId", file.name as "fileName",
      chunk.ordinal as ordinal, chunk.start_offset as start, chunk.end_offset as end, chunk.text as text,
      chunk.token_count as "tokenCount", version.page_starts as "pageStarts",
      version.language as language, best.score as score
    from best
    cross join lateral (select * from ${chunks} where ${chunks.id} = best.chunk_id offset 0) as chunk
    cross join lateral (
      select * from ${fileVersions} where ${fileVersions.id} = chunk.file_version_id offset 0
    ) as version
    cross join lateral (select * from ${files} where ${files.id} = version.file_id offset 0) as file
    where file.current_version_id = version.id and file.project_id = ${projectId}
      and file.deleted_at is null
    order by best.score desc, best.chunk_id
    limit ${limit}`);
  return ranked.parse([...rows]);
}

/** A PostgreSQL array literal of numbers only, so nothing needs quoting. */
function arrayOf(numbers: readonly (number | bigint)[]): string {
  return `{${numbers.join(",")}}`;
}

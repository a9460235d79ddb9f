/**
 * Search over a project of many passages: uploads generated prose through the API, waits until it has
 * been read, then asks 1,000 questions, each with highlights for the top 20, and compares the ranking
 * with BM25 computed in memory over all passages.
 *
 *   ./scripts/bun test/bench/search.bench.ts [passages, 100000]
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { filePage, searchHits } from "../../src/features/knowledge/schema.ts";
import { inverseFrequency, termWeight } from "../../src/features/knowledge/search/bm25.ts";
import { queryWords, splitWords } from "../../src/features/knowledge/search/split-words.ts";
import { lookUpStems, type Stem } from "../../src/features/knowledge/search/stems.ts";
import { openDatabase } from "../../src/platform/db/client.ts";
import { cpuMs, startBenchServer } from "./processes.ts";
import { makeProse } from "./prose.ts";

const PASSAGES = Number(process.argv[2] ?? 100_000);
const QUESTIONS = 1_000;
const COMPARED = 100;
const FILE_PARAGRAPHS = 1_000;

const server = await startBenchServer();
const database = openDatabase({ url: server.databaseUrl, poolMax: 2 });
try {
  const prose = makeProse(1);
  const paragraphs: string[] = [];
  const begun = performance.now();
  for (let file = 0; file * FILE_PARAGRAPHS < PASSAGES; file++) {
    const part = Array.from({ length: FILE_PARAGRAPHS }, () => prose.paragraph());
    paragraphs.push(...part);
    const stored = await fetch(
      `${server.url}/api/v1/projects/${server.projectId}/files/prose-${file}.txt`,
      { method: "PUT", headers: { cookie: server.cookie }, body: part.join("\n\n") },
    );
    if (stored.status !== 201) throw new Error(await stored.text());
  }
  await untilRead();
  const seconds = (performance.now() - begun) / 1000;
  const [counts] = z
    .array(z.object({ passages: z.coerce.number(), index: z.string(), text: z.string() }))
    .parse([
      ...(await database.sql`
        select sum(passages) as passages,
          pg_size_pretty(pg_total_relation_size('search_passages') + pg_total_relation_size('search_terms')) as index,
          pg_size_pretty(pg_total_relation_size('text_chunks')) as text from search_scopes`),
    ]);
  console.log(
    `read ${counts?.passages} passages in ${seconds.toFixed(0)} s; text ${counts?.text}, index ${counts?.index}`,
  );
  const questions = Array.from({ length: QUESTIONS }, (_, i) =>
    prose.question(paragraphs[(i * 7919) % paragraphs.length] ?? ""),
  );
  for (const question of questions.slice(0, 100)) await ask(question);
  const times: number[] = [];
  const cpuBefore = treeCpuMs(server.pid);
  for (const question of questions) {
    const at = performance.now();
    await ask(question);
    times.push(performance.now() - at);
  }
  const cpu = (treeCpuMs(server.pid) - cpuBefore) / QUESTIONS;
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  console.log(
    `search over HTTP, ms: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}; CPU ${cpu.toFixed(1)} of server and database`,
  );
  console.log(`agreement with BM25 in memory, nDCG@10: ${(await agreement(questions)).toFixed(4)}`);
} finally {
  await database.close();
  await server.stop();
}

/** CPU time of a process and everything it started. */
function treeCpuMs(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const below = children === "" ? [] : children.split(" ").map(Number);
  return below.reduce((sum, child) => sum + treeCpuMs(child), cpuMs(pid));
}

async function ask(question: string) {
  const answer = await server.request(
    "GET",
    `/projects/${server.projectId}/search?q=${encodeURIComponent(question)}&limit=20`,
  );
  return searchHits.parse(await answer.json()).items;
}

async function untilRead(): Promise<void> {
  for (;;) {
    const [row] = await database.sql`
      select count(*) filter (where status in ('queued', 'reading'))::int as open,
        count(*) filter (where status = 'failed')::int as failed from file_versions`;
    if (row?.failed) {
      const page = await server.request("GET", `/projects/${server.projectId}/files`);
      throw new Error(JSON.stringify(filePage.parse(await page.json()).items[0]?.newest.failure));
    }
    if (row?.open === 0) return;
    await Bun.sleep(500);
  }
}

/** nDCG@10 with the exact BM25 score as the gain, so that ties count as equal. */
async function agreement(questions: string[]): Promise<number> {
  const rows = z
    .array(z.object({ version: z.string(), start: z.number(), text: z.string() }))
    .parse([
      ...(await database.sql`
        select file_version_id as version, start_offset as start, text from text_chunks order by id`),
    ]);
  const postings = new Map<string, Map<number, number>>();
  const stems = new Map<string, Stem>();
  const lexemesOf = (words: readonly string[]) =>
    words.flatMap((word) => {
      const stem = stems.get(word);
      return stem && !stem.stop ? stem.lexemes : [];
    });
  const lengths: number[] = [];
  for (const [id, { text }] of rows.entries()) {
    const words = splitWords(text).map(({ word }) => word);
    const fresh = words.filter((word) => !stems.has(word));
    if (fresh.length > 0) {
      for (const [word, found] of await lookUpStems(database.db, "english", fresh))
        stems.set(word, found);
    }
    let length = 0;
    for (const lexeme of lexemesOf(words)) {
      const held = postings.get(lexeme) ?? new Map<number, number>();
      postings.set(lexeme, held.set(id, (held.get(id) ?? 0) + 1));
      length++;
    }
    lengths.push(length);
  }
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const places = new Map(rows.map(({ version, start }, id) => [`${version} ${start}`, id]));
  let sum = 0;
  for (const question of questions.slice(0, COMPARED)) {
    const scores = new Map<number, number>();
    const terms = new Set(lexemesOf(queryWords(question)));
    for (const term of terms) {
      const held = postings.get(term) ?? new Map<number, number>();
      const idf = inverseFrequency(rows.length, held.size);
      for (const [id, frequency] of held) {
        const gain = idf * termWeight(frequency, lengths[id] ?? 0, average);
        scores.set(id, (scores.get(id) ?? 0) + gain);
      }
    }
    const ideal = discounted([...scores.values()].sort((a, b) => b - a));
    const hits = await ask(question);
    const gains = hits.map(
      (hit) => scores.get(places.get(`${hit.fileVersionId} ${hit.start}`) ?? -1) ?? 0,
    );
    sum += ideal === 0 ? 1 : discounted(gains) / ideal;
  }
  return sum / COMPARED;
}

function discounted(gains: number[]): number {
  return gains.slice(0, 10).reduce((total, gain, at) => total + gain / Math.log2(at + 2), 0);
}

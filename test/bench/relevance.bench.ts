/**
 * Relevance of search on public collections of questions with known answers, beside plain BM25 (k1 1.2, b 0.75,
 * lower-case words, no stems) over the same passages, computed in memory:
 *
 *   ./scripts/bun test/bench/relevance.bench.ts [folder, .tools/relevance] [questions per language, 150]
 *
 * The folder holds the collections, which are not ours to ship; those that are missing are left out:
 * - `xquad/xquad.<language>.json`: `git clone https://github.com/google-deepmind/xquad`
 * - `cranfield/cran.all.1400`, `cran.qry`, `cranqrel`: the Cranfield collection of the University of Glasgow's
 *   "IR test collections", also in many public repositories
 * - `scifact/corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`: SciFact as packed by BEIR
 */
import { join } from "node:path";
import { z } from "zod";
import { chunkText } from "../../src/features/knowledge/ingest/chunk-text.ts";
import { detectLanguage } from "../../src/features/knowledge/ingest/detect-language.ts";
import { inverseFrequency, termWeight } from "../../src/features/knowledge/search/bm25.ts";
import { rankPassages } from "../../src/features/knowledge/search/rank-passages.ts";
import { openDatabase } from "../../src/platform/db/client.ts";
import { createTestDatabase, stopOwnServer } from "../support/database.ts";
import { storePassages } from "../support/store-passages.ts";

const FOLDER = process.argv[2] ?? ".tools/relevance";
const QUESTIONS = Number(process.argv[3] ?? 150);
const LANGUAGES = ["en", "de", "es", "ro", "tr", "vi", "ru", "el", "ar", "hi", "th", "zh"];

const testDatabase = await createTestDatabase();
const database = openDatabase({ url: testDatabase.url, poolMax: 2 });

interface Question {
  text: string;
  /** Gain of each relevant document. */
  gains: ReadonlyMap<string, number>;
}

interface Collection {
  documents: ReadonlyMap<string, string>;
  questions: Question[];
}

/** Stores all collections in one project and prints the figures of each one's questions. */
async function measure(
  title: string,
  parts: readonly (readonly [name: string, part: Collection | undefined])[],
): Promise<void> {
  const given = parts.flatMap(([name, part]) => (part ? [{ name, ...part }] : []));
  if (given.length === 0) return console.log(`${title}: not in ${FOLDER}`);
  const projectId = await newProject();
  const passages: { document: string; text: string }[] = [];
  for (const { documents } of given) {
    for (const [document, text] of documents) {
      const texts = chunkText(text).map(({ start, end }) => text.slice(start, end));
      passages.push(...texts.map((passage) => ({ document, text: passage })));
      const language = detectLanguage(text);
      await storePassages(database.db, projectId, texts, { language, name: `${document}.txt` });
    }
  }
  await database.sql`analyze search_passages, search_terms, text_chunks, file_versions, files`;
  const plain = plainRanking(passages);
  for (const { name, questions } of given) {
    const ours = new Figures();
    const theirs = new Figures();
    for (const { text, gains } of questions) {
      const { passages: found } = await rankPassages(database.db, projectId, text, 50);
      ours.add(unique(found.map(({ fileName }) => fileName.replace(/\.txt$/, ""))), gains);
      theirs.add(unique(plain(text)), gains);
    }
    console.log(
      `${title} ${name}: ${passages.length} passages, ${questions.length} questions\n  search     ${ours}\n  plain BM25 ${theirs}`,
    );
  }
}

async function newProject(): Promise<string> {
  const id = Bun.randomUUIDv7();
  await database.sql`insert into projects (id, name) values (${id}, 'Relevance')`;
  return id;
}

class Figures {
  #count = 0;
  #ndcg = 0;
  #recall = new Map([
    [1, 0],
    [5, 0],
    [10, 0],
  ]);

  add(ranked: readonly string[], gains: ReadonlyMap<string, number>): void {
    const best = [...gains.values()].sort((a, b) => b - a);
    this.#count++;
    this.#ndcg += discounted(ranked.map((id) => gains.get(id) ?? 0)) / discounted(best);
    for (const [at, sum] of this.#recall) {
      const found = ranked.slice(0, at).filter((id) => gains.has(id)).length;
      this.#recall.set(at, sum + found / gains.size);
    }
  }

  toString(): string {
    const share = (sum: number) => (sum / this.#count).toFixed(3);
    const recall = [...this.#recall].map(([at, sum]) => `R@${at} ${share(sum)}`);
    return `nDCG@10 ${share(this.#ndcg)}  ${recall.join("  ")}`;
  }
}

function discounted(gains: readonly number[]): number {
  return gains.slice(0, 10).reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];

/** BM25 by its definition over every passage; returns the documents of the best ones. */
function plainRanking(passages: readonly { document: string; text: string }[]) {
  const postings = new Map<string, Map<number, number>>();
  const lengths = passages.map(({ text }, id) => {
    const words = plainWords(text);
    for (const word of words) {
      const held = postings.get(word) ?? new Map<number, number>();
      postings.set(word, held.set(id, (held.get(id) ?? 0) + 1));
    }
    return words.length;
  });
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  return (question: string): string[] => {
    const scores = new Map<number, number>();
    for (const word of new Set(plainWords(question))) {
      const held = postings.get(word) ?? new Map<number, number>();
      const idf = inverseFrequency(passages.length, held.size);
      for (const [id, frequency] of held) {
        const gain = idf * termWeight(frequency, lengths[id] ?? 0, average);
        scores.set(id, (scores.get(id) ?? 0) + gain);
      }
    }
    const ranked = [...scores].sort((a, b) => b[1] - a[1]).slice(0, 50);
    return ranked.map(([id]) => passages[id]?.document ?? "");
  };
}

/** Runs of letters and digits; Chinese and Thai by pairs of characters. */
function plainWords(text: string): string[] {
  const runs = text.toLowerCase().match(/[\p{sc=Han}\p{sc=Thai}]+|[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return runs.flatMap((run) => {
    const characters = [...run];
    if (!/^[\p{sc=Han}\p{sc=Thai}]/u.test(run) || characters.length === 1) return [run];
    return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
  });
}

const fileAt = (...path: string[]) => Bun.file(join(FOLDER, ...path));

const squad = z.object({
  data: z.array(
    z.object({
      paragraphs: z.array(
        z.object({ context: z.string(), qas: z.array(z.object({ question: z.string() })) }),
      ),
    }),
  ),
});

async function readXquad(language: string): Promise<Collection | undefined> {
  const file = fileAt("xquad", `xquad.${language}.json`);
  if (!(await file.exists())) return undefined;
  const paragraphs = squad.parse(await file.json()).data.flatMap((article) => article.paragraphs);
  const documents = new Map<string, string>();
  const questions: Question[] = [];
  for (const [i, { context, qas }] of paragraphs.entries()) {
    documents.set(`${language}${i}`, context);
    for (const { question } of qas)
      questions.push({ text: question, gains: new Map([[`${language}${i}`, 1]]) });
  }
  const step = Math.max(1, questions.length / QUESTIONS);
  const drawn = Array.from({ length: Math.min(QUESTIONS, questions.length) }, (_, i) =>
    questions.at(Math.floor(i * step)),
  );
  return { documents, questions: drawn.filter((question) => question !== undefined) };
}

/** Parts of a file whose records start with `.I` and whose fields start with `.T`, `.W` and the like. */
function recordsOf(text: string): Record<string, string>[] {
  return text
    .replaceAll("\r\n", "\n")
    .split(/^\.I \d+\n/m)
    .slice(1)
    .map((record) => {
      const fields = record.split(/^\.([A-Z])\n/m).slice(1);
      return Object.fromEntries(
        fields.flatMap((name, i) => (i % 2 === 0 ? [[name, (fields[i + 1] ?? "").trim()]] : [])),
      );
    });
}

async function readCranfield(): Promise<Collection | undefined> {
  const file = fileAt("cranfield", "cran.all.1400");
  if (!(await file.exists())) return undefined;
  const documents = recordsOf(await file.text()).map(
    (fields, i) => [String(i + 1), fields.W ?? ""] as const,
  );
  const questions = recordsOf(await fileAt("cranfield", "cran.qry").text()).map((fields) => ({
    text: fields.W ?? "",
    gains: new Map<string, number>(),
  }));
  for (const line of (await fileAt("cranfield", "cranqrel").text()).trim().split(/\r?\n/)) {
    const [question, document = "", grade] = line.trim().split(/\s+/);
    // The labels are the gains, as in most published figures, though the collection means the lowest to be best.
    const gain = Math.max(0, Number(grade));
    if (gain > 0) questions[Number(question) - 1]?.gains.set(document, gain);
  }
  return { documents: new Map(documents), questions: questions.filter(({ gains }) => gains.size) };
}

const scifactDocument = z.object({ _id: z.string(), title: z.string(), text: z.string() });
const scifactQuestion = z.object({ _id: z.string(), text: z.string() });

async function readScifact(): Promise<Collection | undefined> {
  const file = fileAt("scifact", "corpus.jsonl");
  if (!(await file.exists())) return undefined;
  const rows = async (path: string) =>
    (await fileAt("scifact", path).text())
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  const documents = z.array(scifactDocument).parse(await rows("corpus.jsonl"));
  const questions = z.array(scifactQuestion).parse(await rows("queries.jsonl"));
  const gains = new Map<string, Map<string, number>>();
  const judged = (await fileAt("scifact", "qrels", "test.tsv").text()).trim().split("\n").slice(1);
  for (const line of judged) {
    const [question = "", document = "", gain] = line.split("\t");
    gains.set(question, (gains.get(question) ?? new Map()).set(document, Number(gain)));
  }
  return {
    documents: new Map(documents.map(({ _id, title, text }) => [_id, `${title}\n\n${text}`])),
    questions: questions.flatMap(({ _id, text }) => {
      const found = gains.get(_id);
      return found ? [{ text, gains: found }] : [];
    }),
  };
}

try {
  const xquads = new Map<string, Collection>();
  for (const language of LANGUAGES) {
    const xquad = await readXquad(language);
    if (xquad) xquads.set(language, xquad);
  }
  await measure("Cranfield", [["", await readCranfield()]]);
  await measure("SciFact", [["", await readScifact()]]);
  for (const language of LANGUAGES)
    await measure("XQuAD alone", [[language, xquads.get(language)]]);
  const pair = ["en", "de"].map((language) => [language, xquads.get(language)] as const);
  await measure("XQuAD en+de", pair);
  await measure(`XQuAD, ${xquads.size} languages`, [...xquads]);
} finally {
  await database.close();
  await testDatabase.drop();
  await stopOwnServer();
}

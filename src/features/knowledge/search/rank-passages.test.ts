import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeProse } from "../../../../test/bench/prose.ts";
import { createTestApp, type TestApp } from "../../../../test/support/app.ts";
import { scansOf } from "../../../../test/support/query-plans.ts";
import { readId } from "../../../../test/support/read.ts";
import { storePassages } from "../../../../test/support/store-passages.ts";
import type { Database } from "../../../platform/db/client.ts";
import { searchScopes, searchTerms } from "../tables.ts";
import { inverseFrequency, termWeight } from "./bm25.ts";
import { markWords } from "./highlight.ts";
import { dropEmptyCounts, unindexPassages } from "./index-passages.ts";
import { rankPassages } from "./rank-passages.ts";
import { splitWords } from "./split-words.ts";
import { lookUpStems } from "./stems.ts";

let app: TestApp;
let db: Database;
let newProject: (name: string) => Promise<string>;
beforeAll(async () => {
  app = await createTestApp();
  db = app.deps.database.db;
  const ada = await app.person("Ada");
  newProject = async (name) => readId(await ada.post("/projects", { name }));
});
afterAll(() => app.close());

const store = (projectId: string, texts: string[], language?: string) =>
  storePassages(db, projectId, texts, language === undefined ? {} : { language });

const search = async (projectId: string, query: string, options?: { stopWords: boolean }) =>
  (await rankPassages(db, projectId, query, 10, options)).passages;

describe("a question finds", () => {
  /** Passages about a fictitious company, and graded relevance per question: 3 is best, 1 is related. */
  const PASSAGES = {
    leave:
      "Employees earn two days of paid vacation for each month worked. Unused vacation is carried over until March.",
    sick: "Whoever falls ill reports it before nine in the morning; from the third day of illness a doctor's note is needed.",
    travel:
      "Travel expenses are reimbursed within ten days. Trains are booked in second class, flights only beyond 600 kilometres.",
    hotel:
      "Hotels may cost up to 120 euros a night while travelling. Breakfast is reimbursed separately.",
    backup:
      "The database is backed up every night at two o'clock and each backup is restored in a drill once a week.",
    outage:
      "During an outage the engineer on call restores service first and writes the report the day after.",
    oncall: "Engineers are on call for one week at a time. A night call earns half a day of leave.",
    laptop:
      "Laptops are encrypted and replaced every four years; a lost laptop is reported within the hour.",
    password:
      "Passwords have at least fourteen characters. They are kept in the password manager and never sent by mail.",
    door: "The office door opens from seven to eight. Guests are met at reception and wear a badge.",
    lunch: "Lunch is served from noon. Allergies are told to the kitchen a day before.",
    invoice:
      "Invoices are paid within thirty days. Invoices over 10,000 euros need two signatures.",
  };
  const GRADES: [question: string, grades: Partial<Record<keyof typeof PASSAGES, number>>][] = [
    ["How many vacation days do employees have?", { leave: 3, oncall: 1 }],
    ["I am ill, whom do I tell and when do I need a doctor?", { sick: 3 }],
    ["are flights reimbursed", { travel: 3, hotel: 1 }],
    ["hotel cost per night", { hotel: 3 }],
    ["how often do we restore backups of databases", { backup: 3, outage: 1 }],
    ["who restores the service in an outage", { outage: 3, backup: 1 }],
    ["what do I get for being called at night as an engineer", { oncall: 3, outage: 1 }],
    ["lost my laptop", { laptop: 3 }],
    ["password length", { password: 3 }],
    ["guest badges", { door: 3 }],
    ["allergy", { lunch: 3 }],
    ["signatures on an invoice of 20,000 euros", { invoice: 3, hotel: 0 }],
  ];

  test("the most relevant passages, as graded by people, first", async () => {
    const projectId = await newProject("Handbook");
    await store(projectId, Object.values(PASSAGES));
    const names = Object.keys(PASSAGES);
    let sum = 0;
    for (const [question, grades] of GRADES) {
      const found = await search(projectId, question);
      const graded = new Map<string, number>(Object.entries(grades));
      const gains = found.map(({ ordinal }) => graded.get(names[ordinal] ?? "") ?? 0);
      sum += discounted(gains) / discounted([...graded.values()].sort((a, b) => b - a));
    }
    expect(sum / GRADES.length).toBeGreaterThan(0.95);
  });

  test("other word forms, in the language of the file", async () => {
    const projectId = await newProject("Languages");
    await store(projectId, ["The contracts were terminated."]);
    await store(projectId, ["Die Verträge wurden gekündigt."], "german");
    await store(projectId, ["Umowa została podpisana."], "simple");
    await store(projectId, ["契約は月曜日に署名されました。"], "simple");
    const texts = async (query: string) => (await search(projectId, query)).map(({ text }) => text);
    expect(await texts("terminating a contract")).toEqual(["The contracts were terminated."]);
    expect(await texts("Vertrages")).toEqual(["Die Verträge wurden gekündigt."]);
    expect(await texts("umowa")).toEqual(["Umowa została podpisana."]);
    expect(await texts("署名")).toEqual(["契約は月曜日に署名されました。"]);
  });

  test("nothing of other projects, and nothing for unknown words", async () => {
    const [mine, theirs] = [await newProject("Mine"), await newProject("Theirs")];
    await store(theirs, ["The secret recipe is cinnamon."]);
    await store(mine, ["The public recipe is salt."]);
    expect((await search(mine, "secret cinnamon recipe")).map(({ text }) => text)).toEqual([
      "The public recipe is salt.",
    ]);
    expect(await search(mine, "zymurgy")).toEqual([]);
    expect(await search(mine, "the of and")).toEqual([]);
    expect(await search(mine, "'; drop table files; -- \\ \u0001 \ud800")).toEqual([]);
  });

  test("exact spans of the words that matched", async () => {
    const projectId = await newProject("Marks");
    const text = "😀 Running shoes: run, runner, RUNS. getUserName finds a user.";
    await store(projectId, ["First passage, not it. ", text]);
    const ranking = await rankPassages(db, projectId, "running user", 5);
    const [spans] = await markWords(db, ranking);
    const whole = `First passage, not it. ${text}`;
    expect(spans?.map(({ start, end }) => whole.slice(start, end))).toEqual([
      "Running",
      "run",
      "RUNS",
      "User",
      "user",
    ]);
  });
});

test("the ranking in SQL agrees with BM25 computed in memory", async () => {
  const projectId = await newProject("Agreement");
  const random = seeded(11);
  const vocabulary = Array.from({ length: 4000 }, (_, i) => `w${i.toString(36)}q`);
  const pick = () => vocabulary[Math.floor(4000 * random() ** 3.2)] ?? "";
  const texts = Array.from({ length: 2000 }, () => {
    const theme = [pick(), pick(), pick()];
    const length = 20 + Math.floor(random() * 150);
    const word = () => (random() < 0.2 ? (theme[Math.floor(random() * 3)] ?? "") : pick());
    return `${Array.from({ length }, word).join(" ")}. `;
  });
  await store(projectId, texts);
  const reference = await bm25(texts);
  let agreement = 0;
  for (let i = 0; i < 40; i++) {
    const query = Array.from({ length: 1 + (i % 6) }, pick).join(" ");
    const scores = reference(query);
    const found = await search(projectId, query);
    const gains = found.map(({ ordinal }) => scores[ordinal] ?? 0);
    for (const [at, { score }] of found.entries()) expect(score).toBeCloseTo(gains[at] ?? 0, 6);
    const ideal = [...scores].sort((a, b) => b - a).slice(0, 10);
    agreement += discounted(ideal) === 0 ? 1 : discounted(gains) / discounted(ideal);
  }
  expect(agreement / 40).toBeGreaterThanOrEqual(0.99);
}, 90_000);

test("a passage removed from the index is removed from its counts", async () => {
  const projectId = await newProject("Counts");
  const before = { terms: await db.$count(searchTerms), scopes: await db.$count(searchScopes) };
  const kept = await store(projectId, ["alpha beta beta", "alpha gamma"]);
  const counts = await db.select().from(searchTerms).orderBy(searchTerms.key);
  const gone = await store(projectId, ["alpha delta", "beta"]);
  await db.transaction((tx) => unindexPassages(tx, gone));
  await dropEmptyCounts(db);
  expect(await db.select().from(searchTerms).orderBy(searchTerms.key)).toEqual(counts);
  expect(
    (await search(projectId, "alpha")).every(({ fileVersionId }) => fileVersionId === kept.id),
  ).toBe(true);
  await db.transaction((tx) => unindexPassages(tx, kept));
  await dropEmptyCounts(db);
  expect({ terms: await db.$count(searchTerms), scopes: await db.$count(searchScopes) }).toEqual(
    before,
  );
});

function discounted(gains: number[]): number {
  return gains.slice(0, 10).reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** BM25 over every passage, computed by its definition. */
async function bm25(texts: string[]): Promise<(query: string) => number[]> {
  const wordsOf = (text: string) => splitWords(text).map(({ word }) => word);
  const stems = await lookUpStems(db, "english", texts.flatMap(wordsOf));
  const lexemesOf = (text: string) =>
    wordsOf(text).flatMap((word) => stems.get(word)?.lexemes ?? []);
  const passages = texts.map(lexemesOf);
  const counts = passages.map((words) => {
    const held = new Map<string, number>();
    for (const word of words) held.set(word, (held.get(word) ?? 0) + 1);
    return held;
  });
  const average = passages.reduce((sum, { length }) => sum + length, 0) / passages.length;
  return (query) => {
    const scores = passages.map(() => 0);
    for (const term of new Set(lexemesOf(query))) {
      const frequencies = counts.map((held) => held.get(term) ?? 0);
      const holding = frequencies.filter((frequency) => frequency > 0).length;
      const idf = inverseFrequency(passages.length, holding);
      for (const [i, frequency] of frequencies.entries()) {
        if (frequency === 0) continue;
        scores[i] =
          (scores[i] ?? 0) + idf * termWeight(frequency, passages[i]?.length ?? 0, average);
      }
    }
    return scores;
  };
}

test("a ranking reads its candidates by index, one by one, and no table as a whole", async () => {
  const projectId = await newProject("Large");
  const prose = makeProse(3);
  const texts = Array.from({ length: 2_000 }, () => prose.paragraph());
  for (let at = 0; at < texts.length; at += 500) await store(projectId, texts.slice(at, at + 500));
  const { sql: owner } = app.owner;
  await owner`insert into files (id, project_id, name) select gen_random_uuid(), ${projectId}, 'f' || n
    from generate_series(1, 2000) n`;
  await owner`insert into file_versions (id, file_id, version, sha256, size_bytes, media_type)
    select gen_random_uuid(), id, 1, '', 1, 'text/plain' from files where current_version_id is null`;
  await owner`analyze files, file_versions, text_chunks, search_passages, search_terms`;
  const question = prose.question(texts[7] ?? "");
  const scans = await scansOf(app, (explaining) =>
    rankPassages(explaining, projectId, question, 10),
  );
  expect(scans).toEqual([
    "file_versions_pkey",
    "files_pkey",
    "search_passages_keys",
    "search_passages_pkey",
    "search_scopes_project_id_language_pk",
    "search_terms_pkey",
    "text_chunks_pkey",
  ]);
}, 60_000);

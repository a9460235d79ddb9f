import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestDatabase } from "../../../../test/support/database.ts";
import { type DatabaseClient, openDatabase } from "../../../platform/db/client.ts";
import { lookUpStems } from "./stems.ts";

let database: DatabaseClient;
let drop: () => Promise<void>;
beforeAll(async () => {
  const made = await createTestDatabase();
  drop = made.drop;
  database = openDatabase({ url: made.url, poolMax: 1 });
});
afterAll(async () => {
  await database.close();
  await drop();
});

const stemOf = async (language: string, word: string) =>
  (await lookUpStems(database.db, language, [word])).get(word);

test.each([
  ["english", "contracts", ["contract"]],
  ["german", "Bücher".toLowerCase(), ["buch", "buech"]],
  ["german", "straße", ["strass"]],
  ["english", "résumé", ["résumé", "resum"]],
  ["french", "employées", ["emploi", "employe"]],
  ["russian", "ёлка", ["елк"]],
  ["russian", "contracts", ["contract"]],
  ["simple", "źródło", ["źródło", "zrodlo"]],
  ["simple", "words", ["words"]],
])(
  "in %s %s is looked up by its stem, then without its accents",
  async (language, word, lexemes) => {
    expect(await stemOf(language, word)).toEqual({ lexemes, parts: [], stop: false });
  },
);

test("a stop word is marked as one, and is another lexeme than the word elsewhere", async () => {
  expect(await stemOf("english", "who")).toEqual({ lexemes: ["\u0001who"], parts: [], stop: true });
  expect((await stemOf("simple", "who"))?.stop).toBe(false);
});

test("a stop word in capitals is an acronym, which is found as the stop word, too", async () => {
  expect(await stemOf("english", "WHO")).toEqual({
    ...{ lexemes: ["\u0001WHO"], parts: ["\u0001who"], stop: false },
  });
  expect(await stemOf("english", "PDF")).toEqual({ lexemes: ["pdf"], parts: [], stop: false });
});

test("a German compound is found by its parts", async () => {
  expect(await stemOf("german", "kündigungsfrist")).toMatchObject({
    parts: ["kundig", "frist"],
    stop: false,
  });
  expect((await stemOf("english", "kündigungsfrist"))?.parts).toEqual([]);
});

test("many words of several languages keep their stems", async () => {
  const words = Array.from({ length: 30_000 }, (_, n) => `contracts${n}`);
  for (const language of ["english", "simple", "english"]) {
    const stems = await lookUpStems(database.db, language, [...words, "contracts"]);
    expect(stems.size).toBe(30_001);
    expect(stems.get("contracts")?.lexemes).toEqual([
      language === "english" ? "contract" : "contracts",
    ]);
  }
});

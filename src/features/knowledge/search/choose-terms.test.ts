import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type TestApp } from "../../../../test/support/app.ts";
import { readId } from "../../../../test/support/read.ts";
import { storePassages } from "../../../../test/support/store-passages.ts";
import { detectLanguage } from "../ingest/detect-language.ts";
import { searchScopes } from "../tables.ts";
import { chooseTerms } from "./choose-terms.ts";
import { rankPassages } from "./rank-passages.ts";

let app: TestApp;
let newProject: () => Promise<string>;
beforeAll(async () => {
  app = await createTestApp();
  const ada = await app.person("Ada");
  newProject = async () => readId(await ada.post("/projects", { name: "Search" }));
});
afterAll(() => app.close());

const add = (projectId: string, name: string, text: string, language = detectLanguage(text)) =>
  storePassages(app.deps.database.db, projectId, [text], { name, language });

const namesFor = async (projectId: string, query: string, limit = 50) => {
  const { passages } = await rankPassages(app.deps.database.db, projectId, query, limit);
  return passages.map(({ fileName }) => fileName);
};

const TOPICS = (
  "notice period,salary,holiday,travel,sick leave,overtime,bonus,pension,training,parking," +
  "laptop,phone,canteen,insurance,probation,dress code,home office,security badge,library,gym"
).split(",");

async function addHandbook(projectId: string): Promise<void> {
  for (const topic of TOPICS) {
    const text = `# ${topic}

This page explains the policy of the company. It is kept by the people who answer for it, and it changes once a year. Whoever has a question writes to the office.

The ${topic} in the contract is set by the board: the ${topic} is three months for the staff.`;
    await add(projectId, `${topic}.md`, text);
  }
}

const RECIPE = Bun.file("test/fixtures/documents/rezept.md");

test("the words a question is made of do not outrank its subject because another language lacks them", async () => {
  const projectId = await newProject();
  await addHandbook(projectId);
  expect(detectLanguage(await RECIPE.text())).toBe("german");
  await add(projectId, "rezept.md", await RECIPE.text());
  const found = await namesFor(projectId, "What is the holiday?");
  expect(found[0]).toBe("holiday.md");
  for (const topic of TOPICS)
    expect((await namesFor(projectId, `What is the ${topic}?`))[0]).toBe(`${topic}.md`);
});

test("among twelve languages a question finds its file in its own", async () => {
  const projectId = await newProject();
  await addHandbook(projectId);
  const others = {
    arabic: "ما هو السر؟ What is the secret? تخلط المكونات جيدا ثم توضع في الفرن.",
    danish: "What is the secret? Dejen skal hvile en time, og kagen bages i ovnen.",
    dutch: "What is the secret? Het deeg rust een uur en de taart gaat in de oven.",
    finnish: "What is the secret? Taikina lepää tunnin ja kakku paistetaan uunissa.",
    french: "What is the secret? La pâte repose une heure, le gâteau va au four.",
    german: await RECIPE.text(),
    italian: "What is the secret? La pasta riposa un'ora, la torta va in forno.",
    portuguese: "What is the secret? A massa descansa uma hora e o bolo vai ao forno.",
    simple: "What is the secret? Ciasto odpoczywa godzinę, potem piecze się w piecu.",
    spanish: "What is the secret? La masa reposa una hora y el pastel va al horno.",
    swedish: "What is the secret? Degen vilar en timme och kakan gräddas i ugnen.",
  };
  for (const [language, text] of Object.entries(others))
    await add(projectId, `${language}.md`, text, language);
  for (const topic of TOPICS)
    expect((await namesFor(projectId, `What is the ${topic}?`))[0]).toBe(`${topic}.md`);
  expect((await namesFor(projectId, "Wie lange ruht der Teig?"))[0]).toBe("german.md");
  expect((await namesFor(projectId, "combien de temps la pâte repose"))[0]).toBe("french.md");
});

test("a word in two languages is as rare as both together make it, and its forms count once", async () => {
  const projectId = await newProject();
  for (let i = 0; i < 4; i++) {
    await add(projectId, `en${i}`, "A radio plays.", "english");
    await add(projectId, `de${i}`, `Das Radio ${i === 0 ? "Teig" : "Ofen"}.`, "german");
  }
  const db = app.deps.database.db;
  const score = async (query: string, name: string) =>
    (await rankPassages(db, projectId, query, 50)).passages.find(
      ({ fileName }) => fileName === name,
    )?.score ?? 0;
  // Eight of eight passages say radio, one of eight Teig.
  expect(await score("radio", "de0")).toBeCloseTo(await score("radio", "en0"), 1);
  expect(await score("Teig", "de0")).toBeGreaterThan(10 * (await score("radio", "de0")));
  expect(await score("plays playing", "en0")).toBe(await score("plays", "en0"));
});

test("a question's function words favour its own language and find nothing by themselves", async () => {
  const projectId = await newProject();
  await add(projectId, "en", "The head of Zentrix is in the house.", "english");
  await add(projectId, "es", "El jefe de Zentrix está en la casa.", "spanish");
  await add(projectId, "other", "The sea is in the bay of the land.", "english");
  expect(await namesFor(projectId, "what is the Zentrix of the")).toEqual(["en", "es"]);
  expect(await namesFor(projectId, "qué es la Zentrix de en el")).toEqual(["es", "en"]);
  const { lexemes } = await rankPassages(app.deps.database.db, projectId, "the Zentrix", 5);
  expect([...(lexemes.get("english") ?? [])]).toEqual(["zentrix"]);
});

const EMAIL = Array.from(
  { length: 90 },
  (_, i) => `Noise${String.fromCharCode(97 + (i % 26))}${i} word about matter${i}.`,
).join(" ");

test("the question behind a long pasted text decides, and the one before it", async () => {
  const projectId = await newProject();
  await addHandbook(projectId);
  for (let i = 0; i < 60; i++)
    await add(projectId, `noise-${i}.md`, `A letter on matter${i} and matter${i + 1}.`, "english");
  for (const query of [
    `${EMAIL}\n\nHow long is the notice period?`,
    `How long is the notice period?\n\n${EMAIL}`,
    `${EMAIL}\nPlease tell me about the notice period.`,
  ])
    expect((await namesFor(projectId, query))[0]).toBe("notice period.md");
});

test("of a text without a question the rarest words are looked for, wherever they are", async () => {
  const projectId = await newProject();
  const common = Array.from({ length: 70 }, (_, i) => `common${i}`).join(" ");
  for (let i = 0; i < 5; i++) await add(projectId, `common-${i}`, common, "english");
  await add(projectId, "rare", "One passage on the marmot.", "english");
  expect(await namesFor(projectId, `${common} marmot`)).toContain("rare");
});

test("a passage's length is measured against the mean of its language's average and all languages'", async () => {
  const projectId = await newProject();
  await add(projectId, "short.md", "otters swim quickly here", "english");
  await add(projectId, "long.md", `otters ${"mot ".repeat(35)}`, "simple");
  const { db, sql } = app.deps.database;
  const scopes =
    await sql`select language, words, passages from search_scopes where project_id = ${projectId}`;
  const all = scopes.reduce((sum, { words }) => sum + Number(words), 0) / 2;
  const { terms } = await chooseTerms(
    db,
    projectId,
    await db.select().from(searchScopes).where(eq(searchScopes.projectId, projectId)),
    "otters",
    false,
  );
  const expected = scopes.map(({ words }) => Math.sqrt(Number(words) * all)).sort((a, b) => a - b);
  const found = terms.map(({ averageLength }) => averageLength).sort((a, b) => a - b);
  expect(found).toHaveLength(2);
  for (const [i, average] of found.entries()) expect(average).toBeCloseTo(expected[i] ?? 0, 6);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { createTestApp, type Person, type TestApp } from "../../../../test/support/app.ts";
import { read, readId } from "../../../../test/support/read.ts";
import { storePassages } from "../../../../test/support/store-passages.ts";
import { systemContext } from "../../../platform/context.ts";
import { detectLanguage } from "../ingest/detect-language.ts";
import { readVersion } from "../ingest/read-version.ts";
import { searchHits, uploadedFile } from "../schema.ts";

const FOLDER = "test/fixtures/documents";
let app: TestApp;
let ada: Person;
/** A project with every file of the folder. */
let documents: string;
const newProject = async () => readId(await ada.post("/projects", { name: "Search" }));

async function upload(projectId: string, name: string, content: Blob): Promise<void> {
  const path = `/projects/${projectId}/files/${encodeURIComponent(name)}`;
  const { newest } = await read(await ada.request("PUT", path, content), uploadedFile);
  await readVersion(systemContext(app.deps, "test"), newest.id, new AbortController().signal);
}

beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  documents = await newProject();
  for (const name of readdirSync(FOLDER))
    await upload(documents, name, Bun.file(`${FOLDER}/${name}`));
}, 120_000);
afterAll(() => app.close());

/** Hits as `file: marked words`. */
async function search(projectId: string, query: string): Promise<string[]> {
  const path = `/projects/${projectId}/search?q=${encodeURIComponent(query)}`;
  const { items } = await read(await ada.get(path), searchHits);
  return items.map(({ fileName, text, highlights }) => {
    const marked = highlights.map(({ start, end }) => text.slice(start, end));
    return `${fileName}: ${marked.join("|")}`;
  });
}

test.each([
  ["probationary", "hyphenated-line-end.pdf: pro-\nbationary"],
  ["notice", "soft-hyphens.txt: noti\u00adce"],
  ["period three", "soft-hyphens.txt: peri\u00adod|three"],
  ["서울", "korean.md: 서울"],
  ["한국어", "korean.md: 한국어"],
  ["istanbul", "turkish.md: İstanbul"],
  ["izmir", "turkish.md: İzmir"],
  ["Kündigungsfrist", "umlaut-highlight.md: Kündigungsfrist"],
  ["Frist", "umlaut-highlight.md: Kündigungsfrist"],
  ["Müller", "umlaut-highlight.md: Müller"],
  ["Mueller", "umlaut-highlight.md: Müller"],
  ["Bücher", "umlaut-highlight.md: Bücher"],
  ["buch", "umlaut-highlight.md: Bücher"],
])("%s finds %s", async (query, hit) => {
  expect(await search(documents, query)).toContain(hit);
});

test.each([
  ["english", "The café keeps a résumé.", "cafe", "café"],
  ["english", "The cafe keeps a resume.", "café", "cafe"],
  ["english", "The cafe keeps a resume.", "résumé", "resume"],
  ["french", "Les employés ont du cœur.", "employe", "employés"],
  ["french", "Les employés ont du cœur.", "coeur", "cœur"],
  ["russian", "В лесу родилась ёлочка.", "елочка", "ёлочка"],
  ["spanish", "El árbol y el éxito.", "árbol éxito", "árbol|éxito"],
  ["greek", "Ο άνθρωπος και η έξοδος.", "άνθρωπος", "άνθρωπος"],
  ["indonesian", "Mereka membaca dan menulis.", "membaca menulis", "membaca|menulis"],
  ["english", "They were lying and dying.", "lies dies", "lying|dying"],
  ["serbian", "Радници имају уговор.", "уговори", "уговор"],
  ["dutch", "Er is één regel.", "één", "één"],
  ["german", "Überstunden, Ältere, Öffnungszeiten.", "Überstunden ältere", "Überstunden|Ältere"],
  ["german", "Der Urlaubsanspruch verfällt.", "Urlaub", "Urlaubsanspruch"],
  ["german", "Krankenversicherungsbeiträge", "Versicherung", "Krankenversicherungsbeiträge"],
  ["english", "The WHO and its IT.", "WHO", "WHO"],
  ["english", "The WHO and its IT.", "IT policy", "IT"],
  ["english", "To be, or not to be: that is it.", "to be or not to be", "To|be|or|not|to|be"],
  ["english", "Written in C++ and C#.", "C++", "C++|C"],
  ["english", "Error ABC-123.", "abc123", "ABC-123"],
  ["english", "Error abc123.", "ABC-123", "abc123"],
  ["english", "It costs 1,299.00 EUR.", "1299", "1,299"],
  ["english", "It runs on Node.js here.", "nodejs", "Node.js"],
  ["english", "Call +49 30 1234567.", "+49301234567", "+49 30 1234567"],
  ["english", "We ship 🚀 today.", "🚀", "🚀"],
  ["simple", "Źródło wiedzy.", "zrodlo", "Źródło"],
])("in %s %j is found by %j", async (language, text, query, marked) => {
  const projectId = await newProject();
  await storePassages(app.deps.database.db, projectId, ["Another one.", text], { language });
  const hits = await search(projectId, query);
  expect(hits.map((hit) => hit.split(": ")[1])).toEqual([marked]);
});

test("a word as written comes before its spelling without accents", async () => {
  const projectId = await newProject();
  for (const text of ["ma mi mu", "má mi mu", "mà mi mu"])
    await storePassages(app.deps.database.db, projectId, [text], {
      ...{ language: "simple", name: text },
    });
  expect((await search(projectId, "má"))[0]).toBe("má mi mu: má");
  expect(await search(projectId, "ma")).toHaveLength(3);
});

test("C++ comes before C, and a number of a kind before others", async () => {
  const projectId = await newProject();
  const languages = ["C and C", "C++ here", "C# here"];
  for (const text of languages)
    await storePassages(app.deps.database.db, projectId, [text], { name: text });
  expect((await search(projectId, "C++"))[0]).toStartWith("C++ here");
  expect((await search(projectId, "C#"))[0]).toStartWith("C# here");
});

test("a file is found by its name, in its first passage", async () => {
  const projectId = await newProject();
  for (const name of ["travel-policy-2026.md", "travel-policy-2025.md"])
    await storePassages(app.deps.database.db, projectId, ["First words.", "Second words."], {
      name,
    });
  const path = `/projects/${projectId}/search?q=${encodeURIComponent("travel policy 2026")}`;
  const { items } = await read(await ada.get(path), searchHits);
  expect(items.map(({ fileName, text }) => [fileName, text])).toEqual([
    ["travel-policy-2026.md", "First words."],
    ["travel-policy-2025.md", "First words."],
  ]);
  expect(await search(projectId, "md")).toEqual([]);
});

test("the files of this test are in the languages they are about", async () => {
  const languageOf = async (name: string) =>
    detectLanguage(await Bun.file(`${FOLDER}/${name}`).text());
  expect(await languageOf("turkish.md")).toBe("turkish");
  expect(await languageOf("umlaut-highlight.md")).toBe("german");
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readId } from "../../../test/support/read.ts";
import { contextOf } from "../../../test/support/scopes.ts";
import type { Ctx } from "../../platform/context.ts";
import { scopeOf } from "../projects/index.ts";
import { readVersion } from "./ingest/read-version.ts";
import { joinNeighbours, type Passage, retrievePassages } from "./retrieve-passages.ts";
import { uploadedFile } from "./schema.ts";
import { chunks } from "./tables.ts";

let app: TestApp;
let ada: Person;
let ctx: Ctx;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  ctx = contextOf(app, ada);
});
afterAll(() => app.close());

describe("a question without a word of the files", () => {
  const AMPLE = { tokens: 1_000_000, overhead: () => 0 };

  test("gets the beginnings of the files, the newest first, eight passages of each at most", async () => {
    const projectId = await readId(await ada.post("/projects", { name: "Openings" }));
    const scope = await scopeOf(ctx, projectId, "viewer", "GET");
    const lines = Array.from({ length: 3_000 }, (_, n) => `Paragraph ${n} says a few words more.`);
    const long = lines.join("\n\n");
    for (const [name, text] of [
      ["long.md", long],
      ["short.md", "Herons eat fish."],
    ] as const) {
      const path = `/projects/${projectId}/files/${name}`;
      const { newest } = await read(await ada.request("PUT", path, new Blob([text])), uploadedFile);
      await readVersion(ctx, newest.id, new AbortController().signal);
    }
    const all = await ctx.db.select().from(chunks);
    const opening = all.filter(({ ordinal }) => ordinal === 7).map(({ end }) => end);
    expect(opening).toHaveLength(1);
    const found = await retrievePassages(ctx, scope, "qqqq?", AMPLE);
    expect(found.map(({ fileName, start, end }) => ({ fileName, start, end }))).toEqual([
      { fileName: "short.md", start: 0, end: 16 },
      { fileName: "long.md", start: 0, end: opening[0] ?? 0 },
    ]);
    expect(found[1]?.text).toBe(long.slice(0, opening[0]));
  });
});

describe("neighbouring passages", () => {
  const passage = (start: number, text: string, more: Partial<Passage> = {}): Passage => ({
    fileId: "f",
    fileVersionId: "v",
    fileName: "a.md",
    start,
    end: start + text.length,
    text,
    tokenCount: 10,
    score: 1,
    page: null,
    ...more,
  });

  test("that touch or overlap become one, at the better rank", () => {
    const joined = joinNeighbours([
      passage(4, "efgh", { score: 3 }),
      passage(0, "abcdef", { score: 2, page: 1 }),
      passage(8, "ij", { score: 1 }),
    ]);
    expect(joined).toEqual([{ ...passage(0, "abcdefghij"), tokenCount: 30, score: 3, page: 1 }]);
  });

  test("with a gap between them, or of different versions, stay apart, best first", () => {
    const apart = [
      passage(0, "abc", { score: 1 }),
      passage(4, "efg", { score: 3 }),
      passage(3, "xyz", { score: 2, fileVersionId: "w" }),
    ];
    expect(joinNeighbours(apart).map(({ score }) => score)).toEqual([3, 2, 1]);
  });

  test("within one another add no text", () => {
    const joined = joinNeighbours([passage(0, "abcdef"), passage(2, "cd")]);
    expect(joined).toEqual([{ ...passage(0, "abcdef"), tokenCount: 20 }]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readId } from "../../../test/support/read.ts";
import { contextOf } from "../../../test/support/scopes.ts";
import type { Ctx } from "../../platform/context.ts";
import { Problem } from "../../platform/http/problem.ts";
import { projectCorpus } from "../knowledge/index.ts";
import { readVersion } from "../knowledge/ingest/read-version.ts";
import { uploadedFile } from "../knowledge/schema.ts";
import { scopeOf } from "../projects/index.ts";
import { gatherSources } from "./gather-sources.ts";

let app: TestApp;
let ada: Person;
let ctx: Ctx;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  ctx = contextOf(app, ada);
});
afterAll(() => app.close());

/** Stores files in a project of their own and reads them. */
async function project(files: Record<string, string>) {
  const projectId = await readId(await ada.post("/projects", { name: "Sources" }));
  const ids: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = `/projects/${projectId}/files/${name}`;
    const stored = await ada.request("PUT", path, new Blob([text]));
    const { id, newest } = await read(stored, uploadedFile);
    await readVersion(ctx, newest.id, new AbortController().signal);
    ids.push(id);
  }
  const scope = await scopeOf(ctx, projectId, "viewer", "GET");
  return { projectId, ids, scope, corpus: await projectCorpus(ctx, scope) };
}

/** Two files in passages: 40 tokens of dogs, and 857 of rent, overlaps included. */
const HOUSE = {
  "dogs.md": `No dog may sleep in the hall. ${"x".repeat(100)}`,
  "rent.md": "The rent is due on the first day of the month. ".repeat(57),
};

describe("files whose texts have 40 and 857 tokens, whose names take 21 each, and the heading 14", () => {
  const SIZE = 40 + 857 + 2 * 21 + 14;

  test("are sent whole when there is exactly enough room", async () => {
    const { scope, corpus, ids } = await project(HOUSE);
    const gathered = await gatherSources(ctx, scope, corpus, "When is the rent due?", SIZE);
    const [dogs, rent] = corpus.files;
    expect(gathered.tokens).toBe(SIZE);
    expect(gathered.passages).toEqual([]);
    expect(gathered.sources).toEqual(gathered.whole);
    expect(gathered.whole).toEqual([
      {
        label: "S1",
        title: "dogs.md",
        text: HOUSE["dogs.md"],
        fileId: ids[0] ?? "",
        fileVersionId: dogs?.fileVersionId ?? "",
        offset: 0,
      },
      {
        label: "S2",
        title: "rent.md",
        text: HOUSE["rent.md"],
        fileId: ids[1] ?? "",
        fileVersionId: rent?.fileVersionId ?? "",
        offset: 0,
      },
    ]);
    expect(gathered.items).toEqual([
      {
        kind: "file",
        title: "dogs.md",
        tokens: 40,
        included: true,
        label: "S1",
        fileId: ids[0] ?? "",
        fileVersionId: dogs?.fileVersionId ?? "",
      },
      {
        kind: "file",
        title: "rent.md",
        tokens: 857,
        included: true,
        label: "S2",
        fileId: ids[1] ?? "",
        fileVersionId: rent?.fileVersionId ?? "",
      },
    ]);
  });

  test("are sent as passages with one token less, and the manifest says which file was left out and why", async () => {
    const { scope, corpus, ids } = await project(HOUSE);
    const gathered = await gatherSources(ctx, scope, corpus, "When is the rent due?", SIZE - 1);
    const [dogs, rent] = corpus.files;
    expect(gathered.whole).toEqual([]);
    expect(gathered.sources).toEqual(gathered.passages);
    const [passage, ...others] = gathered.passages;
    if (passage === undefined) throw new Error("No passage was chosen");
    expect(others).toEqual([]);
    const end = passage.offset + passage.text.length;
    expect(passage).toMatchObject({ label: "S1", title: "rent.md", fileId: ids[1] ?? "" });
    expect(passage.text).toBe(HOUSE["rent.md"].slice(passage.offset, end));
    const [sent, left, ...more] = gathered.items;
    expect(more).toEqual([]);
    expect(sent).toEqual({
      kind: "passage",
      title: "rent.md",
      tokens: gathered.tokens - 21 - 14,
      included: true,
      label: "S1",
      fileId: ids[1] ?? "",
      fileVersionId: rent?.fileVersionId ?? "",
      start: passage.offset,
      end,
    });
    expect(left).toEqual({
      kind: "file",
      title: "dogs.md",
      tokens: 40,
      included: false,
      reason: "does not fit whole, and none of its passages ranked high enough",
      fileId: ids[0] ?? "",
      fileVersionId: dogs?.fileVersionId ?? "",
    });
  });

  test("are left out where not even one passage fits with its overhead, and take no room", async () => {
    const { scope, corpus } = await project(HOUSE);
    const gathered = await gatherSources(ctx, scope, corpus, "May a dog sleep?", 40 + 21 + 13);
    expect(gathered).toMatchObject({ sources: [], tokens: 0 });
    expect(gathered.items.map(({ included }) => included)).toEqual([false, false]);
    const one = await gatherSources(ctx, scope, corpus, "May a dog sleep?", 40 + 21 + 14);
    expect(one.passages.map(({ text }) => text)).toEqual([HOUSE["dogs.md"]]);
    expect(one.tokens).toBe(40 + 21 + 14);
  });
});

test("passages are labelled in the order of their rank, and each is cited from its own file", async () => {
  const { scope, corpus } = await project({
    "dogs.md": "Dogs and rent. ".repeat(60),
    "rent.md": "The rent of the rent is the rent. ".repeat(60),
  });
  const { passages, items } = await gatherSources(ctx, scope, corpus, "rent", 500);
  expect(passages.map(({ label, title }) => [label, title])).toEqual(
    items.filter(({ included }) => included).map(({ label, title }) => [label ?? "", title]),
  );
  expect(passages.map(({ label }) => label)).toEqual(passages.map((_, index) => `S${index + 1}`));
  expect(passages[0]?.title).toBe("rent.md");
});

test("a project without files takes no room and adds no manifest line", async () => {
  const { scope, corpus } = await project({});
  const gathered = await gatherSources(ctx, scope, corpus, "Anything?", 0);
  expect(gathered).toEqual({ whole: [], passages: [], sources: [], tokens: 0, items: [] });
});

test("a file that is deleted while a question is asked is left out, and the manifest says so", async () => {
  const { projectId, ids, scope, corpus } = await project({
    "gone.md": "What stands in gone.md.",
    "kept.md": "What stands in kept.md.",
  });
  expect((await ada.delete(`/projects/${projectId}/files/${ids[0]}`)).status).toBe(204);
  const gathered = await gatherSources(ctx, scope, corpus, "What stands there?", 10_000);
  expect(gathered.sources.map(({ label, title, text }) => [label, title, text])).toEqual([
    ["S1", "kept.md", "What stands in kept.md."],
  ]);
  expect(gathered.items).toMatchObject([
    { title: "gone.md", included: false, reason: "was deleted while the question was asked" },
    { title: "kept.md", included: true, label: "S1" },
  ]);
  // The text takes 8, its name 21, the heading 14.
  expect(gathered.tokens).toBe(43);
  await ada.delete(`/projects/${projectId}/files/${ids[1]}`);
  const nothing = await gatherSources(ctx, scope, corpus, "What stands there?", 10_000);
  expect(nothing).toMatchObject({ sources: [], tokens: 0 });
});

test("a file that cannot be read for another reason fails the question", async () => {
  const { scope, corpus } = await project({ "one.md": "One." });
  const [file] = corpus.files;
  if (file === undefined) throw new Error("Nothing was stored");
  const broken = { ...corpus, files: [{ ...file, fileVersionId: "no UUID" }] };
  const failed = await gatherSources(ctx, scope, broken, "?", 10_000).catch((error) => error);
  expect(failed).toBeInstanceOf(Error);
  expect(failed).not.toBeInstanceOf(Problem);
});

describe("a project of more files than are read at once", () => {
  const COUNT = 230;
  /** Files of 10 tokens each, their names of 21. */
  const many = async () => {
    const { projectId, scope } = await project({});
    await app.owner.sql`
      with made as (
        select n, gen_random_uuid() as file, gen_random_uuid() as version from generate_series(1, ${COUNT}) n
      ), stored as (
        insert into files (id, project_id, name, current_version_id, created_at)
        select file, ${projectId}, 'n' || lpad(n::text, 3, '0') || '.md', version, '2026-01-01'::timestamptz + n * interval '1 minute'
        from made
      ), versions as (
        insert into file_versions (id, file_id, version, sha256, size_bytes, media_type, status, language, text_length, token_count)
        select version, file, 1, 'hash', 10, 'text/markdown', 'ready', 'english', 6, 10 from made
      )
      select from made`;
    await app.owner.sql`
      insert into text_chunks (file_version_id, ordinal, start_offset, end_offset, token_count, text)
      select current_version_id, 0, 0, 6, 10, name from files where project_id = ${projectId}`;
    return { scope, corpus: await projectCorpus(ctx, scope) };
  };

  test("is sent whole when all of it fits, in the order of the files", async () => {
    const { scope, corpus } = await many();
    const gathered = await gatherSources(ctx, scope, corpus, "?", 100_000);
    const names = Array.from({ length: COUNT }, (_, n) => `n${String(n + 1).padStart(3, "0")}.md`);
    expect(gathered.whole.map(({ title }) => title)).toEqual(names);
    expect(gathered.whole.map(({ text }) => text)).toEqual(names);
    expect(gathered.items).toHaveLength(COUNT);
  });

  test("is not read further than shows that it does not fit, and the rest is counted", async () => {
    const { scope, corpus } = await many();
    for (const room of [2_000, 4_000]) {
      const { passages, items } = await gatherSources(ctx, scope, corpus, "?", room);
      const used = new Set(passages.map(({ fileId }) => fileId));
      expect(used.size).toBeGreaterThan(10);
      const left = items.filter(({ included }) => !included);
      expect(left.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(COUNT - used.size);
      expect(left.at(-1)).toMatchObject({ kind: "file", title: "More files" });
      expect(left.length).toBeLessThanOrEqual(101);
    }
  });

  test("opens with the newest files for a question that matches nothing", async () => {
    const { scope, corpus } = await many();
    const { passages } = await gatherSources(ctx, scope, corpus, "?", 100);
    expect(passages.map(({ title }) => title)).toEqual(["n230.md", "n229.md"]);
  });
});

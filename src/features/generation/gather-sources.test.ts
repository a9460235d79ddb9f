import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read } from "../../../test/support/read.ts";
import { type Ctx, systemContext } from "../../platform/context.ts";
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
  ctx = {
    ...systemContext(app.deps, "test"),
    actor: {
      kind: "user",
      userId: ada.me.id,
      role: "member",
      via: { kind: "session", sessionId: ada.me.id },
    },
  };
});
afterAll(() => app.close());

test("a file that is deleted while a question is asked is left out, and the manifest says so", async () => {
  const projectId = ada.me.personalProjectId ?? "";
  const ids: string[] = [];
  for (const name of ["gone.md", "kept.md"]) {
    const path = `/projects/${projectId}/files/${name}`;
    const stored = await ada.request("PUT", path, new Blob([`What stands in ${name}.`]));
    const { id, newest } = await read(stored, uploadedFile);
    await readVersion(ctx, newest.id, new AbortController().signal);
    ids.push(id);
  }
  const scope = await scopeOf(ctx, projectId, "viewer", "GET");
  const corpus = await projectCorpus(ctx, scope);
  expect((await ada.delete(`/projects/${projectId}/files/${ids[0]}`)).status).toBe(204);
  const gathered = await gatherSources(ctx, scope, corpus, "What stands there?", 10_000);
  expect(gathered.sources.map(({ label, title, text }) => [label, title, text])).toEqual([
    ["S1", "kept.md", "What stands in kept.md."],
  ]);
  expect(gathered.items).toMatchObject([
    { title: "gone.md", included: false, reason: "was deleted while the question was asked" },
    { title: "kept.md", included: true, label: "S1" },
  ]);
  expect(gathered.tokens).toBeLessThan(100);
});

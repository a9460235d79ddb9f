import {
  type IndexedVersion,
  indexPassages,
} from "../../src/features/knowledge/search/index-passages.ts";
import { prepareStems } from "../../src/features/knowledge/search/stems.ts";
import { chunks, files, fileVersions } from "../../src/features/knowledge/tables.ts";
import type { Database } from "../../src/platform/db/client.ts";

const BATCH = 500;

/** Stores a file with these passages in one version and indexes them, as reading does, but without the child process. */
export async function storePassages(
  db: Database,
  projectId: string,
  texts: readonly string[],
  {
    language = "english",
    name = `.${Bun.randomUUIDv7()}`,
  }: { language?: string; name?: string } = {},
): Promise<IndexedVersion> {
  const fileId = Bun.randomUUIDv7();
  const id = Bun.randomUUIDv7();
  const version = { id, projectId, language, fileName: name };
  await prepareStems(language);
  await db.transaction(async (tx) => {
    await tx.insert(files).values({ id: fileId, projectId, name, currentVersionId: id });
    await tx.insert(fileVersions).values({
      ...{ id, fileId, version: 1, sha256: id, sizeBytes: 1, mediaType: "text/plain" },
      ...{ status: "ready" as const, language },
    });
    let start = 0;
    const rows = texts.map((text, ordinal) => {
      const end = start + text.length;
      const row = { fileVersionId: id, ordinal, start, end, tokenCount: 1, text };
      start = end;
      return row;
    });
    for (let at = 0; at < rows.length; at += BATCH)
      await tx.insert(chunks).values(rows.slice(at, at + BATCH));
    await indexPassages(tx, version);
  });
  return version;
}

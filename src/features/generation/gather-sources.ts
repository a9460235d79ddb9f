import type { Ctx } from "../../platform/context.ts";
import { Problem } from "../../platform/http/problem.ts";
import { type CorpusFile, retrievePassages, versionText } from "../knowledge/index.ts";
import type { ProjectScope } from "../projects/index.ts";
import { HEADING_TOKENS, sourceOverhead } from "./render-sources.ts";
import type { CitableSource } from "./running-answer.ts";
import type { ContextManifest } from "./schema.ts";

type ManifestItem = ContextManifest["items"][number];

export interface GatheredSources {
  /** Files sent whole, in a stable order. */
  whole: CitableSource[];
  /** The best passages for this question, when the files do not fit whole. */
  passages: CitableSource[];
  /** All of them, as answers cite them. */
  sources: CitableSource[];
  tokens: number;
  items: ManifestItem[];
}

/**
 * Chooses the sources to send: every file whole if they fit together, else the best-ranking passages.
 * @param corpus the project's files.
 * @param tokens room for all sources.
 */
export async function gatherSources(
  ctx: Ctx,
  scope: ProjectScope,
  corpus: CorpusFile[],
  question: string,
  tokens: number,
): Promise<GatheredSources> {
  const size = corpus.reduce((sum, file) => sum + fileTokens(file), HEADING_TOKENS);
  if (corpus.length === 0 || size <= tokens) return sendWhole(ctx, scope, corpus);
  const passages = await retrievePassages(ctx, scope, question, {
    tokens: tokens - HEADING_TOKENS,
    overhead: sourceOverhead,
  });
  const sources = passages.map(
    (passage, index): CitableSource => ({
      label: `S${index + 1}`,
      title: passage.fileName,
      text: passage.text,
      fileId: passage.fileId,
      fileVersionId: passage.fileVersionId,
      offset: passage.start,
    }),
  );
  const used = new Set(passages.map(({ fileId }) => fileId));
  return {
    whole: [],
    passages: sources,
    sources,
    tokens: passages.reduce(
      (sum, { tokenCount, fileName }) => sum + tokenCount + sourceOverhead(fileName),
      passages.length === 0 ? 0 : HEADING_TOKENS,
    ),
    items: [
      ...passages.map((passage, index) => ({
        kind: "passage" as const,
        title: passage.fileName,
        tokens: passage.tokenCount,
        included: true,
        label: `S${index + 1}`,
        fileId: passage.fileId,
        fileVersionId: passage.fileVersionId,
        start: passage.start,
        end: passage.end,
      })),
      ...corpus
        .filter(({ fileId }) => !used.has(fileId))
        .map((file) => ({
          kind: "file" as const,
          title: file.name,
          tokens: file.tokenCount,
          included: false,
          reason: "does not fit whole, and none of its passages ranked high enough",
          fileId: file.fileId,
          fileVersionId: file.fileVersionId,
        })),
    ],
  };
}

async function sendWhole(
  ctx: Ctx,
  scope: ProjectScope,
  corpus: CorpusFile[],
): Promise<GatheredSources> {
  const texts = await Promise.all(
    corpus.map((file) => versionText(ctx, scope, file.fileVersionId).catch(nullIfGone)),
  );
  const whole: CitableSource[] = [];
  const items: ManifestItem[] = [];
  let tokens = HEADING_TOKENS;
  for (const [index, file] of corpus.entries()) {
    const { fileId, fileVersionId, name: title } = file;
    const text = texts[index] ?? null;
    const item = { kind: "file" as const, title, tokens: file.tokenCount, fileId, fileVersionId };
    if (text === null) {
      items.push({ ...item, included: false, reason: "was deleted while the question was asked" });
      continue;
    }
    const label = `S${whole.length + 1}`;
    whole.push({ label, title, text, fileId, fileVersionId, offset: 0 });
    items.push({ ...item, included: true, label });
    tokens += fileTokens(file);
  }
  return { whole, passages: [], sources: whole, tokens: whole.length === 0 ? 0 : tokens, items };
}

/** Tokens of a file sent whole, with its overhead. */
function fileTokens({ tokenCount, name }: CorpusFile): number {
  return tokenCount + sourceOverhead(name);
}

/** A file may be deleted between listing the files and reading its text. */
function nullIfGone(error: unknown): null {
  if (error instanceof Problem && error.status === 404) return null;
  throw error;
}

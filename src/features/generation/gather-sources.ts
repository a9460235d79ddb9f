import type { Ctx } from "../../platform/context.ts";
import { type CorpusFile, retrievePassages, versionText } from "../knowledge/index.ts";
import type { ProjectScope } from "../projects/index.ts";
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

/** Tags, label and title around each source. */
const SOURCE_OVERHEAD = 40;

/**
 * Chooses what of the project's knowledge is sent: every file whole while they fit together, else the
 * passages that rank best for the question.
 * @param corpus the files there are.
 * @param tokens room for all of it.
 */
export async function gatherSources(
  ctx: Ctx,
  scope: ProjectScope,
  corpus: CorpusFile[],
  question: string,
  tokens: number,
): Promise<GatheredSources> {
  const size = corpus.reduce((sum, file) => sum + file.tokenCount + SOURCE_OVERHEAD, 0);
  if (size <= tokens) return sendWhole(ctx, scope, corpus, size);
  const passages = await retrievePassages(ctx, scope, question, tokens);
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
    tokens: passages.reduce((sum, passage) => sum + passage.tokenCount + SOURCE_OVERHEAD, 0),
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
          reason: "does not fit whole, and no passage of it ranked high enough",
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
  tokens: number,
): Promise<GatheredSources> {
  const whole = await Promise.all(
    corpus.map(
      async (file, index): Promise<CitableSource> => ({
        label: `S${index + 1}`,
        title: file.name,
        text: await versionText(ctx, scope, file.fileVersionId),
        fileId: file.fileId,
        fileVersionId: file.fileVersionId,
        offset: 0,
      }),
    ),
  );
  return {
    whole,
    passages: [],
    sources: whole,
    tokens,
    items: corpus.map((file, index) => ({
      kind: "file" as const,
      title: file.name,
      tokens: file.tokenCount,
      included: true,
      label: `S${index + 1}`,
      fileId: file.fileId,
      fileVersionId: file.fileVersionId,
    })),
  };
}

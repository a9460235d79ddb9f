import type { Ctx } from "../../platform/context.ts";
import {
  type Corpus,
  type CorpusFile,
  countCorpus,
  projectCorpus,
  retrievePassages,
  versionTexts,
} from "../knowledge/index.ts";
import type { ProjectScope } from "../projects/index.ts";
import type { ManifestItem } from "./fit-manifest.ts";
import { HEADING_TOKENS, sourceOverhead } from "./render-sources.ts";
import type { CitableSource } from "./running-answer.ts";

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
 * @param first the beginning of the project's files; the rest is read only while they may fit whole.
 * @param tokens room for all sources.
 */
export async function gatherSources(
  ctx: Ctx,
  scope: ProjectScope,
  first: Corpus,
  question: string,
  tokens: number,
): Promise<GatheredSources> {
  const fitting = await filesThatFit(ctx, scope, first, tokens);
  if (fitting !== null) return sendWhole(ctx, scope, fitting);
  const [passages, count] = await Promise.all([
    retrievePassages(ctx, scope, question, {
      tokens: tokens - HEADING_TOKENS,
      overhead: sourceOverhead,
    }),
    first.next === null ? first.files.length : countCorpus(ctx, scope),
  ]);
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
      ...unused(first.files, used, count),
    ],
  };
}

/** All files of the project if they fit together, else null; no more are read than are needed to tell. */
async function filesThatFit(
  ctx: Ctx,
  scope: ProjectScope,
  first: Corpus,
  tokens: number,
): Promise<CorpusFile[] | null> {
  const files = [...first.files];
  let size = files.reduce((sum, file) => sum + fileTokens(file), HEADING_TOKENS);
  let { next } = first;
  while (next !== null && size <= tokens) {
    const page = await projectCorpus(ctx, scope, next);
    files.push(...page.files);
    size += page.files.reduce((sum, file) => sum + fileTokens(file), 0);
    next = page.next;
  }
  return files.length === 0 || size <= tokens ? files : null;
}

/** The lines of files of which nothing is sent: of those that were read, and one for the others. */
function unused(files: CorpusFile[], used: Set<string>, count: number): ManifestItem[] {
  const left = {
    kind: "file" as const,
    included: false,
    reason: "does not fit whole, and none of its passages ranked high enough",
  };
  const known = files
    .filter(({ fileId }) => !used.has(fileId))
    .map(({ fileId, fileVersionId, name, tokenCount }) => ({
      ...left,
      title: name,
      tokens: tokenCount,
      fileId,
      fileVersionId,
    }));
  const others = count - used.size - known.length;
  return others > 0 ? [...known, { ...left, title: "More files", count: others }] : known;
}

async function sendWhole(
  ctx: Ctx,
  scope: ProjectScope,
  corpus: CorpusFile[],
): Promise<GatheredSources> {
  const texts = await versionTexts(
    ctx,
    scope,
    corpus.map(({ fileVersionId }) => fileVersionId),
  );
  const whole: CitableSource[] = [];
  const items: ManifestItem[] = [];
  let tokens = HEADING_TOKENS;
  for (const file of corpus) {
    const { fileId, fileVersionId, name: title } = file;
    const text = texts.get(fileVersionId);
    const item = { kind: "file" as const, title, tokens: file.tokenCount, fileId, fileVersionId };
    // A file may be deleted between listing the files and reading its text.
    if (text === undefined) {
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

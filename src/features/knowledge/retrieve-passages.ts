import type { Ctx } from "../../platform/context.ts";
import type { Position } from "../../platform/http/pagination.ts";
import type { ProjectScope } from "../projects/index.ts";
import { pageAt } from "./read-text.ts";
import { countCurrentVersions, listOpenings, listReadyVersions } from "./repo.ts";
import { rankPassages } from "./search/rank-passages.ts";
import type { Span } from "./search/verify-quote.ts";

/** A file that may be sent to the model whole. */
export interface CorpusFile {
  fileId: string;
  fileVersionId: string;
  name: string;
  /** Estimated independently of the model. */
  tokenCount: number;
}

/** Usable files of a project, oldest first, which keeps a cached prefix stable. */
export interface Corpus {
  files: CorpusFile[];
  /** Where the next page begins; null after the last one. */
  next: Position | null;
}

/** A passage chosen for a question. Offsets count UTF-16 code units of the version's text. */
export interface Passage extends Span {
  fileId: string;
  fileVersionId: string;
  fileName: string;
  page: number | null;
  text: string;
  tokenCount: number;
  /** BM25; 0 for the opening of a file when no word of the question was found. */
  score: number;
}

/** Maximum candidates; more would not fit a realistic budget. */
const MAX_PASSAGES = 80;

/** Files of one page: more than fit whole as a rule, so that the others need not be read. */
const CORPUS_PAGE = 100;

/** A page of the project's usable files. */
export async function projectCorpus(
  ctx: Ctx,
  scope: ProjectScope,
  after: Position | null = null,
): Promise<Corpus> {
  const rows = await listReadyVersions(ctx.db, scope, after, CORPUS_PAGE + 1);
  const last = rows[CORPUS_PAGE - 1];
  return {
    files: rows.slice(0, CORPUS_PAGE).map(({ createdAt, tokenCount, ...file }) => ({
      ...file,
      tokenCount: tokenCount ?? 0,
    })),
    next:
      rows.length > CORPUS_PAGE && last !== undefined
        ? { at: last.createdAt, id: last.fileId }
        : null,
  };
}

/** Number of the project's usable files. */
export function countCorpus(ctx: Ctx, scope: ProjectScope): Promise<number> {
  return countCurrentVersions(ctx.db, scope);
}

/**
 * The best passages for a question within a token budget, best first; adjacent passages are joined. A question
 * without any indexed word ("summarise this") gets the openings of the newest files.
 * @param budget.overhead tokens per passage besides its text, by file name.
 */
export async function retrievePassages(
  ctx: Ctx,
  scope: ProjectScope,
  query: string,
  budget: { tokens: number; overhead: (fileName: string) => number },
): Promise<Passage[]> {
  const { passages } = await rankPassages(ctx.db, scope.projectId, query, MAX_PASSAGES);
  const found = passages.length > 0 ? passages : await listOpenings(ctx.db, scope, MAX_PASSAGES);
  const chosen: Passage[] = [];
  let left = budget.tokens;
  for (const { pageStarts, ...passage } of found) {
    const needed = passage.tokenCount + budget.overhead(passage.fileName);
    if (needed > left) continue;
    left -= needed;
    chosen.push({ ...passage, page: pageAt(pageStarts, passage.start) });
  }
  return joinNeighbours(chosen);
}

/** Joins passages of one version that touch or overlap, at the rank of the best of them. */
export function joinNeighbours(passages: readonly Passage[]): Passage[] {
  const joined: Passage[] = [];
  for (const passage of [...passages].sort((a, b) => a.start - b.start)) {
    const before = joined.findLast(
      (other) => other.fileVersionId === passage.fileVersionId && other.end >= passage.start,
    );
    if (!before) {
      joined.push({ ...passage });
      continue;
    }
    before.text += passage.text.slice(Math.max(0, before.end - passage.start));
    before.end = Math.max(before.end, passage.end);
    before.tokenCount += passage.tokenCount;
    before.score = Math.max(before.score, passage.score);
  }
  return joined.sort((a, b) => b.score - a.score);
}

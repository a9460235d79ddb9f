import type { Ctx } from "../../platform/context.ts";
import type { ProjectScope } from "../projects/index.ts";
import { pageAt } from "./read-text.ts";
import { listOpenings, listReadyVersions } from "./repo.ts";
import { rankPassages } from "./search/rank-passages.ts";
import type { Span } from "./search/verify-quote.ts";

/** A file that may be sent to the model whole. */
export interface CorpusFile {
  fileId: string;
  fileVersionId: string;
  name: string;
  mediaType: string;
  /** Estimated independently of the model. */
  tokenCount: number;
  textLength: number;
  createdAt: Date;
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

/** Every usable file of the project, oldest first, which keeps a cached prefix stable. */
export async function projectCorpus(ctx: Ctx, scope: ProjectScope): Promise<CorpusFile[]> {
  const rows = await listReadyVersions(ctx.db, scope);
  return rows.map(({ file, version }) => ({
    fileId: file.id,
    fileVersionId: version.id,
    name: file.name,
    mediaType: version.mediaType,
    tokenCount: version.tokenCount ?? 0,
    textLength: version.textLength ?? 0,
    createdAt: file.createdAt,
  }));
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

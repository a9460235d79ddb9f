import type { Ctx } from "../../../platform/context.ts";
import type { ProjectScope } from "../../projects/index.ts";
import { pageAt } from "../read-text.ts";
import type { SearchHit } from "../schema.ts";
import { markWords } from "./highlight.ts";
import { rankPassages } from "./rank-passages.ts";

/** The passages of a project that best match a query, with matched words marked. */
export async function searchProject(
  ctx: Ctx,
  scope: ProjectScope,
  query: string,
  limit: number,
): Promise<SearchHit[]> {
  const ranking = await rankPassages(ctx.db, scope.projectId, query, limit, { stopWords: true });
  const marks = await markWords(ctx.db, ranking);
  return ranking.passages.map((passage, i) => ({
    fileId: passage.fileId,
    fileVersionId: passage.fileVersionId,
    fileName: passage.fileName,
    start: passage.start,
    end: passage.end,
    page: pageAt(passage.pageStarts, passage.start),
    text: passage.text,
    highlights: (marks[i] ?? []).map(({ start, end }) => ({
      start: start - passage.start,
      end: end - passage.start,
    })),
    score: passage.score,
  }));
}

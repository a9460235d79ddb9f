import type { Ctx } from "../../platform/context.ts";
import type { ProjectScope } from "../projects/index.ts";
import { listChunks, listTexts, type VersionOfFile } from "./repo.ts";
import type { Span } from "./search/verify-quote.ts";
import { getVersion } from "./service.ts";

/** A part of a version's text, with its position. */
export interface TextPart extends Span, VersionOfFile {
  text: string;
}

/**
 * The text of a version between two offsets in UTF-16 code units, clamped to the text. Empty while the version
 * has not been read.
 * @throws {Problem} 404.
 */
export async function readText(
  ctx: Ctx,
  scope: ProjectScope,
  versionId: string,
  span: Span,
): Promise<TextPart> {
  const found = await getVersion(ctx, scope, versionId);
  const length = found.version.status === "ready" ? (found.version.textLength ?? 0) : 0;
  const start = Math.min(span.start, length);
  const end = Math.min(Math.max(span.end, start), length);
  const parts = start < end ? await listChunks(ctx.db, versionId, { start, end }) : [];
  const from = parts[0]?.start ?? start;
  return { ...found, start, end, text: joinChunks(parts).slice(start - from, end - from) };
}

/** The whole texts of versions, by their ids; those of deleted files are missing. */
export async function versionTexts(
  ctx: Ctx,
  scope: ProjectScope,
  versionIds: string[],
): Promise<Map<string, string>> {
  if (versionIds.length === 0) return new Map();
  const rows = await listTexts(ctx.db, scope, versionIds);
  const parts = Map.groupBy(rows, ({ versionId }) => versionId);
  return new Map(
    [...parts].map(([versionId, chunks]) => [
      versionId,
      joinChunks(
        chunks.flatMap(({ start, end, text }) =>
          start === null || end === null || text === null ? [] : { start, end, text },
        ),
      ),
    ]),
  );
}

/** Joins overlapping chunks in order, without repeating the overlap. */
export function joinChunks(parts: readonly { start: number; end: number; text: string }[]): string {
  let text = "";
  let reached = parts[0]?.start ?? 0;
  for (const part of parts) {
    text += part.text.slice(Math.max(0, reached - part.start));
    reached = Math.max(reached, part.end);
  }
  return text;
}

/** The page of an offset, from 1; null for files without pages. */
export function pageAt(pageStarts: readonly number[] | null, offset: number): number | null {
  if (!pageStarts || pageStarts.length === 0) return null;
  return Math.max(1, pageStarts.findLastIndex((start) => start <= offset) + 1);
}

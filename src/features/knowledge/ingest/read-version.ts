import { eq } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../../platform/context.ts";
import type { FailureCode } from "../errors.ts";
import type { VersionOfFile, VersionRow } from "../repo.ts";
import { adoptVersion, settleIndex } from "../search/reconcile-index.ts";
import { chunks } from "../tables.ts";
import {
  claimVersion,
  describeVersion,
  finishVersion,
  LEASE_MS,
  MAX_ATTEMPTS,
  moveToSlowLane,
  releaseVersion,
  renewLease,
} from "./claim-version.ts";
import {
  EXTRACTION_LIMITS,
  type ExtractedText,
  type ExtractionOptions,
  extractText,
  FIRST_TRY_LIMITS,
} from "./extract-text.ts";
import { addReaderMs, enqueueReading, readerMsOf } from "./fair-queue.ts";
import { blobKey } from "./store-file.ts";

interface ReadingOptions extends Pick<ExtractionOptions, "limits" | "isolation"> {
  /** The lane that is being served; the first, short try unless said otherwise. */
  slow?: boolean;
}

/** Chunks stored by one statement. */
const BATCH = 100;

/** What a first try stops at, and a second one with all the time and room may get past. */
const NEEDS_MORE = new Set<FailureCode>(["too_slow", "too_much_memory", "too_long"]);

/**
 * Reads a stored version: text, passages, search index, and then it is `ready`, all in one transaction;
 * or `failed` with the reason. Running it twice, or in two processes, has the effect of once: whoever
 * holds the lease reads, and a lease that is not renewed falls to the next. A first try is short; what needs
 * more, or is of somebody who has used up their hour's time, waits in the slow lane.
 * @throws the signal's reason when the process drains (the version is queued again), or what the
 * database or the store threw (the queue tries again).
 */
export async function readVersion(
  ctx: Ctx,
  versionId: string,
  signal: AbortSignal,
  how: ReadingOptions = {},
): Promise<void> {
  const claimed = await claimVersion(ctx.db, versionId, how.slow ?? false);
  if (!claimed) return;
  if (claimed.version.attempts > MAX_ATTEMPTS) return fail(ctx, versionId, "given_up");
  const renewing = keepLease(ctx, versionId);
  try {
    await read(ctx, claimed, signal, how);
  } catch (error) {
    await releaseVersion(ctx.db, versionId, signal.aborted).catch(() => undefined);
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

async function read(
  ctx: Ctx,
  { file, version }: VersionOfFile,
  signal: AbortSignal,
  { slow = false, limits, isolation }: ReadingOptions,
): Promise<void> {
  if (!slow && (await hasUsedUp(ctx, version.createdBy))) return wait(ctx, version);
  const blob = await ctx.deps.blobs.get(blobKey(file.projectId, version.id));
  if (!blob) return fail(ctx, version.id, "lost");
  const started = performance.now();
  const extraction = await extractText(blob.stream(), file.name, {
    signal,
    limits: limits ?? (slow ? EXTRACTION_LIMITS : FIRST_TRY_LIMITS),
    ...(isolation === undefined ? {} : { isolation }),
  });
  await addReaderMs(ctx.db, version.id, performance.now() - started);
  if (extraction.ok) return keepText(ctx, { file, version }, extraction);
  if (!slow && NEEDS_MORE.has(extraction.code)) return wait(ctx, version);
  await fail(ctx, version.id, extraction.code);
}

/** Whether readers have worked for somebody as long as anybody may keep others waiting. */
async function hasUsedUp(ctx: Ctx, uploader: string | null): Promise<boolean> {
  const allowedMs = ctx.deps.config.readerSecondsPerHour * 1000;
  return uploader !== null && (await readerMsOf(ctx.db, uploader)) >= allowedMs;
}

/** Lets a version wait in the slow lane. */
async function wait(ctx: Ctx, version: VersionRow): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const moved = await moveToSlowLane(tx.db, version);
    if (moved) await enqueueReading(tx, moved);
  });
}

async function keepText(
  ctx: Ctx,
  { file, version }: VersionOfFile,
  extracted: ExtractedText,
): Promise<void> {
  const { text, mediaType, language, note, pageStarts } = extracted;
  await describeVersion(ctx.db, version.id, {
    ...{ mediaType, language, note },
    tokenCount: extracted.chunks.reduce((sum, chunk) => sum + chunk.tokens, 0),
    textLength: text.length,
    pageStarts: pageStarts.length > 0 ? pageStarts : null,
  });
  await inTransaction(ctx, async ({ db }) => {
    // A reading that had failed and is tried again may have left some.
    await db.delete(chunks).where(eq(chunks.fileVersionId, version.id));
    const rows = extracted.chunks.map(({ start, end, tokens }, ordinal) => ({
      ...{ fileVersionId: version.id, ordinal, start, end, tokenCount: tokens },
      text: text.slice(start, end),
    }));
    for (let at = 0; at < rows.length; at += BATCH) {
      await db.insert(chunks).values(rows.slice(at, at + BATCH));
    }
    await adoptVersion(db, file.id, version);
    await settleIndex(db, file.projectId, file.id);
    // Last, since from here to the commit the version's row is locked and its lease cannot be renewed.
    const ours = await finishVersion(db, version.id, { status: "ready" });
    if (!ours) throw new Error("Another process has ended this reading");
  });
}

/** Renews the lease while the reading lasts; one renewal at a time, so that a slow one takes one connection. */
function keepLease(ctx: Ctx, versionId: string): NodeJS.Timeout {
  let renewing = false;
  return setInterval(async () => {
    if (renewing) return;
    renewing = true;
    try {
      await renewLease(ctx.db, versionId);
    } catch (error) {
      ctx.deps.logger.warn({ err: error, versionId }, "lease not renewed");
    } finally {
      renewing = false;
    }
  }, LEASE_MS / 3);
}

async function fail(ctx: Ctx, versionId: string, failure: FailureCode): Promise<void> {
  await finishVersion(ctx.db, versionId, { status: "failed", failure });
}

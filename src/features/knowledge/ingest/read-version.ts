import { eq } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../../platform/context.ts";
import { isOverLimit, isUnavailable } from "../../../platform/db/errors.ts";
import { isDiskFull } from "../../../platform/disk-full.ts";
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

const RETRY_MS = 500;
/** For so long a version that could not be read waits for a database that is away; then its lease ends. */
const GIVE_BACK_MS = 600_000;
/** The same while this process ends. */
const LEAVING_MS = 3_000;
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
  const claimId = ctx.deps.ids.next();
  const claimed = await claimVersion(ctx.db, versionId, how.slow ?? false, claimId);
  if (!claimed) return;
  const { version } = claimed;
  if (version.attempts > MAX_ATTEMPTS) return fail(ctx, version, "given_up");
  const renewing = keepLease(ctx, version);
  try {
    await read(ctx, claimed, signal, how);
  } catch (error) {
    await giveBack(ctx, version, signal, error);
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

/**
 * Gives a version back, for as long as it takes while the database is away. The attempt counts only where the
 * document may have had a part in its end: not when this process drains, nor when the database or the store
 * of bytes went away or is full.
 */
async function giveBack(
  ctx: Ctx,
  version: VersionRow,
  signal: AbortSignal,
  error: unknown,
): Promise<void> {
  const ours = error instanceof BytesUnavailableError || isUnavailable(error) || isDiskFull(error);
  const blameless = signal.aborted || (ours && !isOverLimit(error));
  const since = performance.now();
  for (;;) {
    try {
      return await releaseVersion(ctx.db, version, blameless);
    } catch (failure) {
      const patience = signal.aborted ? LEAVING_MS : GIVE_BACK_MS;
      if (performance.now() - since < patience) {
        await Bun.sleep(RETRY_MS);
        continue;
      }
      ctx.deps.logger.warn({ err: failure, versionId: version.id }, "document not given back");
      return;
    }
  }
}

async function read(
  ctx: Ctx,
  { file, version }: VersionOfFile,
  signal: AbortSignal,
  { slow = false, limits, isolation }: ReadingOptions,
): Promise<void> {
  if (!slow && (await hasUsedUp(ctx, version.createdBy))) return wait(ctx, version);
  const blob = await ctx.deps.blobs.get(blobKey(file.projectId, version.id)).catch((error) => {
    throw new BytesUnavailableError(error);
  });
  if (!blob) return fail(ctx, version, "lost");
  const started = performance.now();
  const extraction = await extractText(blob.stream(), file.name, {
    signal,
    limits: limits ?? (slow ? EXTRACTION_LIMITS : FIRST_TRY_LIMITS),
    ...(isolation === undefined ? {} : { isolation }),
  });
  await addReaderMs(ctx.db, version.id, performance.now() - started);
  if (extraction.ok) return keepText(ctx, { file, version }, extraction);
  if (!slow && NEEDS_MORE.has(extraction.code)) return wait(ctx, version);
  await fail(ctx, version, extraction.code);
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
  await describeVersion(ctx.db, version, {
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
    const ours = await finishVersion(db, version, { status: "ready" });
    if (!ours) throw new Error("Another process has ended this reading");
  });
}

/** Renews the lease while the reading lasts; one renewal at a time, so that a slow one takes one connection. */
function keepLease(ctx: Ctx, version: VersionRow): NodeJS.Timeout {
  let renewing = false;
  return setInterval(async () => {
    if (renewing) return;
    renewing = true;
    try {
      await renewLease(ctx.db, version);
    } catch (error) {
      ctx.deps.logger.warn({ err: error, versionId: version.id }, "lease not renewed");
    } finally {
      renewing = false;
    }
  }, LEASE_MS / 3);
}

async function fail(ctx: Ctx, version: VersionRow, failure: FailureCode): Promise<void> {
  await finishVersion(ctx.db, version, { status: "failed", failure });
}

/** The store of bytes did not answer; that it has none is an answer. */
class BytesUnavailableError extends Error {
  override readonly name = "BytesUnavailableError";
  constructor(cause: unknown) {
    super("The bytes of a document could not be asked for", { cause });
  }
}

import { eq } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../../platform/context.ts";
import { isOverLimit, isUnavailable } from "../../../platform/db/errors.ts";
import { isDiskFull } from "../../../platform/disk-full.ts";
import type { FailureCode } from "../errors.ts";
import type { VersionOfFile, VersionRow } from "../repo.ts";
import { adoptVersion, settleIndex } from "../search/reconcile-index.ts";
import { prepareStems } from "../search/stems.ts";
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
  /** The lane being served; default: the first, short try. */
  slow?: boolean;
}

const RETRY_MS = 500;
/** How long a version that could not be read waits for a database that is down; then its lease expires. */
const GIVE_BACK_MS = 600_000;
/** The same while this process shuts down. */
const LEAVING_MS = 3_000;
/** Chunks per insert statement. */
const BATCH = 100;

/** Faults that more time and memory in the slow lane may overcome. */
const NEEDS_MORE = new Set<FailureCode>(["too_slow", "too_much_memory", "too_long"]);

/**
 * Reads a stored version: text, passages, search index, then status `ready`, all in one transaction; or
 * `failed` with the reason. Idempotent, also across processes: the holder of the lease reads, and an expired
 * lease goes to the next. A first try is short; a file that needs more, or whose uploader has used up the
 * hour's reading time, waits in the slow lane.
 * @throws the signal's reason when the process drains (the version is queued again), or the error of the
 * database or blob store (the queue retries).
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
 * Returns a version to the queue, retrying while the database is down. The attempt counts only if the document
 * may have caused the failure: not when this process drains, nor when the database or blob store is down or
 * full.
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
      ctx.deps.logger.warn(
        { err: failure, versionId: version.id },
        "document not returned to the queue",
      );
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

/** Whether a user has used up the reading time of the fast lane. */
async function hasUsedUp(ctx: Ctx, uploader: string | null): Promise<boolean> {
  const allowedMs = ctx.deps.config.readerSecondsPerHour * 1000;
  return uploader !== null && (await readerMsOf(ctx.db, uploader)) >= allowedMs;
}

/** Moves a version to the slow lane. */
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
  await prepareStems(language);
  await inTransaction(ctx, async ({ db }) => {
    // An earlier failed reading may have left some.
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
    // Last, because from here to the commit the version's row is locked and its lease cannot be renewed.
    const ours = await finishVersion(db, version, { status: "ready" });
    if (!ours) throw new Error("Another process has taken over this reading");
  });
}

/** Renews the lease during the reading; one renewal at a time, so that a slow one holds one connection only. */
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

/** The blob store did not respond; a missing blob is a response. */
class BytesUnavailableError extends Error {
  override readonly name = "BytesUnavailableError";
  constructor(cause: unknown) {
    super("The blob store did not respond", { cause });
  }
}

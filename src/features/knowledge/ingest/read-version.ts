import { eq } from "drizzle-orm";
import { type Ctx, inTransaction } from "../../../platform/context.ts";
import type { FailureCode } from "../errors.ts";
import type { VersionOfFile } from "../repo.ts";
import { adoptVersion, settleIndex } from "../search/reconcile-index.ts";
import { chunks } from "../tables.ts";
import {
  claimVersion,
  describeVersion,
  finishVersion,
  LEASE_MS,
  MAX_ATTEMPTS,
  releaseVersion,
  renewLease,
} from "./claim-version.ts";
import { type ExtractedText, type ExtractionOptions, extractText } from "./extract-text.ts";
import { blobKey } from "./store-file.ts";

type ReadingOptions = Pick<ExtractionOptions, "limits" | "isolation">;

/** Chunks stored by one statement. */
const BATCH = 100;

/**
 * Reads a stored version: text, passages, search index, and then it is `ready`, all in one transaction;
 * or `failed` with the reason. Running it twice, or in two processes, has the effect of once: whoever
 * holds the lease reads, and a lease that is not renewed falls to the next.
 * @throws the signal's reason when the process drains (the version is queued again), or what the
 * database or the store threw (the queue tries again).
 */
export async function readVersion(
  ctx: Ctx,
  versionId: string,
  signal: AbortSignal,
  how: ReadingOptions = {},
): Promise<void> {
  const claimed = await claimVersion(ctx.db, versionId, ctx.deps.clock.now());
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
  how: ReadingOptions,
): Promise<void> {
  const blob = await ctx.deps.blobs.get(blobKey(file.projectId, version.id));
  if (!blob) return fail(ctx, version.id, "lost");
  const extraction = await extractText(blob.stream(), file.name, { ...how, signal });
  if (!extraction.ok) return fail(ctx, version.id, extraction.code);
  await keepText(ctx, { file, version }, extraction);
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
      await renewLease(ctx.db, versionId, ctx.deps.clock.now());
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

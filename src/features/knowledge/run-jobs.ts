import { z } from "zod";
import { jobContext } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import { listLeft, listQueued } from "./ingest/claim-version.ts";
import { enqueueReading, queueOf, READ_QUEUE, SLOW_QUEUE } from "./ingest/fair-queue.ts";
import { chooseIsolation } from "./ingest/isolate-child.ts";
import { readVersion } from "./ingest/read-version.ts";
import { purgeOldVersions, type VersionsInUse } from "./purge-versions.ts";
import { findFileOf } from "./repo.ts";
import { INDEX_QUEUE, listOutdated, settleFile } from "./search/reconcile-index.ts";

/** Queues that a transaction changing a file may enqueue to. */
export const KNOWLEDGE_QUEUES = [READ_QUEUE, SLOW_QUEUE, INDEX_QUEUE];
const REINDEX_QUEUE = "knowledge-reindex";
/** A run of the job ends before the queue takes it for dead; the next one goes on a minute later. */
const REINDEX_MS = 120_000;
const RECOVER_QUEUE = "knowledge-recover";
/**
 * Documents read concurrently by one process in each lane: each takes a child process and up to its memory
 * limit, a gibibyte in all.
 */
const FIRST_TRIES = 2;
const SLOW_READS = 1;
const WATCH_MS = 5_000;
/**
 * After the database was down or hung, living readers first renew their leases: longer than the renewal
 * interval.
 */
const QUIET_MS = 8_000;
/** Lost jobs recreated per run; the next run is a minute later. */
const RECOVERED = 500;

const readJob = z.object({ versionId: z.uuid() });
const indexJob = z.object({ projectId: z.uuid(), fileId: z.uuid() });

/**
 * Starts reading documents in this process.
 * @param inUse protects old versions from removal when a file gets a new one
 */
export async function startKnowledgeJobs(
  deps: Deps,
  inUse: readonly VersionsInUse[] = [],
): Promise<void> {
  const ctx = jobContext(deps, "knowledge");
  const choosing = chooseIsolation(deps);
  // Probing takes some tenths of a second; only the first document waits for it.
  if (deps.config.documentIsolation === "required") await choosing;
  const lanes = [
    { queue: READ_QUEUE, slow: false, concurrency: FIRST_TRIES },
    { queue: SLOW_QUEUE, slow: true, concurrency: SLOW_READS },
  ];
  for (const { queue, slow, concurrency } of lanes) {
    await deps.jobs.work(queue, { concurrency }, async (data, signal) => {
      const isolation = await choosing;
      const { versionId } = readJob.parse(data);
      await readVersion(ctx, versionId, signal, { slow, isolation });
      const fileId = await findFileOf(ctx.db, versionId);
      if (fileId !== undefined) await purgeOldVersions(ctx, fileId, inUse);
    });
  }
  await deps.jobs.work(INDEX_QUEUE, {}, async (data) => {
    const { projectId, fileId } = indexJob.parse(data);
    await settleFile(ctx, projectId, fileId);
  });
  await deps.jobs.work(REINDEX_QUEUE, {}, (_, signal) => reindexOutdated(deps, signal));
  await deps.jobs.schedule(REINDEX_QUEUE, "* * * * *");
  await deps.jobs.work(RECOVER_QUEUE, {}, () => recoverReading(deps));
  await deps.jobs.schedule(RECOVER_QUEUE, "* * * * *");
  // Once at start, so that recovery after a crash does not wait for the schedule.
  await recoverReading(deps);
  watchReaders(deps);
}

/** Checks for versions with expired leases more often than the queue's schedule allows. */
function watchReaders(deps: Deps): void {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy || deps.clock.steadyMs() < QUIET_MS) return;
    busy = true;
    await takeOverLeft(deps).catch((error) => {
      deps.logger.warn({ err: error }, "check for documents without a reader failed");
    });
    busy = false;
  }, WATCH_MS);
  timer.unref();
  deps.lifecycle.leaveSignal.addEventListener("abort", () => clearInterval(timer));
}

/** Queues versions with expired leases again. Their old jobs hold their keys, so those are ended first. */
export async function takeOverLeft(deps: Deps): Promise<void> {
  const ctx = jobContext(deps, "knowledge");
  for (const version of await listLeft(ctx.db, RECOVERED)) {
    await deps.jobs.abandon(queueOf(version.slow), version.id);
    const queued = await enqueueReading(ctx, version);
    deps.logger.warn(
      { versionId: version.id, queued },
      queued ? "reader gone; document queued again" : "reader gone; document has a job already",
    );
  }
}

/**
 * Indexes versions again that a release with another form of words has indexed, file by file, so that an upgrade
 * needs no upload. Until then they are found by the words that both forms have.
 */
export async function reindexOutdated(deps: Deps, signal: AbortSignal): Promise<void> {
  const ctx = jobContext(deps, "knowledge");
  const since = performance.now();
  let done = 0;
  const failed = new Set<string>();
  while (!signal.aborted && performance.now() - since < REINDEX_MS) {
    const outdated = await listOutdated(ctx.db, failed.size + 1);
    const next = outdated.find(({ fileId }) => !failed.has(fileId));
    if (!next) break;
    try {
      await settleFile(ctx, next.projectId, next.fileId);
      done++;
    } catch (error) {
      failed.add(next.fileId);
      deps.logger.warn({ err: error, fileId: next.fileId }, "file not indexed again");
    }
  }
  if (done > 0) deps.logger.info({ files: done }, "files indexed again in the current form");
}

/** Recreates the job of each queued version without one, in case the queue lost it. */
export async function recoverReading(deps: Deps): Promise<void> {
  const ctx = jobContext(deps, "knowledge");
  for (const version of await listQueued(ctx.db, RECOVERED)) {
    if (await enqueueReading(ctx, version))
      deps.logger.warn({ versionId: version.id }, "queued document had no job; created one");
  }
}

import { sql as tag } from "drizzle-orm";
import { fromDrizzle } from "pg-boss";
import postgres from "postgres";
import type { Database } from "../db/client.ts";
import type { Logger } from "../observability/logger.ts";
import { openQueue } from "./boss.ts";

export interface EnqueueOptions {
  /** At most one unfinished job per key. */
  key?: string;
  startAfterSeconds?: number;
  /** Higher priorities are taken first; default 0. */
  priority?: number;
}

export interface WorkOptions {
  /** Concurrent jobs of this queue in this process. */
  concurrency?: number;
}

/** The job queue in the database. Jobs are at-least-once: handlers must be idempotent. */
export interface Jobs {
  /**
   * Stores a job; inside a transaction it exists only if that commits.
   * @returns false when its key has an unfinished job; then nothing was stored.
   */
  enqueue(db: Database, queue: string, data: object, options?: EnqueueOptions): Promise<boolean>;
  /**
   * Ends the active job of a key, so that the key is free again. Only when its worker is known to be dead: the
   * queue itself notices after the job's expiry.
   */
  abandon(queue: string, key: string): Promise<void>;
  /** Starts processing a queue in this process. The signal aborts when the process drains. */
  work(
    queue: string,
    options: WorkOptions,
    handler: (data: unknown, signal: AbortSignal) => Promise<void>,
  ): Promise<void>;
  /** Runs a queue's job on a cron schedule (UTC), once across all processes. */
  schedule(queue: string, cron: string): Promise<void>;
  /** Lets running jobs finish for a while, then stops; another process retries unfinished ones. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 10_000;
const RETRY_LIMIT = 5;
const EXPIRE_SECONDS = 300;
/** How late a scheduled job may begin, at most twice over. */
const SCHEDULE_SECONDS = 20;
/** Interval of pg-boss's index builds, which `installQueue` does: only the owner may. */
const ONE_DAY_SECONDS = 86_400;

/**
 * Jobs on pg-boss, whose schema `installQueue` has created: the connection's role need not own it.
 * @param runs whether this process supervises the queue (roles `worker` and `all`) or only enqueues.
 * @param queues those that transactions enqueue to: created beforehand, so that no transaction waits for it.
 * @param onEnd called at the end of each try of a job.
 */
export async function startJobs(
  url: string,
  logger: Logger,
  runs: boolean,
  queues: readonly string[] = [],
  onEnd: (queue: string, outcome: "done" | "failed") => void = () => {},
): Promise<Jobs> {
  const { boss, database } = openQueue(url, "requests", {
    useListenNotify: true,
    supervise: runs,
    schedule: runs,
    bamIntervalSeconds: ONE_DAY_SECONDS,
    // Neither its registry of processes nor its flows are used; both would be written and read every few seconds.
    registerInstance: false,
    flowIntervalSeconds: ONE_DAY_SECONDS,
    cronMonitorIntervalSeconds: 45,
    cronWorkerIntervalSeconds: SCHEDULE_SECONDS,
  });
  boss.on("error", (error) => logger.error({ err: error }, "job queue failed"));
  await boss.start().catch(async (error) => {
    await database.close();
    throw isForbidden(error)
      ? new Error("Run `atelier migrate` as the database's owner first")
      : error;
  });
  const created = new Map<string, Promise<void>>();
  const ensure = (queue: string) => {
    const known = created.get(queue);
    if (known) return known;
    const creating = boss
      .createQueue(queue, {
        // The policy under which a key allows one unfinished job; a job without a key gets its own key.
        policy: "exclusive",
        retryLimit: RETRY_LIMIT,
        retryBackoff: true,
        expireInSeconds: EXPIRE_SECONDS,
        notify: true,
      })
      .then(() => {})
      .catch((error) => {
        created.delete(queue);
        throw error;
      });
    created.set(queue, creating);
    return creating;
  };
  const stop = async () => {
    draining.abort();
    await boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
    await database.close();
  };
  const draining = new AbortController();
  await Promise.all(queues.map(ensure)).catch(async (error) => {
    await stop();
    throw error;
  });
  const startWorker = async (
    queue: string,
    handler: (data: unknown, signal: AbortSignal) => Promise<void>,
  ) => {
    let worker = "";
    worker = await boss.work(queue, { batchSize: 1, pollingIntervalSeconds: 5 }, async (jobs) => {
      try {
        for (const job of jobs)
          await handler(job.data, AbortSignal.any([draining.signal, job.signal]));
        onEnd(queue, "done");
      } catch (error) {
        onEnd(queue, "failed");
        throw error;
      } finally {
        // There may be more jobs; without this the next one would wait for the poll.
        boss.notifyWorker(worker);
      }
    });
  };
  return {
    async enqueue(db, queue, data, options = {}) {
      await ensure(queue);
      const id = await boss.send(queue, data, {
        db: fromDrizzle(db, tag),
        singletonKey: options.key ?? Bun.randomUUIDv7(),
        priority: options.priority ?? 0,
        ...(options.startAfterSeconds === undefined
          ? {}
          : { startAfter: options.startAfterSeconds }),
      });
      return id !== null;
    },
    async abandon(queue, key) {
      await ensure(queue);
      const taken = (await boss.findJobs(queue, { key })).filter(({ state }) => state === "active");
      for (const { id } of taken) await boss.cancel(queue, id);
    },
    async work(queue, options, handler) {
      await ensure(queue);
      for (let i = 0; i < (options.concurrency ?? 1); i++) await startWorker(queue, handler);
    },
    async schedule(queue, cron) {
      await ensure(queue);
      await boss.schedule(queue, cron, {}, { tz: "UTC" });
    },
    stop,
  };
}

/** Whether the role may not do what creating or upgrading the queue's schema takes. */
function isForbidden(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === "42501";
}

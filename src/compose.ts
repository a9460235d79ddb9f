import { join, resolve } from "node:path";
import type { Config } from "./config.ts";
import { createAuditServices } from "./features/audit/index.ts";
import { createGenerationServices } from "./features/generation/index.ts";
import { createIdentityServices } from "./features/identity/index.ts";
import { KNOWLEDGE_QUEUES } from "./features/knowledge/index.ts";
import { diskBlobs } from "./platform/blobs/disk.ts";
import { s3Blobs } from "./platform/blobs/s3.ts";
import type { Bus } from "./platform/bus/bus.ts";
import { postgresBus } from "./platform/bus/postgres.ts";
import { valkeyBus } from "./platform/bus/valkey.ts";
import { loadOrCreateKeyRing } from "./platform/crypto/key-ring-file.ts";
import { secretKeys } from "./platform/crypto/secret-keys.ts";
import type { DatabaseClient } from "./platform/db/client.ts";
import { DatabaseClock } from "./platform/db/database-clock.ts";
import type { Observers } from "./platform/db/instrument-queries.ts";
import { openPools } from "./platform/db/pools.ts";
import type { Deps, Services } from "./platform/deps.ts";
import { isDiskFull } from "./platform/disk-full.ts";
import { freshAfterIdle } from "./platform/http/fresh-connections.ts";
import { valkeyCounts } from "./platform/http/shared-counts.ts";
import { idsBy, uuidv7 } from "./platform/ids.ts";
import { startJobs } from "./platform/jobs/jobs.ts";
import { Closers, Lifecycle } from "./platform/lifecycle.ts";
import { createErrorTracker } from "./platform/observability/error-tracker.ts";
import { createLogger, type Logger } from "./platform/observability/logger.ts";
import { createMetrics, type Metrics } from "./platform/observability/metrics.ts";
import { createProductEvents } from "./platform/observability/product-events.ts";

export interface BuiltDeps {
  readonly deps: Deps;
  /** Closes in reverse order of opening. @returns the names of resources that could not be closed. */
  close(): Promise<string[]>;
}

/**
 * Builds the dependencies of a serving process, on a migrated database.
 * @param databaseUrl the effective URL: configured, or of the embedded server.
 */
export async function buildDeps(
  config: Config,
  databaseUrl: string,
  overrides: Partial<Deps> = {},
): Promise<BuiltDeps> {
  const closers = new Closers();
  try {
    const deps = await open(config, databaseUrl, overrides, closers);
    return { deps, close: () => closers.closeAll() };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function open(
  config: Config,
  databaseUrl: string,
  overrides: Partial<Deps>,
  closers: Closers,
): Promise<Deps> {
  const logger = overrides.logger ?? createLogger(config.logLevel);
  const metrics = overrides.metrics ?? createMetrics();
  const processId = overrides.processId ?? uuidv7.next();
  const pools = openPools(databaseUrl, {
    poolMax: config.databasePoolMax,
    worker: config.role === "worker",
    observers: observersOf(metrics, logger, config.databaseSlowMs),
  });
  closers.add("database", pools.close);
  const { database } = pools;
  const clock = overrides.clock ?? (await openClock(config, database, closers));
  const bus = overrides.bus ?? (await openBus(config, database, processId, logger));
  closers.add("bus", () => bus.close());
  const jobs =
    overrides.jobs ??
    (await startJobs(
      databaseUrl,
      logger,
      config.role === "all" || config.role === "worker",
      KNOWLEDGE_QUEUES,
      (queue, outcome) => metrics.jobs.inc({ queue, outcome }),
    ));
  closers.add("jobs", () => jobs.stop());
  const counts =
    overrides.counts ?? (config.valkeyUrl === undefined ? null : valkeyCounts(config.valkeyUrl));
  closers.add("shared counts", () => counts?.close());
  const errors =
    overrides.errors ?? (await createErrorTracker(config.sentryDsn, config.sentryEnvironment));
  closers.add("error tracker", () => errors.close());
  const events =
    overrides.events ?? (await createProductEvents(config.posthogKey, config.posthogHost));
  closers.add("product events", () => events.close());
  const deps: Deps = {
    config,
    errors,
    events,
    processId,
    database,
    jobsDatabase: pools.jobsDatabase,
    probe: pools.probe,
    clock,
    ids: idsBy(clock),
    logger,
    metrics,
    secrets: secretKeys(config.secretKeys ?? loadOrCreateKeyRing(config.dataDir)),
    bus,
    blobs:
      config.blobs === "s3"
        ? s3Blobs(s3Options(config))
        : diskBlobs(join(resolve(config.dataDir), "blobs")),
    jobs,
    counts,
    lifecycle: new Lifecycle(),
    fetch: freshAfterIdle(fetch),
    ...overrides,
    // Lazy, because services take the dependencies that they are part of.
    get services() {
      return services;
    },
  };
  const services: Services = {
    audit: createAuditServices(deps),
    identity: createIdentityServices(deps),
    generation: createGenerationServices(deps),
  };
  return deps;
}

/** Web and worker processes answer no API requests. */
const servesApi = ({ config }: Deps) => config.role === "all" || config.role === "api";

/** Starts the background work of an API process: sealing the audit log, upkeep of answers, batched writes. */
export function startBackground(deps: Deps): void {
  if (!servesApi(deps)) return;
  const { audit, generation, identity } = deps.services;
  audit.securityEvents.start();
  audit.sealer.start();
  identity.keyUse.start();
  identity.sessionUse.start();
  generation.runner.startUpkeep();
}

/**
 * Lets running answers finish, then interrupts them.
 * @param graceMs time for them to finish.
 */
export async function finishAnswers(deps: Deps, graceMs: number): Promise<void> {
  if (servesApi(deps)) await deps.services.generation.runner.drain(graceMs);
}

/** Ends what {@link startBackground} started. Call it when no more requests can arrive. */
export async function stopBackground(deps: Deps): Promise<void> {
  if (!servesApi(deps)) return;
  const { audit, generation, identity } = deps.services;
  await generation.runner.close();
  await identity.keyUse.close();
  await identity.sessionUse.close();
  await audit.securityEvents.close();
  await audit.sealer.close();
}

async function openClock(
  { databaseUrl }: Config,
  { sql }: DatabaseClient,
  closers: Closers,
): Promise<DatabaseClock> {
  const clock = await DatabaseClock.start(sql, databaseUrl !== undefined);
  closers.add("clock", () => clock.stop());
  return clock;
}

async function openBus(
  { valkeyUrl }: Config,
  { sql }: DatabaseClient,
  processId: string,
  logger: Logger,
): Promise<Bus> {
  const fallback = await postgresBus(sql, processId);
  return valkeyUrl === undefined
    ? fallback
    : valkeyBus({ url: valkeyUrl, processId, fallback, logger });
}

/** Enough to identify a long statement. */
const LOGGED_CHARACTERS = 2000;

function observersOf(metrics: Metrics, logger: Logger, slowMs: number): Observers {
  return {
    onQuery: (query, durationMs, failed, error) => {
      metrics.queryDuration.observe(durationMs / 1000);
      if (failed) metrics.queryFailures.inc();
      if (isDiskFull(error)) metrics.diskFull.inc({ where: "database" });
      if (durationMs >= slowMs) {
        metrics.slowQueries.inc();
        logger.warn(
          { durationMs: Math.round(durationMs), query: query.slice(0, LOGGED_CHARACTERS) },
          "slow query",
        );
      }
    },
    onIdleTransaction: (after) => {
      metrics.idleTransactions.inc();
      logger.warn(
        { after: after.slice(0, LOGGED_CHARACTERS) },
        "a transaction waits for something other than the database",
      );
    },
  };
}

function s3Options(config: Config) {
  return {
    bucket: config.s3Bucket ?? "",
    endpoint: config.s3Endpoint,
    region: config.s3Region,
    accessKeyId: config.s3AccessKeyId,
    secretAccessKey: config.s3SecretAccessKey,
  };
}

import type { Server } from "bun";
import { Hono } from "hono";
import { createApp } from "./app.ts";
import { buildDeps, finishAnswers, startBackground, stopBackground } from "./compose.ts";
import type { Config } from "./config.ts";
import { createSetupToken } from "./features/identity/index.ts";
import { syncBuiltinProviders } from "./features/models/index.ts";
import { systemContext } from "./platform/context.ts";
import { startEmbedded } from "./platform/db/embedded.ts";
import { isUnavailable } from "./platform/db/errors.ts";
import { migrateDatabase } from "./platform/db/migrate.ts";
import type { Watcher } from "./platform/db/supervise.ts";
import type { Deps } from "./platform/deps.ts";
import { Closers } from "./platform/lifecycle.ts";
import { createLogger } from "./platform/observability/logger.ts";
import { startWork } from "./work.ts";

/** A running Atelier. */
export interface RunningServer {
  readonly url: string;
  readonly metricsUrl: string;
  readonly deps: Deps;
  /** The setup link, while there is no account. */
  readonly setupUrl: string | null;
  /**
   * Drains, then closes everything in reverse order.
   * @param graceMs time for running answers to finish; with 0, nothing is waited for.
   */
  stop(graceMs: number): Promise<void>;
}

/** Bun closes idle connections after ten seconds; event streams set their own timeout. */
const IDLE_SECONDS = 30;
/** Maximum size of a form with several files. */
const FORM_BYTES = 134_217_728;
/** Pause before retrying to start without a database. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
/** Time for the remaining requests when everything else has ended. */
const LAST_ANSWERS_MS = 5_000;

/**
 * Starts a role: database (embedded unless configured), migrations, listeners. Retries while a database cannot
 * be reached or goes away during the start.
 * @param ended aborts the retries.
 * @throws Error when a part cannot start; what had started is closed again.
 */
export async function serve(
  config: Config,
  overrides: Partial<Deps> = {},
  ended?: AbortSignal,
): Promise<RunningServer> {
  const logger = overrides.logger ?? createLogger(config.logLevel);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const closers = new Closers();
    try {
      return await start(config, overrides, closers);
    } catch (error) {
      await closers.closeAll();
      if (!isUnavailable(error) || ended?.aborted) throw error;
      logger.warn({ err: error, pauseMs }, "database not available; starting over");
      await Promise.race([Bun.sleep(pauseMs), aborted(ended)]);
      if (ended?.aborted) throw error;
    }
  }
}

/** Resolves when a signal aborts; never without one. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
}

async function start(
  config: Config,
  overrides: Partial<Deps>,
  closers: Closers,
): Promise<RunningServer> {
  let databaseUrl = config.databaseUrl;
  if (databaseUrl === undefined) {
    const embedded = await startEmbedded(config.dataDir, watchDatabase(config, overrides));
    closers.add("embedded PostgreSQL", embedded.stop);
    await migrateDatabase(embedded.ownerUrl);
    databaseUrl = embedded.appUrl;
  } else if (config.role === "all") {
    // In a cluster the migrate Job does this.
    await migrateDatabase(databaseUrl);
  }
  const { deps, close } = await buildDeps(config, databaseUrl, overrides);
  closers.add("dependencies", async () => {
    for (const name of await close()) deps.logger.warn({ name }, "dependency not closed cleanly");
  });
  if (config.role !== "web") await syncBuiltinProviders(deps);
  const app = createApp(deps);
  startBackground(deps);
  closers.add("background work", () => stopBackground(deps));
  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    idleTimeout: IDLE_SECONDS,
    // Each route has a smaller limit of its own; this one must only allow the largest file.
    maxRequestBodySize: Math.max(FORM_BYTES, config.fileMaxBytes + 1_048_576),
    fetch: app.fetch,
  });
  closers.add("server", () => stopServer(server));
  const metrics = serveMetrics(config, deps);
  closers.add("metrics", () => metrics.stop(true));
  const url = config.publicUrl ?? `http://localhost:${server.port}`;
  const token = config.role === "web" ? null : await createSetupToken(systemContext(deps, "setup"));
  if (config.role === "all" || config.role === "worker") await startWork(deps);
  deps.lifecycle.markStarted();
  return {
    url,
    metricsUrl: `http://localhost:${metrics.port}/metrics`,
    deps,
    setupUrl: token === null ? null : `${url}/setup?token=${token}`,
    stop: async (graceMs) => {
      deps.lifecycle.drain();
      // Endpoints lag behind readiness: keep accepting until no new requests arrive.
      if (graceMs > 0) await Bun.sleep(config.drainSeconds * 1000);
      deps.lifecycle.leave();
      await finishAnswers(deps, graceMs);
      await closers.closeAll();
    },
  };
}

/** Logs exits and restarts of the embedded database. */
function watchDatabase(config: Config, overrides: Partial<Deps>): Watcher {
  const logger = overrides.logger ?? createLogger(config.logLevel);
  return {
    ended: (exitCode) =>
      logger.error({ exitCode }, "embedded PostgreSQL exited unexpectedly; restarting"),
    failed: (error, pauseMs) =>
      logger.error({ err: error, pauseMs }, "embedded PostgreSQL failed to start"),
    back: () => logger.warn("embedded PostgreSQL restarted"),
  };
}

/** Lets running requests finish; a client that does not read would block that forever. */
async function stopServer(server: Server<undefined>): Promise<void> {
  await Promise.race([server.stop(), Bun.sleep(LAST_ANSWERS_MS)]);
  await server.stop(true);
}

function serveMetrics(config: Config, deps: Deps): Server<undefined> {
  const { registry } = deps.metrics;
  const app = new Hono().get("/metrics", async (c) =>
    c.body(await registry.metrics(), 200, { "content-type": registry.contentType }),
  );
  return Bun.serve({ hostname: config.metricsHost, port: config.metricsPort, fetch: app.fetch });
}

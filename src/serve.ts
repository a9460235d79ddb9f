import type { Server } from "bun";
import { Hono } from "hono";
import { createApp, stopBackground } from "./app.ts";
import type { Config } from "./config.ts";
import { buildDeps, type Deps } from "./deps.ts";
import { syncBuiltinProviders } from "./features/admin/index.ts";
import { createSetupToken, identityState } from "./features/identity/index.ts";
import { systemContext } from "./platform/context.ts";
import { startEmbedded } from "./platform/db/embedded.ts";
import { Closers } from "./platform/lifecycle.ts";
import { startWork } from "./work.ts";

/** A running Atelier. */
export interface RunningServer {
  readonly url: string;
  readonly metricsUrl: string;
  readonly deps: Deps;
  /** Where to make the first account, while there is none. */
  readonly setupUrl: string | null;
  /**
   * Drains, then closes everything in reverse order.
   * @param graceMs how long running answers may take to finish.
   */
  stop(graceMs: number): Promise<void>;
}

/** Bun closes quiet connections after ten seconds; event streams set their own. */
const IDLE_SECONDS = 30;

/**
 * Starts a role: database (embedded where none is configured), migrations, listeners.
 * @throws Error when a part cannot start; what had started is closed again.
 */
export async function serve(config: Config, overrides: Partial<Deps> = {}): Promise<RunningServer> {
  const closers = new Closers();
  try {
    return await start(config, overrides, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function start(
  config: Config,
  overrides: Partial<Deps>,
  closers: Closers,
): Promise<RunningServer> {
  let databaseUrl = config.databaseUrl;
  if (databaseUrl === undefined) {
    const embedded = await startEmbedded(config.dataDir);
    closers.add("embedded PostgreSQL", embedded.stop);
    databaseUrl = embedded.url;
  }
  const { deps, close } = await buildDeps(config, databaseUrl, overrides);
  closers.add("dependencies", async () => {
    for (const name of await close()) deps.logger.warn({ name }, "not closed cleanly");
  });
  if (config.role !== "web") await syncBuiltinProviders(deps);
  const app = createApp(deps);
  closers.add("last use of keys", () => identityState(deps).keyUse.close());
  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    idleTimeout: IDLE_SECONDS,
    fetch: app.fetch,
  });
  closers.add("server", () => server.stop());
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
      // Endpoints lag behind readiness: keep accepting until nobody sends us anything new.
      await Bun.sleep(config.drainSeconds * 1000);
      await stopBackground(deps, graceMs);
      await closers.closeAll();
    },
  };
}

function serveMetrics(config: Config, deps: Deps): Server<undefined> {
  const { registry } = deps.metrics;
  const app = new Hono().get("/metrics", async (c) =>
    c.body(await registry.metrics(), 200, { "content-type": registry.contentType }),
  );
  return Bun.serve({ hostname: config.metricsHost, port: config.metricsPort, fetch: app.fetch });
}

import { Hono } from "hono";
import type { Lifecycle } from "../lifecycle.ts";

/**
 * Probes. `/livez`: the event loop runs; never checks a dependency. `/readyz`: this process can serve now.
 * `/startupz`: start-up is complete.
 * @param ready checks the dependencies; must answer within the probe's timeout.
 */
export function healthRoutes(lifecycle: Lifecycle, ready: () => Promise<boolean>) {
  return new Hono()
    .get("/livez", (c) => c.text("ok"))
    .get("/startupz", (c) => (lifecycle.started ? c.text("ok") : c.text("starting", 503)))
    .get("/readyz", async (c) => {
      if (lifecycle.draining) return c.text("draining", 503);
      if (!lifecycle.started) return c.text("starting", 503);
      const ok = await Promise.race([
        ready().catch(() => false),
        Bun.sleep(2000).then(() => false),
      ]);
      return ok ? c.text("ok") : c.text("not ready", 503);
    });
}

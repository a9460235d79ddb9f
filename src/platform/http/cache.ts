import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./hono-env.ts";

/** What no browser or proxy may keep: the default of every answer that does not say otherwise. */
const NOT_STORED = "private, no-store";

/** Marks answers that do not say for themselves how they may be cached as not to be stored (RFC 9111). */
export function notStored(): MiddlewareHandler<AppEnv> {
  return async function notStored(c, next) {
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", NOT_STORED);
  };
}

import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./hono-env.ts";

/** The default: neither browsers nor proxies store the response. */
const NOT_STORED = "private, no-store";

/** Adds `no-store` to responses without a Cache-Control header (RFC 9111). */
export function notStored(): MiddlewareHandler<AppEnv> {
  return async function notStored(c, next) {
    await next();
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", NOT_STORED);
  };
}

import type { MiddlewareHandler } from "hono";
import { getConnInfo } from "hono/bun";
import type { Deps } from "../deps.ts";
import type { AppEnv } from "./hono-env.ts";
import type { SecurityEventSink } from "./security-events.ts";

const SAFE_ID = /^[\w.-]{8,64}$/;

/**
 * Gives each request our own id (the caller's is kept beside it), an anonymous context, and one log line.
 * @param securityEvents takes refusals and audited reads.
 */
export function requestContext(
  deps: Deps,
  securityEvents: SecurityEventSink,
): MiddlewareHandler<AppEnv> {
  return async function requestContext(c, next) {
    const given = c.req.header("x-request-id");
    const callerRequestId = given !== undefined && SAFE_ID.test(given) ? given : undefined;
    const requestId = deps.ids.next();
    c.set("requestId", requestId);
    c.set("logger", deps.logger);
    c.set("securityEvents", securityEvents);
    const ip = clientAddress(c, deps.config.trustedProxies);
    c.set("ctx", {
      actor: { kind: "anonymous" },
      deps,
      db: deps.database.db,
      requestId,
      callerRequestId,
      ip,
    });
    const startedAt = performance.now();
    await next();
    c.res.headers.set("x-request-id", requestId);
    // Ask keep-alive clients to reconnect elsewhere while draining.
    if (deps.lifecycle.draining) c.res.headers.set("connection", "close");
    const actor = c.get("ctx").actor;
    deps.logger.info(
      {
        requestId,
        method: c.req.method,
        route: c.req.routePath,
        status: c.res.status,
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
        ...(actor.kind === "user" ? { userId: actor.userId } : {}),
        ...(ip !== undefined && deps.config.logAddresses ? { ip } : {}),
      },
      "request",
    );
  };
}

/** The peer's address, or the client address reported by trusted proxies. */
function clientAddress(
  c: Parameters<MiddlewareHandler<AppEnv>>[0],
  proxies: number,
): string | undefined {
  if (proxies > 0) {
    const hops =
      c.req
        .header("x-forwarded-for")
        ?.split(",")
        .map((hop) => hop.trim()) ?? [];
    const address = hops.at(-proxies);
    if (address) return address.slice(0, 64);
  }
  try {
    return getConnInfo(c).remote.address;
  } catch {
    // `app.request()` in tests has no connection.
    return undefined;
  }
}

import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import type { Config } from "../../config.ts";
import type { Logger } from "../observability/logger.ts";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";

type HostConfig = Pick<Config, "publicUrl" | "trustedProxies">;

/**
 * Protects against DNS rebinding: a page of another site makes its own name resolve to this machine and sends
 * that name as Host. Without a public address, only names that cannot belong to others are accepted: loopback
 * names and IP addresses. With a public address, or declared proxies (which check hosts themselves), any name
 * is. Without a valid host a request has no URL, and would be routed by a wrong path.
 * @throws {Problem} 400 `host_invalid`, 421 `host_not_ours`.
 */
export function checkHost({ publicUrl, trustedProxies }: HostConfig): MiddlewareHandler<AppEnv> {
  const any = publicUrl !== undefined || trustedProxies > 0;
  return async function checkHost(c, next) {
    const url = URL.parse(c.req.url);
    if (url === null) throw hostInvalid();
    if (!any && !isOwn(c.req.header("host") ?? url.host)) throw hostNotOurs();
    await next();
  };
}

function isOwn(host: string): boolean {
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  return name === "localhost" || name.endsWith(".localhost") || isIP(name) !== 0;
}

const FORWARDED = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via"];

/** Logs once that requests come through a proxy that is not configured. */
export function warnOfProxy(
  { trustedProxies }: HostConfig,
  logger: Logger,
): MiddlewareHandler<AppEnv> {
  let silent = trustedProxies > 0;
  return async function warnOfProxy(c, next) {
    const header = silent ? undefined : FORWARDED.find((name) => c.req.header(name) !== undefined);
    if (header !== undefined) {
      silent = true;
      logger.warn(
        { header },
        "requests are forwarded by a proxy, but ATELIER_TRUSTED_PROXIES is 0: all its clients share one address",
      );
    }
    await next();
  };
}

const hostNotOurs = () =>
  new Problem(
    421,
    "host_not_ours",
    "Atelier does not answer to this host name. Set ATELIER_PUBLIC_URL to the address that people type.",
  );

const hostInvalid = () =>
  new Problem(400, "host_invalid", "The request needs a Host header with a valid host.");

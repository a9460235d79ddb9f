import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import type { Config } from "../../config.ts";
import type { Logger } from "../observability/logger.ts";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";

type HostConfig = Pick<Config, "publicUrl" | "trustedProxies">;

/**
 * Without a public address, answers only to names that cannot be anybody else's: loopback names and IP
 * addresses. A page of another site whose name is made to resolve to this machine (DNS rebinding) sends that
 * name as Host. With a public address, or declared proxies that know their hosts, any name passes.
 * @throws {Problem} 421 `host_not_ours`.
 */
export function checkHost({ publicUrl, trustedProxies }: HostConfig): MiddlewareHandler<AppEnv> {
  const any = publicUrl !== undefined || trustedProxies > 0;
  return async function checkHost(c, next) {
    if (!any && !isOwn(c.req.header("host") ?? new URL(c.req.url).host)) throw hostNotOurs();
    await next();
  };
}

function isOwn(host: string): boolean {
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  return name === "localhost" || name.endsWith(".localhost") || isIP(name) !== 0;
}

const FORWARDED = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via"];

/** Says once in the log that a proxy stands in front which the configuration does not know of. */
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
        "a proxy forwards requests, but ATELIER_TRUSTED_PROXIES is 0: all who come through it count as one address",
      );
    }
    await next();
  };
}

const hostNotOurs = () =>
  new Problem(
    421,
    "host_not_ours",
    "Atelier does not know itself by this name. Set ATELIER_PUBLIC_URL to the address that people type.",
  );

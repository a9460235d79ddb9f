import type { Context, MiddlewareHandler } from "hono";
import type { Config } from "../../config.ts";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";

type OriginConfig = Pick<Config, "publicUrl" | "trustedProxies">;

/** What a browser says in `Sec-Fetch-Site` of our own pages, and of what no page asked for. */
const OWN_SITE = new Set(["same-origin", "none"]);

/**
 * Refuses writes that a page of another origin made (a check in depth behind SameSite=Lax cookies). Stands
 * behind authentication: only a request that an API key in force has authenticated passes unseen, since no
 * page can add a key by itself. Programs that send neither header pass; a browser always sends one.
 * @throws {Problem} 403 `foreign_origin`.
 */
export function sameOrigin(config: OriginConfig): MiddlewareHandler<AppEnv> {
  return async function sameOrigin(c, next) {
    const { actor } = c.get("ctx");
    const byKey = actor.kind === "user" && actor.via.kind === "key";
    if (!byKey && isForeign(c, config)) throw foreignOrigin();
    await next();
  };
}

/**
 * The origin under which the caller reaches us: as configured, else the request's own host, with the scheme
 * that the outermost declared proxy reports. Null when the Host header is no host.
 */
export function ownOrigin(c: Context, { publicUrl, trustedProxies }: OriginConfig): string | null {
  if (publicUrl !== undefined) return new URL(publicUrl).origin;
  const url = URL.parse(c.req.url);
  const hops = trustedProxies > 0 ? (c.req.header("x-forwarded-proto")?.split(",") ?? []) : [];
  const forwarded = (hops.at(-trustedProxies) ?? hops[0])?.trim();
  const scheme = forwarded === "https" || forwarded === "http" ? `${forwarded}:` : url?.protocol;
  return URL.parse(`${scheme}//${c.req.header("host") ?? url?.host}`)?.origin ?? null;
}

function isForeign(c: Context, config: OriginConfig): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined && !OWN_SITE.has(site)) return true;
  const origin = c.req.header("origin");
  return origin !== undefined && origin !== ownOrigin(c, config);
}

const foreignOrigin = () =>
  new Problem(
    403,
    "foreign_origin",
    "This request came from a page of another origin. If that is Atelier's own address, it must be set as ATELIER_PUBLIC_URL.",
  );

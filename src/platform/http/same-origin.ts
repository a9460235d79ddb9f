import type { Context, MiddlewareHandler } from "hono";
import type { Config } from "../../config.ts";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";

type OriginConfig = Pick<Config, "publicUrl" | "trustedProxies">;

/** `Sec-Fetch-Site` of our own pages, and of requests that no page made. */
const OWN_SITE = new Set(["same-origin", "none"]);

/**
 * CSRF protection in depth, behind SameSite=Lax cookies: refuses writes from pages of another origin. Runs
 * after authentication: only requests authenticated by an API key skip it, since a page cannot add a key by
 * itself. Programs that send neither header pass; browsers always send one.
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
 * Our origin as the caller sees it: as configured, else the request's host with the scheme reported by the
 * outermost declared proxy. Null when the Host header is no valid host.
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
    "This request came from a page of another origin. If that is Atelier's own address, set it as ATELIER_PUBLIC_URL.",
  );

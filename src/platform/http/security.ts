import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers that keep a page from running, framing or leaking anything it should not. */
export function securityHeaders(https: boolean): MiddlewareHandler<AppEnv> {
  return async function securityHeaders(c, next) {
    await next();
    const headers = c.res.headers;
    if (!headers.has("content-security-policy"))
      headers.set("content-security-policy", CONTENT_SECURITY_POLICY);
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "same-origin");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("permissions-policy", "camera=(), microphone=(), geolocation=()");
    if (https) headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  };
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a cookie-bearing write that another site's page made. SameSite=Lax cookies already stay away
 * from most; this holds for the rest. A bearer key proves itself, so it passes.
 */
export function sameOrigin(publicUrl: string | undefined): MiddlewareHandler<AppEnv> {
  const allowed = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  return async function sameOrigin(c, next) {
    if (!SAFE.has(c.req.method) && c.req.header("authorization") === undefined) {
      const origin = c.req.header("origin");
      const site = c.req.header("sec-fetch-site");
      const own = allowed === undefined ? c.req.header("host") : new URL(allowed).host;
      const foreign = (origin !== undefined && hostOf(origin) !== own) || site === "cross-site";
      if (foreign) throw new Problem(403, "foreign_origin", "This request came from another site.");
    }
    await next();
  };
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}

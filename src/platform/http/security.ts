import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./hono-env.ts";

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

/** Security headers against script injection, framing and leaks. */
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

import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { SecretKeys } from "../../platform/crypto/secret-keys.ts";
import type { Deps } from "../../platform/deps.ts";
import { ownOrigin } from "../../platform/http/same-origin.ts";

const NAME = "atelier_session";
/**
 * Browsers accept this name only over HTTPS, for one host and all paths (RFC 6265bis), so that a sibling host
 * cannot plant a session.
 */
const HOST_NAME = `__Host-${NAME}`;
const PURPOSE = "session-cookie";
const DAY_SECONDS = 86_400;

/** A session cookie, unverified. */
export interface SessionCookie {
  value: string;
  /** Whether it had the name for plain HTTP although the request came over HTTPS. */
  outdated: boolean;
}

/** Whether a request came over HTTPS, as configured or as reported by the declared proxies. */
export function isSecure(c: Context, { config }: Pick<Deps, "config">): boolean {
  return ownOrigin(c, config)?.startsWith("https:") ?? false;
}

/** Sets the signed session cookie. Signed with the newest key; older keys of the ring still verify. */
export function setSessionCookie(c: Context, deps: Deps, token: string): void {
  const secure = isSecure(c, deps);
  setCookie(c, secure ? HOST_NAME : NAME, `${token}.${deps.secrets.sign(token, PURPOSE)}`, {
    httpOnly: true,
    secure,
    sameSite: "Lax",
    path: "/",
    maxAge: deps.config.sessionDays * DAY_SECONDS,
  });
  if (secure) deleteCookie(c, NAME, { path: "/", secure });
}

export function clearSessionCookie(c: Context, deps: Deps): void {
  const secure = isSecure(c, deps);
  if (secure) deleteCookie(c, HOST_NAME, { path: "/", secure });
  deleteCookie(c, NAME, { path: "/", secure });
}

/** The session cookie of a request; over HTTPS the name for plain HTTP is only a fallback. */
export function readSessionCookie(c: Context, deps: Deps): SessionCookie | undefined {
  const secure = isSecure(c, deps);
  const own = getCookie(c, secure ? HOST_NAME : NAME);
  if (own !== undefined) return { value: own, outdated: false };
  const old = secure ? getCookie(c, NAME) : undefined;
  return old === undefined ? undefined : { value: old, outdated: true };
}

/** The session token of a cookie with a valid signature, else null. */
export function verifySessionCookie(cookie: string, secrets: SecretKeys): string | null {
  const dot = cookie.lastIndexOf(".");
  const token = cookie.slice(0, dot);
  return dot > 0 && secrets.verify(token, cookie.slice(dot + 1), PURPOSE) ? token : null;
}

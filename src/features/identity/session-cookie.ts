import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { SecretKeys } from "../../platform/crypto/secret-keys.ts";
import { SESSION_DAYS } from "./open-session.ts";

const NAME = "atelier_session";
const PURPOSE = "session-cookie";

/** Sets the signed session cookie. Signed with the newest key; older keys of the ring still verify. */
export function setSessionCookie(
  c: Context,
  secrets: SecretKeys,
  token: string,
  secure: boolean,
): void {
  setCookie(c, NAME, `${token}.${secrets.sign(token, PURPOSE)}`, {
    httpOnly: true,
    secure,
    sameSite: "Lax",
    path: "/",
    maxAge: SESSION_DAYS * 86_400,
  });
}

/** Takes the cookie back, and with it what the browser has kept of the person's pages: cache, drafts. */
export function clearSessionCookie(c: Context): void {
  deleteCookie(c, NAME, { path: "/" });
  c.header("clear-site-data", '"cache", "storage"');
}

/** The raw cookie, unverified. */
export function readSessionCookie(c: Context): string | undefined {
  return getCookie(c, NAME);
}

/** The session token of a cookie whose signature holds, else null. */
export function verifySessionCookie(cookie: string, secrets: SecretKeys): string | null {
  const dot = cookie.lastIndexOf(".");
  const token = cookie.slice(0, dot);
  return dot > 0 && secrets.verify(token, cookie.slice(dot + 1), PURPOSE) ? token : null;
}

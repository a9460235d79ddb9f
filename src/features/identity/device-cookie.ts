import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Deps } from "../../platform/deps.ts";
import { isSecure } from "./session-cookie.ts";

const NAME = "atelier_device";
const HOST_NAME = `__Host-${NAME}`;
const PURPOSE = "device-cookie";
const DAYS = 365;
const DAY_MS = 86_400_000;

/** An account, for the device cookie. */
export interface DeviceAccount {
  userId: string;
  /** Part of the signature: a new password invalidates all devices but the one that sets it. */
  passwordHash: string | null;
}

/**
 * Marks a browser that has proven the account's password or reset link. The cookie is no session: it reserves
 * sign-in attempts for this browser, so that others cannot use them up.
 */
export function setDeviceCookie(c: Context, deps: Deps, account: DeviceAccount): void {
  const secure = isSecure(c, deps);
  const said = `${account.userId}.${deps.clock.now().getTime()}`;
  const signature = deps.secrets.sign(signed(said, account), PURPOSE);
  setCookie(c, secure ? HOST_NAME : NAME, `${said}.${signature}`, {
    httpOnly: true,
    secure,
    sameSite: "Lax",
    path: "/",
    maxAge: (DAYS * DAY_MS) / 1000,
  });
}

/** The device cookie of a request, unverified. */
export function readDeviceCookie(c: Context, deps: Deps): string | undefined {
  return getCookie(c, isSecure(c, deps) ? HOST_NAME : NAME);
}

/** Whether a cookie is valid for this account, its current password, and not too old. */
export function isDeviceOf(
  { secrets, clock }: Pick<Deps, "secrets" | "clock">,
  cookie: string | undefined,
  account: DeviceAccount | undefined,
): boolean {
  const [userId, at, signature, ...more] = cookie?.split(".") ?? [];
  if (!account || userId !== account.userId || !at || !signature || more.length > 0) return false;
  if (account.passwordHash === null) return false;
  return (
    secrets.verify(signed(`${userId}.${at}`, account), signature, PURPOSE) &&
    Number(at) > clock.now().getTime() - DAYS * DAY_MS
  );
}

const signed = (said: string, { passwordHash }: DeviceAccount) => `${said} ${passwordHash}`;

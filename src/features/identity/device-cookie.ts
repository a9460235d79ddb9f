import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Deps } from "../../platform/deps.ts";
import { isSecure } from "./session-cookie.ts";

const NAME = "atelier_device";
const HOST_NAME = `__Host-${NAME}`;
const PURPOSE = "device-cookie";
const DAYS = 365;
const DAY_MS = 86_400_000;

/** An account as a device knows it. */
export interface DeviceAccount {
  userId: string;
  /** Goes into the signature: a new password makes all devices strangers but the one that sets it. */
  passwordHash: string | null;
}

/**
 * Marks a browser as one that has proven the account's password, or had its reset link. The cookie signs
 * nobody in: it keeps others from using up the attempts of whoever sits at this browser.
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

/** The device cookie of a request as it came: unverified. */
export function readDeviceCookie(c: Context, deps: Deps): string | undefined {
  return getCookie(c, isSecure(c, deps) ? HOST_NAME : NAME);
}

/** Whether a cookie was given for this account and its present password, not too long ago. */
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

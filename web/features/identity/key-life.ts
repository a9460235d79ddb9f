/** Offered lifetimes of a new key in days, up to the workspace's maximum. */
const OFFERED = [7, 30, 90, 180, 365];
const USUAL = 90;
const DAY_MS = 86_400_000;

/** Lifetime of a key in days; null: until revoked. */
export type KeyLife = number | null;

/** The offered lifetimes, shortest first. @param maxDays the workspace's maximum; null is unlimited. */
export function offeredLives(maxDays: number | null): KeyLife[] {
  if (maxDays === null) return [...OFFERED, null];
  return [...OFFERED.filter((days) => days < maxDays), maxDays];
}

/** The default: the usual lifetime, or the workspace's maximum. */
export function usualLife(maxDays: number | null): number {
  return Math.min(USUAL, maxDays ?? USUAL);
}

/** Expiry of a key created now, as an RFC 3339 timestamp; null for none. */
export function endOfLife(life: KeyLife, now: number = Date.now()): string | null {
  return life === null ? null : new Date(now + life * DAY_MS).toISOString();
}

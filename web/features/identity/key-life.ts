/** Days that a new key may live as they are offered, where the workspace allows so many. */
const OFFERED = [7, 30, 90, 180, 365];
const USUAL = 90;
const DAY_MS = 86_400_000;

/** How long a key lives: so many days, or until it is revoked (null). */
export type KeyLife = number | null;

/** What is offered, shortest first. @param maxDays what the workspace allows; null is any. */
export function offeredLives(maxDays: number | null): KeyLife[] {
  if (maxDays === null) return [...OFFERED, null];
  return [...OFFERED.filter((days) => days < maxDays), maxDays];
}

/** What is chosen at first: the usual, or as long as the workspace allows. */
export function usualLife(maxDays: number | null): number {
  return Math.min(USUAL, maxDays ?? USUAL);
}

/** When a key that is made now ends, as an RFC 3339 timestamp; null when it does not. */
export function endOfLife(life: KeyLife, now: number = Date.now()): string | null {
  return life === null ? null : new Date(now + life * DAY_MS).toISOString();
}

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * The pause before the next attempt to connect, in milliseconds: twice the last one up to five seconds, and the
 * shortest again after a connection that held for longer than that.
 * @param last the pause before the attempt that has ended; undefined for the first.
 * @param heldMs how long that attempt and its connection lasted.
 */
export function reconnectPause(last: number | undefined, heldMs: number): number {
  if (last === undefined || heldMs > LONGEST_MS) return FIRST_MS;
  return Math.min(last * 2, LONGEST_MS);
}

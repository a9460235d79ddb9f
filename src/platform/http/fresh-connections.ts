type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** Shorter than the time after which address translators, load balancers and vendors drop a silent connection. */
const IDLE_MS = 30_000;

/**
 * A `fetch` that opens a new connection to a host it has not asked for half a minute. A kept one may be dead
 * by then, and a request that is lost on it may not be sent again: it may have arrived and be charged for.
 * @param now milliseconds of a clock that never goes back.
 */
export function freshAfterIdle(
  fetch: FetchLike,
  now: () => number = () => performance.now(),
): FetchLike {
  const usedAt = new Map<string, number>();
  const note = (origin: string) => usedAt.set(origin, now());
  return async (url, init) => {
    const { origin } = new URL(url);
    const idleMs = now() - (usedAt.get(origin) ?? now());
    note(origin);
    const response = await fetch(url, idleMs > IDLE_MS ? { ...init, keepalive: false } : init);
    note(origin);
    return response;
  };
}

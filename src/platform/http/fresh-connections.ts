type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** Below the idle timeouts of NAT gateways, load balancers and vendors. */
const IDLE_MS = 30_000;

/**
 * A `fetch` that opens a new connection to a host it has not called for half a minute. A kept-alive connection
 * may be dead by then, and a request lost on it may not be retried: it may have arrived and been charged.
 * @param now milliseconds of a monotonic clock.
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

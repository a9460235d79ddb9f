import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";
import type { SharedCounts } from "./shared-counts.ts";

export interface Limit {
  /** Namespace of the count. */
  name: string;
  /** Allowed count per window. */
  points: number;
  seconds: number;
}

/**
 * Counts by key in fixed windows that start with a key's first point. Counts in Valkey if there is one;
 * otherwise, and while it is down, in this process alone, so that each replica allows its own share.
 */
export function createLimiter(
  counts: SharedCounts | null,
  { name, points, seconds }: Limit,
): RateLimiterAbstract {
  const options = { points, duration: seconds, keyPrefix: `atelier:${name}` };
  const alone = new RateLimiterMemory(options);
  if (counts === null) return alone;
  return new RateLimiterRedis({
    ...options,
    storeClient: counts,
    rejectIfRedisNotReady: true,
    insuranceLimiter: alone,
  });
}

/** Counts one point. @returns the state afterwards, also when none was left. */
export async function consume(limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (refused) {
    // The library rejects with the state when none is left.
    if (refused instanceof RateLimiterRes) return refused;
    throw refused;
  }
}

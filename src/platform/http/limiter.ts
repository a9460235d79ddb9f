import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";
import type { SharedCounts } from "./shared-counts.ts";

export interface Limit {
  /** Tells what is counted from what else is. */
  name: string;
  /** How often in one window. */
  points: number;
  seconds: number;
}

/**
 * Counts by key in windows that begin with a key's first point. Counted in Valkey where there is one; else,
 * and while it is away, in this process alone, so that each of several replicas allows its own share.
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

/** Counts one point. @returns the state after it, also when there was none left. */
export async function consume(limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (refused) {
    // The library rejects with the state when there is nothing left.
    if (refused instanceof RateLimiterRes) return refused;
    throw refused;
  }
}

import type { Deps } from "../deps.ts";
import { consume, createLimiter, type Limit } from "./limiter.ts";
import { Problem } from "./problem.ts";
import { rateLimitKey } from "./rate-limit-key.ts";

/** At most so many calls of something costly from one address, beside the rate limit of all calls. */
export class AddressLimit {
  readonly #limiter: ReturnType<typeof createLimiter>;
  readonly #points: number;

  constructor({ counts }: Pick<Deps, "counts">, limit: Limit) {
    this.#limiter = createLimiter(counts, limit);
    this.#points = limit.points;
  }

  /** Counts a call. @throws {Problem} 429 `rate_limited` with Retry-After. */
  async count(ip: string | undefined): Promise<void> {
    const { consumedPoints, msBeforeNext } = await consume(this.#limiter, rateLimitKey(ip));
    if (consumedPoints <= this.#points) return;
    throw new Problem(429, "rate_limited", "Too many requests. Wait a little, then go on.", {
      headers: { "retry-after": String(Math.max(1, Math.ceil(msBeforeNext / 1000))) },
      refusal: { action: "auth.throttled" },
    });
  }
}

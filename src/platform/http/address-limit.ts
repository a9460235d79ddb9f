import type { Deps } from "../deps.ts";
import { consume, createLimiter, type Limit } from "./limiter.ts";
import { Problem } from "./problem.ts";
import { rateLimitKey } from "./rate-limit-key.ts";

/** At most so many calls of something from one address, beside the rate limit of all calls; 0 is no limit. */
export class AddressLimit {
  readonly #limiter: ReturnType<typeof createLimiter>;
  readonly #points: number;

  constructor({ counts }: Pick<Deps, "counts">, limit: Limit) {
    this.#limiter = createLimiter(counts, limit);
    this.#points = limit.points;
  }

  /**
   * Counts a call.
   * @param refuse makes the problem of a call too many, by the seconds to wait.
   * @throws {Problem} 429 with Retry-After; `rate_limited` unless told otherwise.
   */
  async count(
    ip: string | undefined,
    refuse: (seconds: number) => Problem = rateLimited,
  ): Promise<void> {
    if (this.#points === 0) return;
    const { consumedPoints, msBeforeNext } = await consume(this.#limiter, rateLimitKey(ip));
    if (consumedPoints <= this.#points) return;
    throw refuse(Math.max(1, Math.ceil(msBeforeNext / 1000)));
  }

  /** Uncounts a call that was counted. */
  async giveBack(ip: string | undefined): Promise<void> {
    await this.#limiter.reward(rateLimitKey(ip));
  }
}

const rateLimited = (seconds: number) =>
  new Problem(429, "rate_limited", "Too many requests. Wait a little, then go on.", {
    headers: { "retry-after": String(seconds) },
    refusal: { action: "auth.throttled" },
  });

import type { Deps } from "../../platform/deps.ts";
import { consume, createLimiter } from "../../platform/http/limiter.ts";
import { rateLimitKey } from "../../platform/http/rate-limit-key.ts";
import { tooManyAttempts } from "./errors.ts";

type Limiter = ReturnType<typeof createLimiter>;

const WINDOW_SECONDS = 60;
/** Wrong passwords a minute from one address for one account, and from one address over all accounts. */
const PER_PAIR = 8;
const PER_ADDRESS = 60;

/**
 * Slows guessing down. Counted per address and account, never per account alone, so a stranger cannot
 * lock somebody else out. An attempt counts before its password is looked at, so that guesses sent
 * together are counted too; what turns out right is given back.
 */
export class AttemptLimit {
  readonly #ofPair: Limiter;
  readonly #ofAddress: Limiter;

  constructor({ counts }: Pick<Deps, "counts">) {
    const limiter = (name: string, points: number) =>
      createLimiter(counts, { name, points, seconds: WINDOW_SECONDS });
    this.#ofPair = limiter("sign-in", PER_PAIR);
    this.#ofAddress = limiter("sign-in-address", PER_ADDRESS);
  }

  /**
   * Counts an attempt.
   * @returns what to call when the password was right, or could not be looked at.
   * @throws {Problem} 429 with Retry-After when this address has failed too often.
   */
  async begin(ip: string | undefined, account: string): Promise<() => Promise<void>> {
    const address = rateLimitKey(ip);
    const pair = `${address} ${account}`;
    await count(this.#ofPair, pair, account);
    await count(this.#ofAddress, address, account);
    return async () => {
      await Promise.all([this.#ofPair.reward(pair), this.#ofAddress.reward(address)]);
    };
  }
}

async function count(limiter: Limiter, key: string, account: string): Promise<void> {
  const { consumedPoints, msBeforeNext } = await consume(limiter, key);
  if (consumedPoints > limiter.points)
    throw tooManyAttempts(Math.max(1, Math.ceil(msBeforeNext / 1000)), account);
}

import type { Ctx } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import { consume, createLimiter } from "../../platform/http/limiter.ts";
import { rateLimitKey } from "../../platform/http/rate-limit-key.ts";
import {
  countAttempt,
  insertFailure,
  isKnownNetwork,
  secondsToNextWindow,
  uncountAttempt,
} from "./attempt-repo.ts";
import { tooManyAttempts } from "./errors.ts";
import type { Allowance } from "./tables.ts";

type Limiter = ReturnType<typeof createLimiter>;

/** Wrong passwords a minute from one address over all accounts. */
const PER_ADDRESS = { name: "sign-in-address", points: 60, seconds: 60 };
const WINDOW_MS = 15 * 60_000;
/**
 * Wrong passwords for one account in each window. A window begins with its first attempt, so that any hour
 * touches five at most: 5 × (10 + 4 + 5) = 95 guesses (ASVS 2.2.1 allows 100).
 */
const POINTS: Record<Allowance, number> = { stranger: 10, network: 4, device: 5 };
const PURPOSE = "sign-in-account";

/** An attempt that may be judged, and is counted until it turns out right. */
export interface Attempt {
  /** Takes it back: the password was right, or could not be looked at. Never fails: then it stays counted. */
  giveBack(): Promise<void>;
  /** Adds it to what the owner is told at the next sign-in. */
  fail(): Promise<void>;
}

/** How an account is called where its attempts are counted; an address without an account has one too. */
export function hashAccount({ secrets }: Pick<Deps, "secrets">, email: string): string {
  return secrets.sign(email.toLowerCase(), PURPOSE);
}

/**
 * Slows guessing down. Attempts are counted per account, by strangers, from networks that are known, and from
 * devices that the account has signed in on apart, so that strangers never use up what its owner has left;
 * those of strangers per address too. An attempt counts before its password is looked at, so that guesses
 * sent together are counted too; what turns out right is given back. See
 * docs/decisions/sign-in-allowances.md.
 */
export class AttemptLimit {
  readonly #ofAddress: Limiter;

  constructor({ counts }: Pick<Deps, "counts">) {
    this.#ofAddress = createLimiter(counts, PER_ADDRESS);
  }

  /**
   * Counts an attempt at an account, whether there is one with this address or not.
   * @throws {Problem} 429 with Retry-After when there were too many.
   */
  async begin(ctx: Ctx, email: string, isKnownDevice: boolean): Promise<Attempt> {
    const { db, deps } = ctx;
    const address = rateLimitKey(ctx.ip);
    // Whoever fails at other accounts must not keep a known device out that shares the address.
    if (!isKnownDevice) await this.#countAddress(address, email);
    const allowances: Allowance[] = [
      ...(isKnownDevice ? (["device"] as const) : []),
      ...((await isKnownNetwork(db, address)) ? (["network"] as const) : []),
      "stranger",
    ];
    const account = hashAccount(deps, email);
    for (const allowance of allowances) {
      const points = POINTS[allowance];
      const counted = await countAttempt(db, account, allowance, { points, windowMs: WINDOW_MS });
      if (counted === undefined) continue;
      return {
        giveBack: async () => {
          await uncountAttempt(db, counted).catch((error: unknown) => {
            deps.logger.warn({ err: error }, "sign-in attempt not given back");
          });
          if (!isKnownDevice) await this.#ofAddress.reward(address);
        },
        fail: () => insertFailure(db, account),
      };
    }
    throw tooManyAttempts(await secondsToNextWindow(db, account, allowances), email);
  }

  async #countAddress(address: string, email: string): Promise<void> {
    const { consumedPoints, msBeforeNext } = await consume(this.#ofAddress, address);
    if (consumedPoints > PER_ADDRESS.points)
      throw tooManyAttempts(Math.max(1, Math.ceil(msBeforeNext / 1000)), email);
  }
}

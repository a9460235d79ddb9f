import type { Ctx } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import { AddressLimit } from "../../platform/http/address-limit.ts";
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

/** Wrong passwords a minute from one address over all accounts. */
const PER_ADDRESS = { name: "sign-in-address", points: 60, seconds: 60 };
const WINDOW_MS = 15 * 60_000;
/**
 * Wrong passwords for one account in each window. A window begins with its first attempt, so that any hour
 * touches five at most: 5 × (10 + 4 + 5) = 95 guesses (ASVS 2.2.1 allows 100).
 */
const POINTS: Record<Allowance, number> = { stranger: 10, network: 4, device: 5 };
const PURPOSE = "sign-in-account";

/** An attempt that may be checked; it counts until it turns out right. */
export interface Attempt {
  /** Uncounts it: the password was right, or could not be checked. Never throws: on failure it stays counted. */
  giveBack(): Promise<void>;
  /** Adds it to the failures shown to the owner at the next sign-in. */
  fail(): Promise<void>;
}

/** Key of an account's counts; also defined for an address without an account. */
export function hashAccount({ secrets }: Pick<Deps, "secrets">, email: string): string {
  return secrets.sign(email.toLowerCase(), PURPOSE);
}

/**
 * Limits password guessing. Attempts are counted per account, separately for strangers, known networks and
 * devices that have signed in before, so that strangers never use up the owner's attempts; those of strangers
 * also per address. An attempt counts before its password is checked, so that concurrent guesses are counted
 * too; a right one is uncounted. See docs/decisions/sign-in-allowances.md.
 */
export class AttemptLimit {
  readonly #ofAddress: AddressLimit;

  constructor(deps: Pick<Deps, "counts">) {
    this.#ofAddress = new AddressLimit(deps, PER_ADDRESS);
  }

  /**
   * Counts an attempt for an account, whether or not the account exists.
   * @throws {Problem} 429 with Retry-After after too many.
   */
  async begin(ctx: Ctx, email: string, isKnownDevice: boolean): Promise<Attempt> {
    const { db, deps } = ctx;
    // Failures at other accounts must not lock out a known device at the same address.
    if (!isKnownDevice)
      await this.#ofAddress.count(ctx.ip, (seconds) => tooManyAttempts(seconds, email));
    const allowances: Allowance[] = [
      ...(isKnownDevice ? (["device"] as const) : []),
      ...((await isKnownNetwork(db, rateLimitKey(ctx.ip))) ? (["network"] as const) : []),
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
            deps.logger.warn({ err: error }, "sign-in attempt could not be uncounted");
          });
          if (!isKnownDevice) await this.#ofAddress.giveBack(ctx.ip);
        },
        fail: () => insertFailure(db, account),
      };
    }
    throw tooManyAttempts(await secondsToNextWindow(db, account, allowances), email);
  }
}

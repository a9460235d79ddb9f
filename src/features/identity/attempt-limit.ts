import type { Clock } from "../../platform/clock.ts";
import { tooManyAttempts } from "./errors.ts";

const WINDOW_MS = 60_000;
/** Failures a minute for one address and one account together, and for one address over all accounts. */
const PER_PAIR = 8;
const PER_ADDRESS = 60;
const MAX_ENTRIES = 50_000;

/**
 * Slows guessing down. Counted per address and account, never per account alone, so a stranger cannot
 * lock somebody else out.
 */
export class AttemptLimit {
  readonly #clock: Clock;
  readonly #failures = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws {Problem} 429 with Retry-After when this address has failed too often. */
  check(ip: string | undefined, account: string): void {
    const address = ip ?? "local";
    const waits = [this.#wait(`${address} ${account}`, PER_PAIR), this.#wait(address, PER_ADDRESS)];
    const wait = Math.max(...waits);
    if (wait > 0) throw tooManyAttempts(Math.ceil(wait / 1000));
  }

  failed(ip: string | undefined, account: string): void {
    const address = ip ?? "local";
    if (this.#failures.size > MAX_ENTRIES) this.#failures.clear();
    for (const key of [`${address} ${account}`, address]) {
      this.#failures.set(key, [...this.#recent(key), this.#clock.now().getTime()]);
    }
  }

  succeeded(ip: string | undefined, account: string): void {
    this.#failures.delete(`${ip ?? "local"} ${account}`);
  }

  #recent(key: string): number[] {
    const since = this.#clock.now().getTime() - WINDOW_MS;
    return (this.#failures.get(key) ?? []).filter((at) => at > since);
  }

  #wait(key: string, limit: number): number {
    const recent = this.#recent(key);
    const oldest = recent.at(-limit);
    return oldest === undefined ? 0 : oldest + WINDOW_MS - this.#clock.now().getTime();
  }
}

import type { Deps } from "../../platform/deps.ts";
import { AddressLimit } from "../../platform/http/address-limit.ts";
import { tooManySignUps } from "./errors.ts";

/** Sign-ups sent in a minute from one address, whatever becomes of them: each costs the judging of a password. */
const TRIES_PER_MINUTE = 30;

/** A brake on sign-up, where it is open. */
export class SignUpLimit {
  readonly #tries: AddressLimit;
  readonly #accounts: AddressLimit;

  constructor(deps: Pick<Deps, "config" | "counts">) {
    const { signUpsPerHour } = deps.config;
    const tries = signUpsPerHour === 0 ? 0 : TRIES_PER_MINUTE;
    this.#tries = new AddressLimit(deps, { name: "sign-up-try", points: tries, seconds: 60 });
    this.#accounts = new AddressLimit(deps, {
      name: "sign-up",
      points: signUpsPerHour,
      seconds: 3600,
    });
  }

  /** Counts a request to sign up, before anything of it is judged. @throws {Problem} 429. */
  countTry(ip: string | undefined): Promise<void> {
    return this.#tries.count(ip, tooManySignUps);
  }

  /** Counts what would make an account, or tell that there is one. @throws {Problem} 429. */
  countAccount(ip: string | undefined): Promise<void> {
    return this.#accounts.count(ip, tooManySignUps);
  }
}

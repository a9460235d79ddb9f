import type { Deps } from "../../deps.ts";
import { sealChain } from "./seal-chain.ts";

const EVERY_MS = 1_000;

/** Seals new audit rows every second while the process runs. */
class Sealer {
  readonly #deps: Deps;
  readonly #timer: ReturnType<typeof setInterval>;
  #sealing: Promise<void> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.#seal(), EVERY_MS);
  }

  /** Seals once more, then stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sealing;
    await this.#seal();
  }

  #seal(): Promise<void> {
    this.#sealing ??= sealChain(this.#deps.database.db)
      .catch((error) => this.#deps.logger.warn({ err: error }, "audit rows not sealed yet"))
      .finally(() => {
        this.#sealing = undefined;
      });
    return this.#sealing;
  }
}

const sealers = new WeakMap<Deps, Sealer>();

/** What audit does in the background, one for each set of dependencies; begins when first asked for. */
export function auditSealer(deps: Deps): Sealer {
  const known = sealers.get(deps);
  if (known) return known;
  const sealer = new Sealer(deps);
  sealers.set(deps, sealer);
  return sealer;
}

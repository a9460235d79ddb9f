import type { Deps } from "../../platform/deps.ts";
import { sealChain } from "./seal-chain.ts";

const EVERY_MS = 1_000;

/** Seals new audit rows every second while the process runs. */
export class Sealer {
  readonly #deps: Deps;
  #timer: ReturnType<typeof setInterval> | undefined;
  #sealing: Promise<void> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
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
      .catch((error) => this.#deps.logger.warn({ err: error }, "audit chain not sealed; retrying"))
      .finally(() => {
        this.#sealing = undefined;
      });
    return this.#sealing;
  }
}

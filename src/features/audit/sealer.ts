import type { Deps } from "../../platform/deps.ts";
import { type Head, sealChain } from "./seal-chain.ts";

const EVERY_MS = 1_000;
/** As long as a transaction may take that has written a row. */
const EXPECTED_TICKS = 15;
/** Without rows of this process, those that a lost process has left are looked for now and then. */
const IDLE_TICKS = 5;

/** Seals new audit rows every second while this process writes any, and remembers the newest seal. */
export class Sealer {
  readonly #deps: Deps;
  #timer: ReturnType<typeof setInterval> | undefined;
  #sealing: Promise<void> | undefined;
  #seen: Head | undefined;
  #alarmedAt: string | undefined;
  #expected = 0;
  #ticks = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#ticks++;
      if (this.#expected > 0) this.#expected--;
      else if (this.#ticks % IDLE_TICKS !== 0) return;
      void this.seal();
    }, EVERY_MS);
  }

  /** Notes that a transaction of this process is about to commit a row. */
  expect(): void {
    this.#expected = EXPECTED_TICKS;
  }

  /** Seals once more, then stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sealing;
    await this.seal();
  }

  /** Seals new rows; joins a running sealing. A failure is logged and retried a second later. */
  seal(): Promise<void> {
    this.#sealing ??= this.#sealOnce()
      .catch((error) => this.#deps.logger.warn({ err: error }, "audit chain not sealed; retrying"))
      .finally(() => {
        this.#sealing = undefined;
      });
    return this.#sealing;
  }

  async #sealOnce(): Promise<void> {
    const { database, logger, metrics } = this.#deps;
    const { last, tampered } = await sealChain(database.db, this.#deps, { seen: this.#seen });
    this.#seen = last;
    if (!tampered || this.#alarmedAt === last?.hash) return;
    this.#alarmedAt = last?.hash;
    metrics.auditTampering.inc();
    logger.error({ seq: last?.seq }, "the audit chain was tampered with: verify it");
  }
}

/** A shared interval: one timer for all waiters, none without waiters. */
export class Frames {
  readonly #everyMs: number;
  #next: Promise<void> | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Resolves at the next tick, the same for all waiters. */
  next(): Promise<void> {
    this.#next ??= Bun.sleep(this.#everyMs).then(() => {
      this.#next = undefined;
    });
    return this.#next;
  }
}

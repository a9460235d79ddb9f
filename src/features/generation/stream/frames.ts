/** A beat that many may wait for: one timer, however many wait, and none while nobody does. */
export class Frames {
  readonly #everyMs: number;
  #next: Promise<void> | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Resolves at the next beat, the same for all who wait for it. */
  next(): Promise<void> {
    this.#next ??= Bun.sleep(this.#everyMs).then(() => {
      this.#next = undefined;
    });
    return this.#next;
  }
}

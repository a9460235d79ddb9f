/** Where a process stands between start and end. */
export class Lifecycle {
  readonly #draining = new AbortController();
  #started = false;

  get started(): boolean {
    return this.#started;
  }

  get draining(): boolean {
    return this.#draining.signal.aborted;
  }

  /** Aborts when draining begins: event streams end with a retry hint, nothing new starts. */
  get drainSignal(): AbortSignal {
    return this.#draining.signal;
  }

  markStarted(): void {
    this.#started = true;
  }

  drain(): void {
    this.#draining.abort();
  }
}

/** Things to close, in reverse order of opening; one failure does not keep the rest open. */
export class Closers {
  readonly #closers: { name: string; close: () => Promise<void> | void }[] = [];

  add(name: string, close: () => Promise<void> | void): void {
    this.#closers.push({ name, close });
  }

  /** @returns the names of what could not be closed. */
  async closeAll(): Promise<string[]> {
    const failed: string[] = [];
    for (const { name, close } of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch {
        failed.push(name);
      }
    }
    return failed;
  }
}

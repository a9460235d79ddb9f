/** Where a process stands between start and end. */
export class Lifecycle {
  readonly #leaving = new AbortController();
  #started = false;
  #draining = false;

  get started(): boolean {
    return this.#started;
  }

  /** True from the moment that readiness is off: others shall be asked from now on, but what comes is answered. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Aborts when nobody should send anything more: event streams end with a retry hint. */
  get leaveSignal(): AbortSignal {
    return this.#leaving.signal;
  }

  markStarted(): void {
    this.#started = true;
  }

  drain(): void {
    this.#draining = true;
  }

  leave(): void {
    this.#draining = true;
    this.#leaving.abort();
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

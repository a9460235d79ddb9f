/** The phase of a process between start and exit. */
export class Lifecycle {
  readonly #leaving = new AbortController();
  #started = false;
  #draining = false;

  get started(): boolean {
    return this.#started;
  }

  /**
   * True once readiness is off: load balancers should choose other processes, but requests are still answered.
   */
  get draining(): boolean {
    return this.#draining;
  }

  /** Aborts when nothing more should be sent: event streams end with a retry hint. */
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

/** Resources to close, in reverse order of opening; one failure does not keep the rest open. */
export class Closers {
  readonly #closers: { name: string; close: () => Promise<void> | void }[] = [];

  add(name: string, close: () => Promise<void> | void): void {
    this.#closers.push({ name, close });
  }

  /** @returns the names of resources that could not be closed. */
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

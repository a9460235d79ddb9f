import type { Logger } from "../../platform/observability/logger.ts";

const WRITE_EVERY_MS = 30_000;

/**
 * Last-used timestamps of keys or sessions, written in batches: a write per request would cost more than most
 * requests.
 */
export class LastUse {
  readonly #write: (ids: string[]) => Promise<void>;
  readonly #logger: Logger;
  readonly #used = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param write stores that these were used now. */
  constructor(logger: Logger, write: (ids: string[]) => Promise<void>) {
    this.#logger = logger;
    this.#write = write;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), WRITE_EVERY_MS);
    this.#timer.unref();
  }

  note(id: string): void {
    this.#used.add(id);
  }

  /** Writes the buffered timestamps; a failure is logged and retried with the next batch. */
  async flush(): Promise<void> {
    const ids = [...this.#used];
    if (ids.length === 0) return;
    this.#used.clear();
    try {
      await this.#write(ids);
    } catch (error) {
      for (const id of ids) this.#used.add(id);
      this.#logger.warn({ err: error }, "last-used timestamps not written");
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}

import { inArray } from "drizzle-orm";
import type { Deps } from "../../platform/deps.ts";
import { apiKeys } from "./tables.ts";

const WRITE_EVERY_MS = 30_000;

/** When keys were last used, written in batches: a write per request would cost more than most requests. */
export class KeyUse {
  readonly #deps: Deps;
  readonly #used = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), WRITE_EVERY_MS);
    this.#timer.unref();
  }

  note(keyId: string): void {
    this.#used.add(keyId);
  }

  /** Writes what is noted; a failure is logged and tried again with the next batch. */
  async flush(): Promise<void> {
    const ids = [...this.#used];
    if (ids.length === 0) return;
    this.#used.clear();
    try {
      const { database, clock } = this.#deps;
      await database.db
        .update(apiKeys)
        .set({ lastUsedAt: clock.now() })
        .where(inArray(apiKeys.id, ids));
    } catch (error) {
      for (const id of ids) this.#used.add(id);
      this.#deps.logger.warn({ err: error }, "API key last-used timestamps not written");
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}

/**
 * Pub/sub within and between processes. Messages may be lost when a connection breaks; subscribers must be able
 * to catch up from the database.
 */
export interface Bus {
  /**
   * Sends a short text (under 8,000 bytes) to every subscriber of the topic in every process, including this
   * one.
   */
  publish(topic: string, payload: string): Promise<void>;
  /** @returns a function that ends the subscription. */
  subscribe(topic: string, listener: (payload: string) => void): () => void;
  /** Called after a lost connection is restored: messages may have been missed. */
  onGap(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Listeners by topic within one process; shared by all bus implementations. */
export class Listeners {
  readonly #byTopic = new Map<string, Set<(payload: string) => void>>();
  readonly #gaps = new Set<() => void>();

  add(topic: string, listener: (payload: string) => void): () => void {
    const listeners = this.#byTopic.get(topic) ?? new Set();
    listeners.add(listener);
    this.#byTopic.set(topic, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#byTopic.delete(topic);
    };
  }

  emit(topic: string, payload: string): void {
    for (const listener of [...(this.#byTopic.get(topic) ?? [])]) listener(payload);
  }

  onGap(listener: () => void): () => void {
    this.#gaps.add(listener);
    return () => this.#gaps.delete(listener);
  }

  gap(): void {
    for (const listener of [...this.#gaps]) listener();
  }
}

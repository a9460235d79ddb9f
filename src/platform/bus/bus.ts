/**
 * The live bus: carries small notices between parts of one process and between processes.
 * It may lose a notice (a broken connection); whoever listens must be able to catch up from the database.
 */
export interface Bus {
  /** Sends a short text (under 8,000 bytes) to every subscriber of the topic in every process, this one included. */
  publish(topic: string, payload: string): Promise<void>;
  /** @returns a function that ends the subscription. */
  subscribe(topic: string, listener: (payload: string) => void): () => void;
  /** Told after a lost connection is back: notices may be missing since. */
  onGap(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Listeners by topic: what every bus keeps in its own process. */
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

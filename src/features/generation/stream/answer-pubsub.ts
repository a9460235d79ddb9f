import type { Bus } from "../../../platform/bus/bus.ts";

const GREW = "generation.grew";
const STOP = "generation.stop";
const FOLLOW = "generation.follow";
/** A message may have 8,000 bytes; an id and its comma take 37. */
const IDS_PER_NOTICE = 200;
/** One timer for all readers; a lost message delays none of them longer than this. */
const PULSE_MS = 3_000;

/** How long a process is notified of an answer's growth after it asked; it asks again at each pulse. */
export const FOLLOWED_MS = 3 * PULSE_MS;

/**
 * Announces new log events of generations to their readers in every process. A process with readers of an
 * answer says so, since notifications cost: most answers are read only where they are written.
 */
export class AnswerPubSub {
  readonly #bus: Bus;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #beats = new Set<() => void>();
  #pulse: ReturnType<typeof setInterval> | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
    bus.subscribe(GREW, (payload) => {
      for (const id of payload.split(",")) this.#wake(id);
    });
    bus.onGap(() => {
      for (const id of this.#waiting.keys()) this.#wake(id);
    });
  }

  /** Calls `wake` at each notification about a generation. @returns a function that unsubscribes. */
  on(generationId: string, wake: () => void): () => void {
    const waiting = this.#waiting.get(generationId) ?? new Set();
    waiting.add(wake);
    this.#waiting.set(generationId, waiting);
    if (waiting.size === 1) void this.#follow([generationId]);
    return () => {
      waiting.delete(wake);
      if (waiting.size === 0) this.#waiting.delete(generationId);
    };
  }

  /** Calls `beat` every few seconds: for heartbeats, and to check for lost messages. */
  onPulse(beat: () => void): () => void {
    this.#beats.add(beat);
    this.#pulse ??= setInterval(() => {
      void this.#follow([...this.#waiting.keys()]);
      for (const one of [...this.#beats]) one();
    }, PULSE_MS);
    return () => {
      this.#beats.delete(beat);
      if (this.#beats.size > 0) return;
      clearInterval(this.#pulse);
      this.#pulse = undefined;
    };
  }

  /** Notifies the readers of these generations. */
  async grew(ids: string[]): Promise<void> {
    await this.#publish(GREW, ids);
  }

  /** Calls `listener` when a process follows a generation, and repeatedly while it does. */
  onFollow(listener: (generationId: string) => void): () => void {
    return this.#bus.subscribe(FOLLOW, (payload) => {
      for (const id of payload.split(",")) listener(id);
    });
  }

  async stop(generationId: string): Promise<void> {
    await this.#bus.publish(STOP, generationId);
  }

  onStop(listener: (generationId: string) => void): () => void {
    return this.#bus.subscribe(STOP, listener);
  }

  async #follow(ids: string[]): Promise<void> {
    // A lost message is repeated at the next pulse, when readers also check for themselves.
    await this.#publish(FOLLOW, ids).catch(() => {});
  }

  async #publish(topic: string, ids: string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += IDS_PER_NOTICE) {
      await this.#bus.publish(topic, ids.slice(from, from + IDS_PER_NOTICE).join(","));
    }
  }

  #wake(id: string): void {
    for (const wake of [...(this.#waiting.get(id) ?? [])]) wake();
  }
}

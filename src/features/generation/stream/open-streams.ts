import { tooManyStreams } from "../errors.ts";

/** Counts each user's open event streams in this process. */
export class OpenStreams {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  /** @param most how many a user may have; 0 for any number. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws {Problem} 429 `too_many_streams` when the user may open no more. */
  requireRoom(userId: string): void {
    if (this.#most > 0 && this.of(userId) >= this.#most) throw tooManyStreams();
  }

  of(userId: string): number {
    return this.#open.get(userId) ?? 0;
  }

  /** Counts a stream. @returns a function that ends it. */
  open(userId: string): () => void {
    this.#open.set(userId, this.of(userId) + 1);
    return () => {
      const left = this.of(userId) - 1;
      if (left > 0) this.#open.set(userId, left);
      else this.#open.delete(userId);
    };
  }
}

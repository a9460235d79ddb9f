import type { Clock } from "./clock.ts";

/** Makes identifiers: UUIDv7, so that ids sort by creation. */
export interface Ids {
  next(): string;
}

/** Ids in the order of the clock, so that those of several processes are comparable. */
export function idsBy(clock: Pick<Clock, "now">): Ids {
  return { next: () => Bun.randomUUIDv7("hex", clock.now()) };
}

export const uuidv7: Ids = { next: () => Bun.randomUUIDv7() };

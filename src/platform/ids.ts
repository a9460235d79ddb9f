import type { Clock } from "./clock.ts";

/** Makes identifiers: UUIDv7, so that ids sort by creation. */
export interface Ids {
  next(): string;
}

/**
 * Ids in the order of the clock, so that those of several processes are comparable. The clock is corrected now
 * and then and may step back; ids do not, since a question must sort before its answer.
 */
export function idsBy(clock: Pick<Clock, "now">): Ids {
  let latest = 0;
  return {
    next: () => {
      latest = Math.max(latest, clock.now().getTime());
      return Bun.randomUUIDv7("hex", new Date(latest));
    },
  };
}

export const uuidv7: Ids = { next: () => Bun.randomUUIDv7() };

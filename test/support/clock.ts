import type { Clock } from "../../src/platform/clock.ts";

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  #now: number;

  constructor(start: Date = new Date()) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  steadyMs(): number {
    return Number.POSITIVE_INFINITY;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

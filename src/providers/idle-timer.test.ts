import { expect, jest, test } from "bun:test";
import { type IdleTimer, startIdleTimer } from "./idle-timer.ts";

interface Time {
  pass(ms: number): void;
  /** Sets the clock back relative to the timers, as if they fired early. */
  lag(ms: number): void;
}

/**
 * Runs with manual timers. @returns when the timeout fired, in milliseconds, and how often the clock was read.
 */
function watched(play: (watch: IdleTimer, time: Time) => void) {
  jest.useFakeTimers();
  let now = 0;
  let reads = 0;
  const clock = jest.spyOn(performance, "now").mockImplementation(() => {
    reads++;
    return now;
  });
  try {
    const told: number[] = [];
    const watch = startIdleTimer(100, () => told.push(now));
    play(watch, {
      pass(ms) {
        for (let step = 0; step < ms; step++) {
          now++;
          jest.advanceTimersByTime(1);
        }
      },
      lag(ms) {
        now -= ms;
      },
    });
    watch.stop();
    return { told, reads, expired: watch.expired };
  } finally {
    clock.mockRestore();
    jest.useRealTimers();
  }
}

test("a wait that reaches the limit times out, once", () => {
  const { told, expired } = watched((watch, { pass }) => {
    watch.start();
    pass(500);
  });
  expect(told).toEqual([100]);
  expect(expired).toBe(true);
});

test("each byte restarts the wait", () => {
  const { told } = watched((watch, { pass }) => {
    for (let n = 0; n < 5; n++) {
      watch.start();
      pass(90);
    }
    pass(200);
  });
  expect(told).toHaveLength(1);
  expect(told[0]).toBeWithin(459, 462);
});

test("there is no timeout while nothing is read", () => {
  const { told, expired } = watched((watch, { pass }) => {
    watch.start();
    pass(50);
    watch.pause();
    pass(1_000);
  });
  expect(told).toEqual([]);
  expect(expired).toBe(false);
});

test("there is no timeout before the start and after the stop", () => {
  const { told } = watched((watch, { pass }) => {
    pass(350);
    watch.start();
    pass(60);
    watch.stop();
    pass(500);
  });
  expect(told).toEqual([]);
});

test("a timer that fires up to a millisecond early is accepted, an earlier one is set again", () => {
  for (const [early, moment] of [
    [0.5, 99.5],
    [1, 99],
    [1.5, 99.5],
  ] as const) {
    const { told } = watched((watch, { pass, lag }) => {
      watch.start();
      lag(early);
      pass(110);
    });
    expect(told).toEqual([moment]);
  }
});

test("a wait reads the clock once at its start and once at its end", () => {
  const { reads } = watched((watch, { pass }) => {
    watch.start();
    pass(99);
  });
  expect(reads).toBe(1);
});

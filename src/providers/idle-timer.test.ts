import { expect, jest, test } from "bun:test";
import { type IdleTimer, startIdleTimer } from "./idle-timer.ts";

interface Time {
  pass(ms: number): void;
  /** Sets the clock back behind the timers, as if these fired early. */
  lag(ms: number): void;
}

/** Runs with timers that move by hand. @returns when silence was told, in milliseconds, and how often the clock was read. */
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

test("a wait that lasts its time is silence, told once", () => {
  const { told, expired } = watched((watch, { pass }) => {
    watch.start();
    pass(500);
  });
  expect(told).toEqual([100]);
  expect(expired).toBe(true);
});

test("each byte begins a new wait", () => {
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

test("while nobody reads, nobody is silent", () => {
  const { told, expired } = watched((watch, { pass }) => {
    watch.start();
    pass(50);
    watch.pause();
    pass(1_000);
  });
  expect(told).toEqual([]);
  expect(expired).toBe(false);
});

test("before it listens and after it was stopped it tells nothing", () => {
  const { told } = watched((watch, { pass }) => {
    pass(350);
    watch.start();
    pass(60);
    watch.stop();
    pass(500);
  });
  expect(told).toEqual([]);
});

test("a timer that fires up to a millisecond early is believed, one that is earlier is set again", () => {
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

test("a wait costs a look at the clock when it begins and one when it ends", () => {
  const { reads } = watched((watch, { pass }) => {
    watch.start();
    pass(99);
  });
  expect(reads).toBe(1);
});

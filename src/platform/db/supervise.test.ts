import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { supervise } from "./supervise.ts";

/** A process that ends when it is told to, or when a test ends it. */
function fakeProcess(number: number, told: string[]) {
  const exited = Promise.withResolvers<number>();
  return {
    exited: exited.promise,
    end: (code: number) => exited.resolve(code),
    stop: async () => {
      told.push(`stop ${number}`);
      exited.resolve(0);
    },
    abandon: () => void told.push(`abandon ${number}`),
  };
}

let told: string[];
let started: ReturnType<typeof fakeProcess>[];
let refuse: boolean;
const start = async () => {
  if (refuse) throw new Error("it does not start");
  const child = fakeProcess(started.length, told);
  started.push(child);
  return child;
};
const watcher = {
  ended: (code: number) => void told.push(`ended ${code}`),
  failed: (error: unknown, pauseMs: number) =>
    void told.push(`failed ${error instanceof Error ? error.message : ""} ${pauseMs}`),
  back: () => void told.push("back"),
};
/** Lets promises run, then the clock, then promises again. */
const pass = async (milliseconds: number) => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  if (milliseconds > 0) jest.advanceTimersByTime(milliseconds);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

beforeEach(() => {
  told = [];
  started = [];
  refuse = false;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe("a supervised process", () => {
  test("that never starts is its caller's to see", async () => {
    refuse = true;
    await expect(supervise(start, watcher)).rejects.toThrow("it does not start");
    expect(told).toEqual([]);
  });

  test("is started again after 50 ms when it ends unasked", async () => {
    const supervised = await supervise(start, watcher);
    started[0]?.end(137);
    await pass(49);
    expect(started).toHaveLength(1);
    await pass(1);
    expect(started).toHaveLength(2);
    expect(told).toEqual(["ended 137", "back"]);
    await supervised.stop();
    expect(told).toEqual(["ended 137", "back", "stop 1", "stop 1"].slice(0, told.length));
  });

  test("is tried with pauses that double up to five seconds, for as long as it takes", async () => {
    const supervised = await supervise(start, watcher);
    refuse = true;
    started[0]?.end(1);
    for (const pauseMs of [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
      const before = told.length;
      await pass(pauseMs - 1);
      expect([pauseMs, told.slice(before).filter((line) => line.startsWith("failed"))]).toEqual([
        pauseMs,
        [],
      ]);
      await pass(1);
    }
    expect(told.filter((line) => line.startsWith("failed"))).toEqual(
      [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000].map(
        (pauseMs) => `failed it does not start ${pauseMs}`,
      ),
    );
    refuse = false;
    await pass(5_000);
    expect(told.at(-1)).toBe("back");
    await supervised.stop();
  });

  test("begins with the shortest pause again after a minute of health, and not before", async () => {
    const supervised = await supervise(start, watcher);
    const endAfter = async (index: number, aliveMs: number) => {
      await pass(aliveMs);
      started[index]?.end(1);
      await pass(0);
    };
    await endAfter(0, 10);
    await pass(50);
    await endAfter(1, 60_000);
    await pass(99);
    expect(started).toHaveLength(2);
    await pass(1);
    expect(started).toHaveLength(3);
    await endAfter(2, 60_001);
    await pass(50);
    expect(started).toHaveLength(4);
    await supervised.stop();
  });

  test("is stopped when asked, and not started again", async () => {
    const supervised = await supervise(start, watcher);
    await supervised.stop();
    await pass(60_000);
    expect(started).toHaveLength(1);
    expect(told[0]).toBe("stop 0");
    expect(told.filter((line) => line.startsWith("ended"))).toEqual([]);
  });

  test("is not started when it was asked to stop in the pause", async () => {
    const supervised = await supervise(start, watcher);
    started[0]?.end(1);
    await pass(10);
    await supervised.stop();
    await pass(60_000);
    expect(started).toHaveLength(1);
  });

  test("is told to end when this process ends, until it was stopped", async () => {
    const listeners = () => process.listenerCount("exit");
    const before = listeners();
    const supervised = await supervise(start, watcher);
    expect(listeners()).toBe(before + 1);
    process.listeners("exit").at(-1)?.(0);
    expect(told).toEqual(["abandon 0"]);
    await supervised.stop();
    expect(listeners()).toBe(before);
  });
});

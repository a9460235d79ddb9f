import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { supervise } from "./supervise.ts";

/** A process that exits when told to, or when a test ends it. */
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
  test("reports a failing first start to its caller", async () => {
    refuse = true;
    await expect(supervise(start, watcher)).rejects.toThrow("it does not start");
    expect(told).toEqual([]);
  });

  test("is restarted after 50 ms when it exits unexpectedly", async () => {
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

  test("is retried without end, with pauses that double up to five seconds", async () => {
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

  test("starts with the shortest pause again after a minute of uptime, and not before", async () => {
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

  test("is stopped on request, and not restarted", async () => {
    const supervised = await supervise(start, watcher);
    await supervised.stop();
    await pass(60_000);
    expect(started).toHaveLength(1);
    expect(told[0]).toBe("stop 0");
    expect(told.filter((line) => line.startsWith("ended"))).toEqual([]);
  });

  test("is not restarted when it was stopped during the pause", async () => {
    const supervised = await supervise(start, watcher);
    started[0]?.end(1);
    await pass(10);
    await supervised.stop();
    await pass(60_000);
    expect(started).toHaveLength(1);
  });

  test("is told to exit when this process exits, unless it was stopped", async () => {
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

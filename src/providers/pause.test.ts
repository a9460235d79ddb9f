import { expect, jest, spyOn, test } from "bun:test";
import { pause } from "./pause.ts";

test("a pause ends after its time, and leaves no listener", async () => {
  const { signal } = new AbortController();
  const added = spyOn(signal, "addEventListener");
  const removed = spyOn(signal, "removeEventListener");
  const began = performance.now();
  await pause(30, signal);
  expect(performance.now() - began).toBeGreaterThanOrEqual(29);
  expect(added).toHaveBeenCalledTimes(1);
  expect(removed.mock.calls).toEqual(added.mock.calls);
});

test("an abort ends it with its reason, and an earlier abort prevents it", async () => {
  const abort = new AbortController();
  const waiting = pause(60_000, abort.signal);
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(pause(60_000, abort.signal)).rejects.toThrow("enough");
});

test("an ended pause leaves no timer", async () => {
  jest.useFakeTimers();
  try {
    const abort = new AbortController();
    const waiting = pause(60_000, abort.signal);
    abort.abort(new Error("enough"));
    await waiting.catch(() => {});
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

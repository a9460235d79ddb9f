import { describe, expect, test } from "bun:test";
import { Closers, Lifecycle } from "./lifecycle.ts";

describe("a process", () => {
  test("starts, drains, then leaves", () => {
    const lifecycle = new Lifecycle();
    const state = () => [lifecycle.started, lifecycle.draining, lifecycle.leaveSignal.aborted];
    expect(state()).toEqual([false, false, false]);
    lifecycle.markStarted();
    expect(state()).toEqual([true, false, false]);
    lifecycle.drain();
    expect(state()).toEqual([true, true, false]);
    lifecycle.leave();
    expect(state()).toEqual([true, true, true]);
  });

  test("that leaves without draining counts as draining too", () => {
    const lifecycle = new Lifecycle();
    lifecycle.leave();
    expect(lifecycle.draining).toBe(true);
  });
});

test("resources are closed once, in reverse order, one after the other; a failure keeps none open", async () => {
  const closed: string[] = [];
  const closers = new Closers();
  closers.add("database", () => void closed.push("database"));
  closers.add("bus", async () => {
    await Promise.resolve();
    closed.push("bus");
  });
  closers.add("jobs", async () => {
    throw new Error("they do not stop");
  });
  closers.add("counts", () => {
    throw new Error("they are gone");
  });
  expect(await closers.closeAll()).toEqual(["counts", "jobs"]);
  expect(closed).toEqual(["bus", "database"]);
  expect(await closers.closeAll()).toEqual([]);
  expect(closed).toHaveLength(2);
});

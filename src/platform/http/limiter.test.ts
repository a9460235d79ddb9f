import { expect, test } from "bun:test";
import { consume, createLimiter } from "./limiter.ts";
import type { SharedCounts } from "./shared-counts.ts";

const LIMIT = { name: "test", points: 2, seconds: 60 };

/** A Valkey that counts, or does not answer. */
function countsOf(state: { status: "ready" | "away"; fails?: boolean }) {
  const calls: string[][] = [];
  const counts: SharedCounts = {
    get status() {
      return state.status;
    },
    defineCommand: () => {},
    rlflxIncr: async (args) => {
      calls.push(args);
      if (state.fails) throw new Error("too slow");
      return [calls.length, 30_000];
    },
    close: () => {},
  };
  return { counts, calls };
}

test("a shared count is by name and key, in the limit's window", async () => {
  const { counts, calls } = countsOf({ status: "ready" });
  const limiter = createLimiter(counts, LIMIT);
  expect(await consume(limiter, "a")).toMatchObject({ consumedPoints: 1, remainingPoints: 1 });
  expect(calls[0]?.slice(0, 3).map(String)).toEqual(["atelier:test:a", "1", "60"]);
  await consume(limiter, "a");
  expect(await consume(limiter, "a")).toMatchObject({ consumedPoints: 3, msBeforeNext: 30_000 });
});

test.each([{ status: "away" as const }, { status: "ready" as const, fails: true }])(
  "while the shared counts are %p this process counts alone, by the same limit",
  async (state) => {
    const { counts, calls } = countsOf(state);
    const limiter = createLimiter(counts, LIMIT);
    for (const count of [1, 2, 3])
      expect(await consume(limiter, "a")).toMatchObject({ consumedPoints: count });
    expect(calls.length).toBe(state.status === "away" ? 0 : 3);
  },
);

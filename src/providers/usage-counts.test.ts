import { expect, test } from "bun:test";
import fc from "fast-check";
import { type ReportedCounts, UsageCounts } from "./usage-counts.ts";

/** The usage behind these reports as `input/cache read/cache write/output/reasoning`. */
function usageOf(...reports: ReportedCounts[]): string | undefined {
  const counts = new UsageCounts();
  const usage = reports.map((report) => counts.add(report)).at(-1);
  return (
    usage &&
    [
      usage.inputTokens,
      usage.cacheReadTokens,
      usage.cacheWriteTokens,
      usage.outputTokens,
      usage.reasoningTokens,
    ].join("/")
  );
}

test.each<[string, ReportedCounts[], string | undefined]>([
  ["nothing", [{}], undefined],
  ["a total alone", [{ total: 9 }], undefined],
  ["what is no count", [{ prompt: -1, output: "9k", total: null }], undefined],
  ["a zero alone", [{ output: 0 }], "0/0/0/0/0"],
  ["prompt and output", [{ prompt: 100, output: 10, total: 110 }], "100/0/0/10/0"],
  ["halves", [{ prompt: 100 }, { output: 10 }], "100/0/0/10/0"],
  [
    "zeros behind counts",
    [
      { prompt: 100, output: 10 },
      { prompt: 0, output: 0 },
    ],
    "100/0/0/10/0",
  ],
  [
    "counts behind zeros",
    [
      { prompt: 0, output: 0 },
      { prompt: 100, output: 10 },
    ],
    "100/0/0/10/0",
  ],
  ["growing counts", [{ output: 1 }, { output: 7 }], "0/0/0/7/0"],
  ["a count that is corrected", [{ prompt: 9 }, { prompt: 7 }], "7/0/0/0/0"],
  ["a prompt with its cache", [{ prompt: 100, cacheRead: 60, cacheWrite: 30 }], "10/60/30/0/0"],
  ["a larger cache than prompt", [{ prompt: 7, cacheRead: 4, cacheWrite: 9 }], "0/4/3/0/0"],
  ["input apart from its cache", [{ input: 10, cacheRead: 60, cacheWrite: 30 }], "10/60/30/0/0"],
  ["a cache alone", [{ cacheRead: 60 }], "0/60/0/0/0"],
  [
    "a total that adds the cache",
    [{ prompt: 40, cacheRead: 60, output: 9, total: 109 }],
    "40/60/0/9/0",
  ],
  ["a total without parts", [{ prompt: 100, output: 10, total: 210 }], "100/0/0/110/0"],
  ["a smaller total", [{ prompt: 100, output: 10, total: 50 }], "100/0/0/10/0"],
  ["a total in place of the prompt", [{ output: 10, total: 110 }], "100/0/0/10/0"],
  ["a total below the output", [{ output: 10, total: 5 }], "0/0/0/10/0"],
  ["a total in place of the output", [{ prompt: 100, total: 110 }], "100/0/0/10/0"],
  ["reasoning within", [{ prompt: 1, output: 10, reasoning: 4 }], "1/0/0/10/4"],
  ["more reasoning than output", [{ prompt: 1, output: 10, reasoning: 40 }], "1/0/0/10/10"],
  ["reasoning beside", [{ prompt: 1, output: 10, reasoningApart: 4 }], "1/0/0/14/4"],
  [
    "reasoning that the total adds",
    [{ prompt: 1, output: 5, reasoning: 9, total: 15 }],
    "1/0/0/14/9",
  ],
])("a report of %s", (_, reports, usage) => {
  expect(usageOf(...reports)).toBe(usage);
});

test("counts are whole and none is negative, whatever is reported", () => {
  const count = fc.option(fc.integer({ min: -5, max: 2_000_000 }), { nil: undefined });
  const report = fc.record({
    prompt: count,
    input: count,
    cacheRead: count,
    cacheWrite: count,
    output: count,
    reasoning: count,
    reasoningApart: count,
    total: count,
  });
  fc.assert(
    fc.property(fc.array(report), (reports) => {
      const counts = new UsageCounts();
      for (const one of reports) {
        const usage = counts.add(one);
        for (const value of Object.values(usage ?? {}))
          expect(Number.isInteger(value) && value >= 0).toBe(true);
        if (usage) expect(usage.reasoningTokens).toBeLessThanOrEqual(usage.outputTokens);
      }
    }),
  );
});

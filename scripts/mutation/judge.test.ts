import { expect, test } from "bun:test";
import type { Mutant } from "./find-mutants.ts";
import { Judge } from "./judge.ts";
import type { Outcome } from "./run-command.ts";

const mutant: Mutant = {
  path: "src/a.ts",
  start: 0,
  end: 1,
  replacement: "",
  kind: "call removed",
  line: 1,
};

/** A judge of runs that end as `outcome` says; it counts them from 1, with and without the change. */
function judgeOf(outcome: (run: number, changed: boolean, tests: readonly string[]) => string) {
  let changed = false;
  let runs = 0;
  return new Judge(
    {
      changed: async (_mutants, work) => {
        changed = true;
        return work().finally(() => {
          changed = false;
        });
      },
    },
    {
      run: async (tests): Promise<Outcome> => {
        const output = outcome(++runs, changed, tests);
        return { code: output === "" ? 0 : output === "late" ? "timed out" : 1, output, ms: 1 };
      },
    },
  );
}

test("a change is noticed by the first test that fails, by the time limit, or not", async () => {
  const named = judgeOf((_, changed) => (changed ? "(fail) a promise [3.00ms]\n" : ""));
  expect(await named.judge(mutant, [["a.test.ts"]])).toEqual({
    noticed: true,
    by: "a promise",
    ms: 1,
  });
  const late = judgeOf((_, changed) => (changed ? "late" : ""));
  expect(await late.judge(mutant, [["a.test.ts"]])).toMatchObject({ by: "the time limit" });
  const quiet = judgeOf(() => "");
  expect(await quiet.judge(mutant, [["a.test.ts"], ["b.test.ts"]])).toEqual({
    noticed: false,
    ms: 2,
  });
});

test("a set-up that fails with the change only notices it", async () => {
  const judge = judgeOf((_, changed) => (changed ? "no start" : ""));
  expect(await judge.judge(mutant, [["a.test.ts"]])).toMatchObject({
    noticed: true,
    by: "a set-up that fails",
  });
});

test("a set-up that fails once without the change is asked again before it is doubted", async () => {
  // The first run without a change, the run with it, and a run without it that fails under load.
  const judge = judgeOf((run, changed) => (changed || run === 3 ? "no start" : ""));
  expect(await judge.judge(mutant, [["a.test.ts"]])).toMatchObject({
    noticed: true,
    by: "a set-up that fails",
  });
  expect(judge.leftOut).toEqual([]);
});

test("a test that has begun to fail without a change is left out, and the others are asked", async () => {
  const judge = judgeOf((run, changed, tests) => {
    const broken = run > 2 && tests.includes("b.test.ts");
    return broken ? "no start" : changed ? "(fail) a promise\n" : "";
  });
  expect(await judge.judge(mutant, [["a.test.ts", "b.test.ts"]])).toMatchObject({
    noticed: true,
    by: "a promise",
  });
  expect(judge.leftOut).toEqual(["b.test.ts"]);
});

test("a test that fails once by itself is believed, one that fails twice is left out", async () => {
  const once = judgeOf((run) => (run === 1 ? "no start" : ""));
  await once.judge(mutant, [["a.test.ts"]]);
  expect(once.leftOut).toEqual([]);
  const twice = judgeOf(() => "no start");
  expect(await twice.judge(mutant, [["a.test.ts"]])).toEqual({ noticed: false, ms: 0 });
  expect(twice.leftOut).toEqual(["a.test.ts"]);
});

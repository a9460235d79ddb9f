import type { Mutant } from "./find-mutants.ts";
import type { ScratchTree } from "./scratch-tree.ts";
import type { TestRuns } from "./test-runs.ts";

/** Time limit of a test file's first run. */
const FIRST_LIMIT_MS = 600_000;
/** A change that makes a test this many times slower has hung it. */
const SLOWER = 4;
const SPARE_MS = 20_000;

/** Result of a change: noticed by a failed test, by a timeout, or not noticed. */
export type Verdict =
  | { readonly noticed: true; readonly by: string; readonly ms: number }
  | { readonly noticed: false; readonly ms: number };

/** Applies changes in a scratch tree, one at a time, and runs the tests for each. */
export class Judge {
  readonly #tree: Pick<ScratchTree, "changed">;
  readonly #runs: Pick<TestRuns, "run">;
  /** Duration of each test file without a change; undefined for those that failed without one. */
  readonly #baseline = new Map<string, number | undefined>();

  constructor(tree: Pick<ScratchTree, "changed">, runs: Pick<TestRuns, "run">) {
    this.#tree = tree;
    this.#runs = runs;
  }

  /** Test files that fail without a change and are ignored. */
  get leftOut(): string[] {
    return [...this.#baseline].flatMap(([test, ms]) => (ms === undefined ? [test] : []));
  }

  /** Runs groups of test files until one fails with the change; each file runs once without it first. */
  async judge(mutant: Mutant, groups: readonly (readonly string[])[]): Promise<Verdict> {
    let ms = 0;
    for (const group of groups) {
      const verdict = await this.#judgeBy(group, mutant);
      ms += verdict.ms;
      if (verdict.noticed) return { ...verdict, ms };
    }
    return { noticed: false, ms };
  }

  async #judgeBy(group: readonly string[], mutant: Mutant): Promise<Verdict> {
    const { tests, usualMs } = await this.#proven(group);
    if (tests.length === 0) return { noticed: false, ms: 0 };
    const limitMs = SPARE_MS + SLOWER * usualMs;
    const run = () => this.#runs.run(tests, limitMs);
    const { code, output, ms } = await this.#tree.changed([mutant], run);
    if (code === 0) return { noticed: false, ms };
    if (code === "timed out") return { noticed: true, by: "the time limit", ms };
    const test = firstFailure(output);
    if (test !== undefined) return { noticed: true, by: test, ms };
    // No test failed by name: either the change breaks every start, or something else is broken.
    if ((await run()).code === 0) return { noticed: true, by: "a set-up that fails", ms };
    for (const each of tests) this.#baseline.delete(each);
    const again = await this.#proven(tests);
    if (again.tests.length === tests.length)
      return { noticed: true, by: "a set-up that fails", ms };
    return this.#judgeBy(again.tests, mutant);
  }

  async #proven(group: readonly string[]): Promise<{ tests: string[]; usualMs: number }> {
    const tests: string[] = [];
    let usualMs = 0;
    for (const test of group) {
      if (!this.#baseline.has(test)) this.#baseline.set(test, await this.#firstMs(test));
      const ms = this.#baseline.get(test);
      if (ms === undefined) continue;
      tests.push(test);
      usualMs += ms;
    }
    return { tests, usualMs };
  }

  /** A single failure may be due to load; a test that fails twice is broken. */
  async #firstMs(test: string): Promise<number | undefined> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, ms } = await this.#runs.run([test], FIRST_LIMIT_MS);
      if (code === 0) return ms;
    }
    return undefined;
  }
}

/** The name of the failed test, as Bun prints it; undefined when a set-up failed instead. */
function firstFailure(output: string): string | undefined {
  const name = /^\(fail\) (.*?)(?: \[[\d.]+m?s\])?$/m.exec(output)?.[1];
  return name === "(unnamed)" ? undefined : name;
}

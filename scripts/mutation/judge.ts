import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applyMutant, type Mutant } from "./find-mutants.ts";
import { runCommand } from "./run-command.ts";
import type { TestRuns } from "./test-runs.ts";

const COMPILE_LIMIT_MS = 180_000;
/** What a test file may take the first time. */
const FIRST_LIMIT_MS = 600_000;
/** A change that makes a test this much slower than it was has hung it. */
const SLOWER = 4;
const SPARE_MS = 20_000;

/** How a change was met: by a failed test, by tests that came to no end, or by nothing. */
export type Verdict =
  | { readonly noticed: true; readonly by: string; readonly ms: number }
  | { readonly noticed: false; readonly ms: number };

/** Makes changes in a scratch tree, one at a time, and asks the types and the tests about each. */
export class Judge {
  readonly #root: string;
  readonly #runs: TestRuns;
  /** How long each test file took without a change. */
  readonly #baseline = new Map<string, number>();

  constructor(root: string, runs: TestRuns) {
    this.#root = root;
    this.#runs = runs;
  }

  /** True when the tree compiles with the change. What is left unused by it is no objection. */
  async compiles(mutant: Mutant): Promise<boolean> {
    const { path } = mutant;
    const server = path.startsWith("web/") ? [] : ["tsconfig.json"];
    // The front end reads the types of the server's schemas.
    const web = path.startsWith("web/") || path.endsWith("/schema.ts") ? ["web/tsconfig.json"] : [];
    return this.#with(mutant, async () => {
      for (const project of [...server, ...web]) {
        const cache = join(this.#root, `${project.replaceAll("/", "-")}.tsbuildinfo`);
        const { code } = await runCommand(
          [
            ...[process.execPath, "x", "tsc", "-p", project, "--noEmit"],
            ...["--incremental", "--tsBuildInfoFile", cache],
            ...["--noUnusedLocals", "false", "--noUnusedParameters", "false"],
          ],
          { cwd: this.#root, limitMs: COMPILE_LIMIT_MS },
        );
        if (code !== 0) return false;
      }
      return true;
    });
  }

  /**
   * Runs groups of test files in turn until one of them fails with the change; before, each file runs
   * once without it.
   * @throws Error when a file fails without the change: nothing could be concluded from it.
   */
  async judge(mutant: Mutant, groups: readonly (readonly string[])[]): Promise<Verdict> {
    let ms = 0;
    for (const tests of groups.filter((group) => group.length > 0)) {
      const limitMs = SPARE_MS + SLOWER * (await this.#usualMs(tests));
      const outcome = await this.#with(mutant, () => this.#runs.run(tests, limitMs));
      ms += outcome.ms;
      const by = outcome.code === "timed out" ? "the time limit" : firstFailure(outcome.output);
      if (outcome.code !== 0) return { noticed: true, by, ms };
    }
    return { noticed: false, ms };
  }

  async #usualMs(tests: readonly string[]): Promise<number> {
    let sum = 0;
    for (const test of tests) {
      const ms = this.#baseline.get(test) ?? (await this.#firstMs(test));
      this.#baseline.set(test, ms);
      sum += ms;
    }
    return sum;
  }

  async #firstMs(test: string): Promise<number> {
    const tries = [FIRST_LIMIT_MS, FIRST_LIMIT_MS];
    let said = "";
    for (const limitMs of tries) {
      const outcome = await this.#runs.run([test], limitMs);
      if (outcome.code === 0) return outcome.ms;
      said = outcome.output.slice(-4000);
    }
    throw new Error(`${test} fails without a change:\n${said}`);
  }

  /** The change stands in the tree for as long as `work` takes. */
  async #with<T>(mutant: Mutant, work: () => Promise<T>): Promise<T> {
    const file = join(this.#root, mutant.path);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, applyMutant(text, mutant));
    try {
      return await work();
    } finally {
      writeFileSync(file, text);
    }
  }
}

/** The name of the test that failed, as Bun prints it. */
function firstFailure(output: string): string {
  const name = /^\(fail\) (.*?)(?: \[[\d.]+m?s\])?$/m.exec(output)?.[1];
  return name ?? "a test file that did not load";
}

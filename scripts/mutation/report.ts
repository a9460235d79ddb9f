import type { Mutant } from "./find-mutants.ts";
import type { Verdict } from "./judge.ts";

interface Score {
  near: number;
  all: number;
  of: number;
}

interface Survivor {
  readonly mutant: Mutant;
  readonly before: string;
  readonly after: string;
  /** The far tests that noticed it, if any. */
  readonly by: string | undefined;
}

/** Prints a line per change as it is judged, and the scores at the end. */
export class Report {
  readonly #rooms = new Map<string, Score>();
  readonly #survivors: Survivor[] = [];
  readonly #seed: number;
  readonly #count: number;
  readonly #all: boolean;
  #refused = 0;
  #equivalent = 0;
  judged = 0;

  constructor(seed: number, count: number, all: boolean) {
    this.#seed = seed;
    this.#count = count;
    this.#all = all;
  }

  start(possible: number, files: number): void {
    console.log(
      `seed ${this.#seed}: ${this.#count} of ${possible} single changes in ${files} files`,
    );
  }

  /** A change that does not compile does not count. */
  refused(): void {
    this.#refused++;
  }

  equivalent(): void {
    this.#equivalent++;
  }

  add(
    room: string,
    mutant: Mutant,
    change: { before: string; after: string },
    near: Verdict,
    far: Verdict | undefined,
  ): void {
    this.judged++;
    const score = this.#rooms.get(room) ?? { near: 0, all: 0, of: 0 };
    this.#rooms.set(room, score);
    score.of++;
    if (near.noticed) score.near++;
    if (near.noticed || far?.noticed === true) score.all++;
    const place = `${mutant.path}:${mutant.line}`;
    const number = `${this.judged}/${this.#count}`;
    if (near.noticed) {
      console.log(`${number} noticed   ${place} ${mutant.kind}, ${seconds(near)}: ${near.by}`);
      return;
    }
    const by = far?.noticed === true ? far.by : undefined;
    console.log(
      `${number} ${by === undefined ? "SURVIVED " : "FAR AWAY "} ${place} ${mutant.kind}`,
    );
    console.log(`      - ${change.before}\n      + ${change.after}`);
    if (by !== undefined) console.log(`      noticed by: ${by}`);
    this.#survivors.push({ mutant, ...change, by });
  }

  /** @param leftOut test files that fail without a change. */
  finish(leftOut: readonly string[]): void {
    const rooms = [...this.#rooms].sort(([a], [b]) => a.localeCompare(b));
    const total = { near: 0, all: 0, of: 0 };
    console.log(`\n${row("room", "near", this.#all ? "all" : "")}`);
    for (const [room, score] of rooms) {
      console.log(
        row(room, share(score.near, score.of), this.#all ? share(score.all, score.of) : ""),
      );
      total.near += score.near;
      total.all += score.all;
      total.of += score.of;
    }
    console.log(
      row("all rooms", share(total.near, total.of), this.#all ? share(total.all, total.of) : ""),
    );
    console.log(
      `\nseed ${this.#seed}; ${this.#refused} more did not compile, ${this.#equivalent} are known to break no promise`,
    );
    for (const test of leftOut) console.log(`left out, since it fails without a change: ${test}`);
    for (const { mutant, before, after, by } of this.#survivors) {
      console.log(`\n${mutant.path}:${mutant.line} ${mutant.kind}`);
      console.log(`  - ${before}\n  + ${after}`);
      if (by !== undefined) console.log(`  noticed far away: ${by}`);
    }
  }
}

function row(room: string, near: string, all: string): string {
  return `${room.padEnd(22)} ${near.padStart(16)} ${all.padStart(16)}`.trimEnd();
}

function share(part: number, whole: number): string {
  return whole === 0 ? "none" : `${part} of ${whole} (${Math.round((100 * part) / whole)} %)`;
}

function seconds({ ms }: Verdict): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

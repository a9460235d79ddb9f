/** Merges the token counts that an answer's events report, whatever their format. */

import type { TokenUsage } from "./port.ts";
import { tokenCount } from "./token-count.ts";

/** The counts of one report, as sent; a format fills those that it has. */
export interface ReportedCounts {
  /** Input, including what was read from or written to a cache. */
  prompt?: unknown;
  /** Input apart from the cache. */
  input?: unknown;
  cacheRead?: unknown;
  cacheWrite?: unknown;
  /** Output, including reasoning unless that is in `reasoningApart`. */
  output?: unknown;
  /** Reasoning as a part of `output`. */
  reasoning?: unknown;
  /** Reasoning in addition to `output`. */
  reasoningApart?: unknown;
  total?: unknown;
}

const NAMES = [
  "prompt",
  "input",
  "cacheRead",
  "cacheWrite",
  "output",
  "reasoning",
  "reasoningApart",
  "total",
] as const satisfies (keyof ReportedCounts)[];

type Counts = Partial<Record<(typeof NAMES)[number], number>>;

/**
 * The usage of one answer. Reports are cumulative and each may omit, or send as zero, what an earlier one has
 * told: every count is merged by itself, and zero replaces no number.
 */
export class UsageCounts {
  readonly #known: Counts = {};

  /** Adds a report. @returns the usage so far; undefined if the report has no valid count. */
  add(report: ReportedCounts): TokenUsage | undefined {
    let counts = false;
    for (const name of NAMES) {
      const count = tokenCount(report[name]);
      if (count === undefined) continue;
      // A total tells nothing by itself.
      counts ||= name !== "total";
      this.#known[name] = count === 0 ? (this.#known[name] ?? 0) : count;
    }
    return counts ? usageOf(this.#known) : undefined;
  }
}

/**
 * Converts merged counts to disjoint ones. A total that is larger than its parts decides: some endpoints leave
 * the reasoning (Gemini, xAI), the cached input or the prompt out of the parts.
 */
function usageOf(known: Counts): TokenUsage {
  const { cacheRead: read = 0, cacheWrite: write = 0, total = 0 } = known;
  const reported = (known.output ?? 0) + (known.reasoningApart ?? 0);
  const cached = read + write;
  const apart = known.prompt === undefined || total === known.prompt + cached + reported;
  const stated = (known.prompt ?? known.input ?? 0) + (apart ? cached : 0);
  const prompt = stated === 0 && reported > 0 ? Math.max(0, total - reported) : stated;
  const outputTokens = Math.max(reported, total - prompt);
  const cacheReadTokens = Math.min(prompt, read);
  const cacheWriteTokens = Math.min(prompt - cacheReadTokens, write);
  return {
    inputTokens: prompt - cacheReadTokens - cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens: Math.min(outputTokens, known.reasoningApart ?? known.reasoning ?? 0),
  };
}

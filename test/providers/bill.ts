/** The bill of a test provider, kept independently of Atelier's ledger. */

import type { TokenUsage, UnitPrices } from "../../src/providers/index.ts";
import { type WireCall, wireTokens } from "./scenario.ts";

/**
 * The charge of one call: nothing for a refusal; the report of a complete answer; else prompt and written
 * output.
 */
export function chargeOf(call: WireCall): TokenUsage {
  const { prompt, reportedUsage } = call;
  const nothing = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  if (prompt === undefined) return { ...nothing, outputTokens: 0, reasoningTokens: 0 };
  if (call.whole && reportedUsage !== undefined) return reportedUsage;
  const reasoningTokens = wireTokens(call.sentReasoning);
  return {
    ...prompt,
    outputTokens: wireTokens(call.sentText) + reasoningTokens,
    reasoningTokens,
  };
}

/** The bill of calls in micro-USD, each rounded up. */
export function billOf(calls: readonly WireCall[], prices: UnitPrices): number {
  return calls.reduce((sum, call) => {
    const usage = chargeOf(call);
    const exact =
      usage.inputTokens * prices.input +
      usage.cacheReadTokens * prices.cacheRead +
      usage.cacheWriteTokens * prices.cacheWrite +
      usage.outputTokens * prices.output;
    return sum + Math.ceil(exact / 1_000_000);
  }, 0);
}

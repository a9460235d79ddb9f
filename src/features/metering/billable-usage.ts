import { type PriceTable, type TokenUsage, worstPrices } from "../../providers/index.ts";
import { NO_USAGE } from "./price-call.ts";
import type { HoldRow } from "./repo.ts";

/** What is known of a call that has ended. */
export interface CallFacts {
  /** Whether the provider may charge for it. */
  billable: boolean;
  /** The provider's last report; none came, or none is known of a lost process. */
  reported?: TokenUsage | undefined;
  /** Whether the call ran to its end, so that its report is final. */
  complete: boolean;
  /** Our own count of the output, reasoning included. */
  outputTokens: number;
  /** The part of it that is reasoning. */
  reasoningTokens: number;
  /** Set when the process that ran the call is gone. */
  lost?: Loss;
}

/** When a call was last heard of, by the database's time. */
export interface Loss {
  /** When the first and the last of the counted output were stored. */
  from: Date | null;
  to: Date | null;
  now: Date;
}

/** Estimates of input lean upward but are no strict bound; a prompt this close to a price tier may reach it. */
const TIER_MARGIN = 1.25;

/** The prices that a hold is made at: input at the dearer of fresh and cache-writing. */
export function heldPrices(
  table: PriceTable,
  inputTokens: number,
): { input: number; output: number; writesCache: boolean } {
  const worst = worstPrices(table, Math.ceil(inputTokens * TIER_MARGIN));
  return {
    input: Math.max(worst.input, worst.cacheWrite),
    output: worst.output,
    writesCache: worst.cacheWrite > worst.input,
  };
}

/**
 * What a call is charged for: what was reported, when it ran to its end. Otherwise the provider has
 * charged for what it had produced by then and may not have told, so that what was counted stands where it is
 * more; input that nobody reported is charged as estimated, at the price it was held at.
 */
export function billableUsage(hold: HoldRow, facts: CallFacts): TokenUsage {
  if (!facts.billable || hold.sentAt === null) return NO_USAGE;
  if (facts.reported && facts.complete) return facts.reported;
  const reported = facts.reported ?? hold.reported;
  const counted = Math.max(facts.outputTokens, hold.outputTokens);
  const produced = counted + (facts.lost ? unseenOutput(hold, facts.lost, counted) : 0);
  const outputTokens = Math.max(produced, reported?.outputTokens ?? 0);
  return {
    ...(reported ?? estimatedInput(hold)),
    outputTokens,
    reasoningTokens: Math.max(facts.reasoningTokens, reported?.reasoningTokens ?? 0),
  };
}

function estimatedInput(hold: HoldRow) {
  const table = { tiers: hold.priceTiers, source: hold.priceVersion };
  const writes = heldPrices(table, hold.inputTokens).writesCache;
  return {
    inputTokens: writes ? 0 : hold.inputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: writes ? hold.inputTokens : 0,
  };
}

/** Output is stored this often, so what came first may have taken as long to come. */
const STORED_EACH_SECONDS = 0.1;
/** Faster than nearly all: for a call that was lost before its first words were stored. */
const UNKNOWN_RATE = 500;

/**
 * Output that a lost call may have produced since anything was last heard of it: at the rate of what was
 * stored, until now, and no more than the hold covers. The process may have lived on, cut off from the database.
 */
function unseenOutput(hold: HoldRow, { from, to, now }: Loss, counted: number): number {
  const heardOf = [hold.sentAt, hold.countedAt, to].filter((at) => at !== null);
  const since = Math.max(...heardOf.map((at) => at.getTime()));
  const known = from !== null && to !== null && counted > 0;
  const rate = known ? counted / (secondsBetween(from, to) + STORED_EACH_SECONDS) : UNKNOWN_RATE;
  const unseen = Math.ceil(rate * Math.max(0, (now.getTime() - since) / 1000));
  const covered = hold.maxOutputTokens + hold.outputExtra;
  return Math.max(0, Math.min(unseen, covered - counted));
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1000);
}

import { type PriceTable, type TokenUsage, worstPrices } from "../../providers/index.ts";
import { NO_USAGE } from "./price-call.ts";
import type { HoldRow } from "./repo.ts";

/** The facts of a call that has ended. */
export interface CallFacts {
  /** Whether the provider may charge for it. */
  billable: boolean;
  /** The provider's last report; undefined if there was none, or the process is lost. */
  reported?: TokenUsage | undefined;
  /** Whether the call ran to its end, so that its report is final. */
  complete: boolean;
  /** Our own count of the output, reasoning included. */
  outputTokens: number;
  /** The reasoning part of it. */
  reasoningTokens: number;
  /** Set when the process that ran the call is gone. */
  lost?: Loss;
}

/** The last signs of a lost call, by the database's time. */
export interface Loss {
  /** When the first and the last counted output were stored. */
  from: Date | null;
  to: Date | null;
  now: Date;
}

/** Input estimates lean upward but are no strict bound; a prompt this close to a price tier may reach it. */
const TIER_MARGIN = 1.25;

/** The prices to hold at: input at the higher of the input and cache-write prices. */
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
 * What a call is charged for. If it ran to its end: the report itself, as long as it counts what came. Otherwise the provider has charged for the
 * output up to then and may not have reported it, so our count applies where it is higher; unreported input is
 * charged as estimated, at the held price.
 */
export function billableUsage(hold: HoldRow, facts: CallFacts): TokenUsage {
  if (!facts.billable || hold.sentAt === null) return NO_USAGE;
  if (facts.reported && facts.complete) return plausible(hold, facts, facts.reported);
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

/** A final report; counts that are zero although there was output are estimated. */
function plausible(hold: HoldRow, facts: CallFacts, reported: TokenUsage): TokenUsage {
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = reported;
  const outputTokens = reported.outputTokens || facts.outputTokens;
  const noInput = inputTokens + cacheReadTokens + cacheWriteTokens === 0 && outputTokens > 0;
  if (outputTokens === reported.outputTokens && !noInput) return reported;
  return {
    ...reported,
    ...(noInput ? estimatedInput(hold) : {}),
    outputTokens,
    reasoningTokens: reported.reasoningTokens || Math.min(outputTokens, facts.reasoningTokens),
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

/** Output is stored at this interval, so the first batch may have taken as long to arrive. */
const STORED_EACH_SECONDS = 0.1;
/** Faster than nearly all models; for a call lost before its first output was stored. */
const UNKNOWN_RATE = 500;

/**
 * Output that a lost call may have produced since its last sign: at the rate of the stored output, until now,
 * limited to the hold. The process may have kept running, cut off from the database.
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

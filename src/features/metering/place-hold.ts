import type { Ctx } from "../../platform/context.ts";
import type { PriceTable } from "../../providers/index.ts";
import { heldPrices } from "./billable-usage.ts";
import { budgetExhausted } from "./errors.ts";
import { insertHold } from "./repo.ts";

/** An answer capped shorter than this is not worth its input. */
const MIN_USEFUL_OUTPUT_TOKENS = 256;

/** What metering has to know of the model that a call is made with. */
export interface PricedModel {
  /** Null for one that was never stored. */
  id: string | null;
  name: string;
  providerName: string;
  priceTable: PriceTable;
  priceVersion: string;
}

export interface HoldInput {
  generationId: string;
  projectId: string;
  /** Null for a call that answers nobody, such as the test of a provider. */
  threadId: string | null;
  messageId: string | null;
  userId: string;
  model: PricedModel;
  /** Estimated, leaning upward. */
  inputTokens: number;
  maxOutputTokens: number;
  /** The provider is called at once, without {@link markSent}. */
  sent?: boolean;
  /** Milliseconds, longer than the lease of the process that runs the call: whoever recovers it comes first. */
  lastsMs: number;
}

export interface PlacedHold {
  amountMicroUsd: number;
  /** What to ask the provider for: at most what was wished, less where a budget cannot pay the worst case. */
  maxOutputTokens: number;
}

/**
 * Sets the worst-case cost of a call aside in every budget in scope (workspace, project, person), in one
 * atomic statement; without budgets it only stores the hold. Input is priced at the dearer of fresh and
 * cache-writing; a model that was charged for more than held lately is held for as many times as much. Where a budget cannot pay it all, the output cap shrinks before anything is refused.
 * A budget of 0 is blocked, for free models too. Call it in the transaction that stores the generation.
 *
 * @throws {Problem} 402 `budget_exhausted`, with the tightest budget under `budget`
 */
export async function placeHold(tx: Ctx, input: HoldInput): Promise<PlacedHold> {
  const { model } = input;
  const prices = heldPrices(model.priceTable, input.inputTokens);
  const answer = await insertHold(tx.db, {
    hold: {
      id: input.generationId,
      projectId: input.projectId,
      threadId: input.threadId,
      messageId: input.messageId,
      userId: input.userId,
      modelId: model.id,
      provider: model.providerName,
      model: model.name,
      priceTiers: model.priceTable.tiers,
      priceVersion: model.priceVersion,
      inputTokens: input.inputTokens,
    },
    lastsMs: input.lastsMs,
    sent: input.sent ?? false,
    inputPrice: prices.input,
    outputPrice: prices.output,
    maxOutputTokens: input.maxOutputTokens,
    minOutputTokens: Math.min(MIN_USEFUL_OUTPUT_TOKENS, input.maxOutputTokens),
  });
  const { holds } = tx.deps.metrics;
  if (answer.amount !== null && answer.output !== null) {
    holds.inc({ outcome: answer.output < input.maxOutputTokens ? "shrunk" : "granted" });
    return { amountMicroUsd: answer.amount, maxOutputTokens: answer.output };
  }
  holds.inc({ outcome: "refused" });
  throw budgetExhausted({
    scope: answer.scope ?? "workspace",
    leftMicroUsd: Math.max(0, answer.left ?? 0),
    resetsAt: answer.resets_at,
  });
}

import type { Ctx } from "../../platform/context.ts";
import type { PriceTable } from "../../providers/index.ts";
import { heldPrices } from "./billable-usage.ts";
import { budgetExhausted } from "./errors.ts";
import { insertHold } from "./repo.ts";

/** A shorter answer is not worth its input. */
const MIN_USEFUL_OUTPUT_TOKENS = 256;

/** What metering needs to know of a model. */
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
  /** Null for a call without a thread, such as the test of a provider. */
  threadId: string | null;
  messageId: string | null;
  userId: string;
  model: PricedModel;
  /** Upper estimate. */
  inputTokens: number;
  maxOutputTokens: number;
  /** The provider is called at once, without {@link markSent}. */
  sent?: boolean;
  /** Milliseconds, longer than the lease of the process that runs the call, so that its recovery comes first. */
  lastsMs: number;
}

export interface PlacedHold {
  amountMicroUsd: number;
  /** The output cap for the provider: the requested one, or less where a budget does not cover the worst case. */
  maxOutputTokens: number;
}

/**
 * Holds the worst-case cost of a call in every budget in scope (workspace, project, user), in two
 * statements (lock, then check and insert); without budgets it only stores the hold. Input is priced at the higher of the input and
 * cache-write prices; a model recently charged for more than held is held for proportionally more. Where a
 * budget does not cover it all, the output cap is reduced before the call is refused. A budget of 0 is blocked,
 * for free models too. Call it in the transaction that stores the generation.
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

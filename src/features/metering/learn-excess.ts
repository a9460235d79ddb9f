import type { Ctx } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { heldPrices } from "./billable-usage.ts";
import { type HoldRow, type LedgerRow, rememberExcess } from "./repo.ts";

/** A cost above the hold by this factor is reported to the admins. */
const FAR_ABOVE = 1.25;

/**
 * Compares the charge of a call with its hold. For a day, a model that was charged for more is held for
 * proportionally more, by no more tokens than it was off, so that budgets refuse what they do not cover; a far
 * higher charge is recorded in the audit log. Call it for charges based on a final report, or on an answer that
 * exceeded its cap.
 */
export async function learnExcess(tx: Ctx, hold: HoldRow, row: LedgerRow): Promise<void> {
  const { input, output } = chargedTokens(hold, row);
  const known =
    input <= hold.inputTokens + hold.inputExtra &&
    output <= hold.maxOutputTokens + hold.outputExtra;
  if (known) return;
  const told = {
    provider: hold.provider,
    model: hold.model,
    heldMicroUsd: hold.amountMicroUsd,
    costMicroUsd: row.costMicroUsd,
  };
  const isFar = row.costMicroUsd > hold.amountMicroUsd * FAR_ABOVE;
  if (isFar)
    tx.deps.logger.warn({ ...told, generationId: hold.id }, "a call has cost far more than held");
  if (hold.modelId === null) return;
  const isNew = await rememberExcess(tx.db, hold.modelId, {
    inputRatio: Math.max(1, input / Math.max(1, hold.inputTokens)),
    inputExcess: Math.max(0, input - hold.inputTokens),
    outputRatio: Math.max(1, output / Math.max(1, hold.maxOutputTokens)),
    outputExcess: Math.max(0, output - hold.maxOutputTokens),
  });
  if (isNew && isFar)
    await record(tx, {
      action: "model.underestimated",
      target: { kind: "model", id: hold.modelId },
      detail: told,
    });
}

/** The charge of a call as tokens at the held prices. */
function chargedTokens(hold: HoldRow, row: LedgerRow): { input: number; output: number } {
  const table = { tiers: hold.priceTiers, source: hold.priceVersion };
  const held = heldPrices(table, hold.inputTokens);
  const input =
    row.inputTokens * row.inputPrice +
    row.cacheReadTokens * row.cacheReadPrice +
    row.cacheWriteTokens * row.cacheWritePrice;
  // Without a stored cap, or with a free model, there is nothing to compare.
  const capped = hold.maxOutputTokens > 0 && held.output > 0;
  return {
    input: held.input === 0 ? 0 : Math.ceil(input / held.input),
    output: capped ? Math.ceil((row.outputTokens * row.outputPrice) / held.output) : 0,
  };
}

import type { HoldRow } from "../../src/features/metering/repo.ts";

/** When {@link aHold} was placed and its call sent; it expires a minute later. */
export const HELD_AT = new Date("2026-11-27T12:00:00.000Z");

/** The row of a hold on a call that was just sent. */
export function aHold(change: Partial<HoldRow> & Pick<HoldRow, "priceTiers">): HoldRow {
  return {
    id: "",
    projectId: "",
    threadId: null,
    messageId: null,
    userId: "",
    modelId: null,
    provider: "",
    model: "",
    priceVersion: "test",
    amountMicroUsd: 0,
    budgetIds: [],
    inputTokens: 100,
    maxOutputTokens: 1_000,
    inputExtra: 0,
    outputExtra: 0,
    sentAt: HELD_AT,
    outputTokens: 0,
    reported: null,
    countedAt: null,
    expiresAt: new Date(HELD_AT.getTime() + 60_000),
    createdAt: HELD_AT,
    ...change,
  };
}

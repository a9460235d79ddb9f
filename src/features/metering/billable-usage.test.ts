import { describe, expect, test } from "bun:test";
import { aHold, HELD_AT } from "../../../test/support/hold.ts";
import type { PriceTable } from "../../providers/index.ts";
import { billableUsage, type CallFacts, heldPrices, type Loss } from "./billable-usage.ts";
import { NO_USAGE } from "./price-call.ts";
import type { HoldRow } from "./repo.ts";

const at = (seconds: number) => new Date(HELD_AT.getTime() + seconds * 1000);
const prices = { input: 3, cacheRead: 1, cacheWrite: 3, output: 15 };
const hold = (change: Partial<HoldRow> = {}) =>
  aHold({ priceTiers: [{ aboveInputTokens: 0, prices }], ...change });

const facts: CallFacts = { billable: true, complete: false, outputTokens: 0, reasoningTokens: 0 };
const reported = {
  inputTokens: 7,
  cacheReadTokens: 50,
  cacheWriteTokens: 20,
  outputTokens: 40,
  reasoningTokens: 10,
};

/** The input of the hold. */
const noInput = { inputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0 };

describe("a call is charged", () => {
  test("that ran to its end: exactly what was reported, even less than was counted", () => {
    const whole = { ...facts, complete: true, reported, outputTokens: 999, reasoningTokens: 99 };
    expect(billableUsage(hold({ outputTokens: 500 }), whole)).toEqual(reported);
  });

  test.each([
    ["no output although there was some", { outputTokens: 0 }, { outputTokens: 60 }],
    [
      "no thinking either",
      { outputTokens: 0, reasoningTokens: 0 },
      { outputTokens: 60, reasoningTokens: 9 },
    ],
    ["no input at all", { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 }, noInput],
    ["only input from the cache", { inputTokens: 0, cacheWriteTokens: 0 }, {}],
    ["only input into the cache", { inputTokens: 0, cacheReadTokens: 0 }, {}],
    ["nothing", NO_USAGE, { ...noInput, outputTokens: 60, reasoningTokens: 9 }],
  ])("with a final report of %s: those counts as estimated", (_, counts, estimated) => {
    const told = { ...reported, ...counts };
    const whole = { ...facts, complete: true, outputTokens: 60, reasoningTokens: 9 };
    expect(billableUsage(hold(), { ...whole, reported: told })).toEqual({ ...told, ...estimated });
  });

  test("with a final report of nothing for an answer without output: nothing", () => {
    const whole = { ...facts, complete: true, reported: NO_USAGE };
    expect(billableUsage(hold(), whole)).toBe(NO_USAGE);
  });

  test("that was not billable, or never sent: nothing", () => {
    const whole = { ...facts, complete: true, reported, outputTokens: 9 };
    expect(billableUsage(hold(), { ...whole, billable: false })).toBe(NO_USAGE);
    expect(billableUsage(hold({ sentAt: null }), whole)).toBe(NO_USAGE);
  });

  test("that was stopped: our count where the report is older, else the report", () => {
    const counted = { ...facts, reported, outputTokens: 41, reasoningTokens: 11 };
    expect(billableUsage(hold(), counted)).toEqual({
      ...reported,
      outputTokens: 41,
      reasoningTokens: 11,
    });
    const less = { ...facts, reported, outputTokens: 39, reasoningTokens: 9 };
    expect(billableUsage(hold(), less)).toEqual(reported);
  });

  test("with its noted progress where the caller knows less: the count, and the report", () => {
    const noted = hold({ outputTokens: 60, reported });
    expect(billableUsage(noted, facts)).toEqual({ ...reported, outputTokens: 60 });
    const newer = { ...reported, inputTokens: 8 };
    expect(billableUsage(noted, { ...facts, reported: newer, outputTokens: 61 })).toEqual({
      ...newer,
      outputTokens: 61,
    });
    // It is no final report, however its call ended.
    expect(billableUsage(noted, { ...facts, complete: true })).toEqual({
      ...reported,
      outputTokens: 60,
    });
  });

  test("without a report: the estimated input, and our count", () => {
    const counted = { ...facts, outputTokens: 5, reasoningTokens: 2 };
    expect(billableUsage(hold({ inputExtra: 900 }), counted)).toEqual({
      ...NO_USAGE,
      inputTokens: 100,
      outputTokens: 5,
      reasoningTokens: 2,
    });
    const dearer = [{ aboveInputTokens: 0, prices: { ...prices, cacheWrite: 4 } }];
    expect(billableUsage(hold({ priceTiers: dearer }), counted)).toEqual({
      ...NO_USAGE,
      cacheWriteTokens: 100,
      outputTokens: 5,
      reasoningTokens: 2,
    });
  });
});

describe("a lost call is charged", () => {
  const lost = (change: Partial<HoldRow>, outputTokens: number, loss: Loss) =>
    billableUsage(hold(change), { ...facts, outputTokens, lost: loss }).outputTokens;

  test("what was stored, plus what may have been produced until now at that rate", () => {
    // 50 tokens within 4.9 and a tenth of a second: ten a second, for another 3 seconds.
    expect(lost({}, 50, { from: at(1), to: at(5.9), now: at(8.9) })).toBe(80);
    expect(lost({}, 50, { from: at(1), to: at(5.9), now: at(5.91) })).toBe(51);
    expect(lost({}, 50, { from: at(1), to: at(5.9), now: at(5.9) })).toBe(50);
  });

  test("one batch may have taken a tenth of a second to arrive", () => {
    expect(lost({}, 5, { from: at(2), to: at(2), now: at(4) })).toBe(105);
  });

  test("at most what was held, and at least what was counted", () => {
    const loss = { from: at(1), to: at(5.9), now: at(1_000) };
    expect(lost({}, 50, loss)).toBe(1_000);
    expect(lost({ outputExtra: 200 }, 50, loss)).toBe(1_200);
    expect(lost({}, 1_100, loss)).toBe(1_100);
    // A release that did not store the cap; the hold is unknown.
    expect(lost({ maxOutputTokens: 0 }, 50, loss)).toBe(50);
  });

  test("500 tokens a second since it was sent, when nothing was stored", () => {
    expect(lost({}, 0, { from: null, to: null, now: at(1.5) })).toBe(750);
    expect(lost({ sentAt: at(1) }, 0, { from: null, to: null, now: at(1.5) })).toBe(250);
    expect(lost({}, 0, { from: at(0), to: at(1), now: at(1.5) })).toBe(250);
    expect(lost({}, 0, { from: null, to: at(1), now: at(1.5) })).toBe(250);
    expect(lost({}, 7, { from: null, to: null, now: at(1) })).toBe(507);
    expect(lost({}, 7, { from: at(0), to: null, now: at(1) })).toBe(507);
  });

  test("nothing for time that was noted as idle", () => {
    const loss = { from: at(1), to: at(5.9), now: at(8.9) };
    expect(lost({ countedAt: at(7.9), outputTokens: 50 }, 50, loss)).toBe(60);
    expect(lost({ countedAt: at(4), outputTokens: 30 }, 50, loss)).toBe(80);
    expect(lost({ countedAt: at(20) }, 50, loss)).toBe(50);
  });

  test("what was counted after the last stored output", () => {
    const loss = { from: at(1), to: at(5.9), now: at(6.4) };
    expect(lost({ outputTokens: 100, countedAt: at(5.9) }, 50, loss)).toBe(110);
  });

  test("with an older report: its input, and the larger output", () => {
    const loss = { from: null, to: null, now: at(0.1) };
    const charged = billableUsage(hold({ reported }), { ...facts, lost: loss });
    expect(charged).toEqual({ ...reported, outputTokens: 50 });
  });
});

describe("the prices of a hold", () => {
  const dear = { input: 6, cacheRead: 1, cacheWrite: 7, output: 20 };
  const table: PriceTable = {
    tiers: [
      { aboveInputTokens: 0, prices },
      { aboveInputTokens: 125, prices: dear },
    ],
    source: "test",
  };

  test("are those that an input a quarter longer than estimated can reach", () => {
    expect(heldPrices(table, 100)).toEqual({ input: 3, output: 15, writesCache: false });
    expect(heldPrices(table, 101)).toEqual({ input: 7, output: 20, writesCache: true });
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { answers, citation, saidInPieces } from "../../../test/support/answer-events.ts";
import type { LogEvent } from "../../lib/api-types.ts";
import { type AnswerState, applyEvent, emptyAnswer, textOf } from "./apply-event.ts";

type Numbered = { id: number; event: LogEvent };

const usage = {
  inputTokens: 1,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 2,
  reasoningTokens: 0,
};
const middle: fc.Arbitrary<LogEvent> = fc.oneof(
  fc.record({ type: fc.constant("delta" as const), text: fc.string() }),
  fc.record({ type: fc.constant("reasoning" as const), text: fc.string() }),
  fc.constant<LogEvent>({ type: "citation", citation }),
  fc.constant<LogEvent>({ type: "usage", usage, costMicroUsd: 7 }),
);
const end: fc.Arbitrary<LogEvent> = fc.constantFrom<LogEvent>(
  { type: "done", status: "complete" },
  { type: "done", status: "stopped" },
  { type: "done", status: "interrupted" },
  { type: "error", error: { code: "overloaded", detail: "Busy" } },
);
/** A complete log: start, any events, one end; ids grow, but not always by one. */
const log: fc.Arbitrary<Numbered[]> = fc
  .tuple(
    fc.array(middle, { maxLength: 40 }),
    end,
    fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 42, maxLength: 42 }),
  )
  .map(([events, last, steps]) => {
    let id = 0;
    return [{ type: "start" as const, messageId: "m" }, ...events, last].map((event, index) => {
      id += steps[index] ?? 1;
      return { id, event };
    });
  });

function fold(events: readonly Numbered[], from: AnswerState = emptyAnswer): AnswerState {
  return events.reduce((state, { id, event }) => applyEvent(state, id, event), from);
}

describe("an answer folded from its events", () => {
  test("has exactly the sent text, in order", () => {
    fc.assert(
      fc.property(log, (events) => {
        const sent = events.map(({ event }) => (event.type === "delta" ? event.text : "")).join("");
        expect(textOf(fold(events).parts)).toBe(sent);
      }),
    );
  });

  test("is the same after a connection cut anywhere and replayed from anywhere before", () => {
    fc.assert(
      fc.property(log, fc.nat(), fc.nat(), (events, a, b) => {
        const cut = a % (events.length + 1);
        const from = b % (cut + 1);
        const before = fold(events.slice(0, cut));
        expect(fold(events.slice(from), before)).toEqual(fold(events));
      }),
    );
  });

  test("does not change when an event arrives twice", () => {
    fc.assert(
      fc.property(log, (events) => {
        expect(fold(events.flatMap((event) => [event, event]))).toEqual(fold(events));
      }),
    );
  });

  test("ends once, and later events change nothing", () => {
    fc.assert(
      fc.property(log, fc.array(middle), (events, late) => {
        const ended = fold(events);
        expect(ended.status).not.toBe("running");
        const more = late.map((event, index) => ({ id: ended.lastId + 1 + index, event }));
        expect(fold(more, ended)).toBe(ended);
      }),
    );
  });

  test("does not mutate its previous state", () => {
    fc.assert(
      fc.property(log, (events) => {
        let state = emptyAnswer;
        for (const { id, event } of events) {
          const copy = structuredClone(state);
          const next = applyEvent(state, id, event);
          expect(state).toEqual(copy);
          state = next;
        }
      }),
    );
  });
});

for (const { name, events, parts } of answers) {
  test(`an answer on the page: ${name}`, () => {
    expect(fold(events.map((event, index) => ({ id: index + 1, event }))).parts).toEqual(parts);
  });
}

test("an answer is shown in the order of its events, however they are split", () => {
  fc.assert(
    fc.property(saidInPieces, ({ parts, events }) => {
      expect(fold(events.map((event, index) => ({ id: index + 1, event }))).parts).toEqual(parts);
    }),
    { numRuns: 500 },
  );
});

test("usage and cost are set when it ends", () => {
  const state = fold([
    { id: 1, event: { type: "usage", usage, costMicroUsd: 7 } },
    { id: 2, event: { type: "done", status: "stopped" } },
  ]);
  expect(state).toEqual({
    lastId: 2,
    status: "stopped",
    parts: [],
    usage,
    costMicroUsd: 7,
    error: undefined,
  });
});

test("only text counts as the text of an answer", () => {
  expect(
    textOf([
      { type: "reasoning", text: "no" },
      { type: "text", text: "yes, " },
      citation,
      { type: "text", text: "and yes" },
    ]),
  ).toBe("yes, and yes");
});

test("a failure keeps the written text and has a reason", () => {
  const state = fold([
    { id: 1, event: { type: "delta", text: "half" } },
    { id: 2, event: { type: "error", error: { code: "overloaded", detail: "Busy" } } },
  ]);
  expect(state.status).toBe("failed");
  expect(state.error?.code).toBe("overloaded");
  expect(textOf(state.parts)).toBe("half");
});

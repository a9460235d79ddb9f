import { describe, expect, test } from "bun:test";
import { type FakeStep, fakeAnswer, fakeProvider } from "../../../test/providers/fake.ts";
import { aRunningAnswer } from "../../../test/support/running-answer.ts";
import type { ProviderAdapter, ProviderEvent } from "../../providers/port.ts";
import { type Outcome, writeAnswer } from "./write-answer.ts";

const text = (value: string): FakeStep => ({ events: [{ type: "text", text: value }] });
const end = (reason: "stop" | "length" | "refusal" | "other"): FakeStep => ({
  events: [{ type: "end", reason }],
});

/** Writes what a provider does into an answer. */
function written(
  steps: FakeStep[],
  answer = aRunningAnswer(),
  grown: (events: number) => Promise<void> | undefined = () => undefined,
): Promise<Outcome> {
  return writeAnswer(
    answer,
    fakeProvider(() => steps),
    5_000,
    grown,
  );
}

describe("how an answer ends", () => {
  test.each<[string, FakeStep[], Outcome]>([
    ["whole", [text("Hi"), end("stop")], { status: "complete", complete: true }],
    [
      "at its cap",
      [text("Hi"), end("length")],
      { status: "complete", complete: true, reason: "length" },
    ],
    ["oddly", [end("other")], { status: "complete", complete: true, reason: "other" }],
    [
      "refused by the model",
      [text("No."), end("refusal")],
      {
        status: "failed",
        complete: true,
        error: { code: "refusal", detail: "The model declined to answer this." },
      },
    ],
    [
      "with the provider's fault",
      [text("Hi"), { fail: "overloaded" }],
      {
        status: "failed",
        complete: false,
        error: { code: "overloaded", detail: "The provider is overloaded at the moment." },
      },
    ],
  ])("%s", async (_, steps, outcome) => {
    expect(await written(steps)).toEqual(outcome);
  });

  test("with a fault of our own, whose words nobody sees", async () => {
    const broken: ProviderAdapter = {
      kind: "openai",
      // biome-ignore lint/correctness/useYield: it fails before the first event.
      async *stream() {
        throw new TypeError("secret");
      },
    };
    const outcome = await writeAnswer(aRunningAnswer(), broken, 5_000, () => undefined);
    expect(outcome).toEqual({
      status: "failed",
      complete: false,
      error: {
        code: "internal_error",
        detail: "Atelier made a mistake while writing this answer.",
      },
    });
  });

  test("with a provider that says nothing more: cut", async () => {
    const silent: ProviderAdapter = { kind: "openai", async *stream() {} };
    const outcome = await writeAnswer(aRunningAnswer(), silent, 5_000, () => undefined);
    expect(outcome).toMatchObject({ status: "failed", complete: false, error: { code: "cut" } });
  });

  test.each([
    ["stopped", { status: "stopped", complete: false }],
    ["time_limit", { status: "interrupted", reason: "time_limit", complete: false }],
    ["interrupted", { status: "interrupted", complete: false }],
    ["lost", { status: "interrupted", complete: false }],
    ["past_cap", { status: "complete", reason: "length", complete: false }],
  ] as const)("when it is told to: %s", async (cause, outcome) => {
    const answer = aRunningAnswer();
    const steps = [text("Hi"), { until: new Promise(() => {}) }];
    expect(await written(steps, answer, () => void answer.end(cause))).toEqual(outcome);
    expect(answer.text).toBe("Hi");
  });

  test("the first cause counts, and what was told to end before it began calls nobody", async () => {
    const answer = aRunningAnswer();
    answer.end("stopped");
    answer.end("lost");
    expect(await written([text("Hi"), end("stop")], answer)).toEqual({
      status: "stopped",
      complete: false,
    });
    expect({ text: answer.text, billable: answer.billable }).toEqual({ text: "", billable: false });
  });
});

describe("what is noted of an answer", () => {
  test("its text and thinking, counted apart, its usage, and that it may be charged", async () => {
    const answer = aRunningAnswer();
    const thought: ProviderEvent = { type: "reasoning", text: "a".repeat(20), signature: "s" };
    await written(
      [{ events: [thought] }, ...fakeAnswer("b".repeat(30), { usage: { inputTokens: 5 } })],
      answer,
    );
    expect(answer).toMatchObject({ text: "b".repeat(30), reasoning: "a".repeat(20) });
    expect(answer.usage).toMatchObject({ inputTokens: 5 });
    expect(answer.billable).toBe(true);
    expect(answer.textCount.tokens).toBe(9);
    expect(answer.reasoningCount.tokens).toBe(6);
    expect(answer.outputTokens).toBe(15);
    const [first] = answer.log.after(0);
    expect(first?.event).toEqual(thought);
  });

  test("a call that was refused costs nothing", async () => {
    const answer = aRunningAnswer();
    await written([{ fail: "bad_key" }], answer);
    expect(answer.billable).toBe(false);
  });

  test("each read tells how many events it had, and is waited for", async () => {
    const answer = aRunningAnswer();
    const told: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const steps: FakeStep[] = [
      {
        events: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
      text("c"),
      end("stop"),
    ];
    const writing = written(steps, answer, (events) => {
      told.push(events);
      return told.length === 1 ? promise : undefined;
    });
    await new Promise(setImmediate);
    expect({ told, text: answer.text }).toEqual({ told: [2], text: "ab" });
    resolve();
    await writing;
    expect(told).toEqual([2, 1, 1]);
  });
});

describe("an answer that goes on past its cap", () => {
  // At least 0.24 tokens a letter: 417 are a hundred tokens, 521 a hundred and twenty-five.
  const capped = () => aRunningAnswer({ maxOutputTokens: 100 });
  const never = () => new Promise<void>(() => {});

  test("is ended a quarter behind it, at once", async () => {
    const answer = capped();
    const outcome = await written(
      [text("a".repeat(525)), text("never read"), end("stop")],
      answer,
      never,
    );
    expect(outcome).toEqual({ status: "complete", reason: "length", complete: false });
    expect(answer.cause).toBe("past_cap");
    expect(answer.text).toHaveLength(525);
  });

  test("thinking is part of it", async () => {
    const answer = capped();
    const thought: FakeStep = { events: [{ type: "reasoning", text: "a".repeat(300) }] };
    await written([thought, text("b".repeat(230)), text("never read")], answer);
    expect(answer.cause).toBe("past_cap");
  });

  test("up to there it is written to its end, without a pause once it is past the cap", async () => {
    const answer = capped();
    const outcome = await written([text("a".repeat(524)), end("stop")], answer, never);
    expect(outcome).toEqual({ status: "complete", complete: true });
    expect(answer.cause).toBeUndefined();
  });

  test("within its cap it keeps its pauses", async () => {
    const answer = capped();
    let pauses = 0;
    void written([text("a".repeat(416)), end("stop")], answer, () => {
      pauses++;
      return never();
    });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect({ pauses, text: answer.text.length }).toEqual({ pauses: 1, text: 416 });
  });

  test("an answer that ends in the same read is whole, however long it was", async () => {
    const answer = capped();
    const steps: FakeStep[] = [
      {
        events: [
          { type: "text", text: "a".repeat(900) },
          { type: "end", reason: "stop" },
        ],
      },
    ];
    expect(await written(steps, answer)).toEqual({ status: "complete", complete: true });
    expect(answer.cause).toBeUndefined();
  });
});

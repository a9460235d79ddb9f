import { describe, expect, test } from "bun:test";
import { type FakeStep, fakeAnswer, fakeProvider } from "../../../test/providers/fake.ts";
import { aRunningAnswer } from "../../../test/support/running-answer.ts";
import { estimateTokens } from "../../providers/index.ts";
import type { EndReason, ProviderAdapter, ProviderEvent } from "../../providers/port.ts";
import type { EndNote, Outcome } from "./answer-outcome.ts";
import { cite, citeNew } from "./cite-answer.ts";
import { writeAnswer } from "./write-answer.ts";

const text = (value: string): FakeStep => ({ events: [{ type: "text", text: value }] });
const end = (reason: EndReason): FakeStep => ({ events: [{ type: "end", reason }] });
const thought = (value: string): FakeStep => ({ events: [{ type: "reasoning", text: value }] });
const thoughtTokens = (reasoningTokens: number): FakeStep => ({
  events: [
    {
      type: "usage",
      usage: {
        inputTokens: 1,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 9,
        reasoningTokens,
      },
    },
  ],
});

const was: FakeStep = { events: [{ type: "thought" }] };

/** Writes a provider's stream into an answer. */
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
      "with the provider's error",
      [text("Hi"), { fail: "overloaded" }],
      {
        status: "failed",
        complete: false,
        error: { code: "overloaded", detail: "The provider is overloaded." },
      },
    ],
  ])("%s", async (_, steps, outcome) => {
    expect(await written(steps)).toEqual(outcome);
  });

  test.each<[string, FakeStep[], EndNote | undefined]>([
    ["whole", [text("Hi"), end("stop")], undefined],
    ["cut", [text("Hi"), end("length")], "length"],
    ["whole, for an unknown reason", [text("Hi"), end("other")], undefined],
    ["empty", [end("stop")], "no_answer"],
    ["empty for an unknown reason", [end("other")], "no_answer"],
    ["blank", [text(" \n"), end("stop")], "no_answer"],
    ["thought about only, and cut", [thought("Hm"), end("length")], "only_thinking"],
    ["thought about only", [thought("Hm"), end("stop")], "only_thinking"],
    ["thought about out of sight", [thoughtTokens(9), end("stop")], "only_thinking"],
    ["empty, with a report", [thoughtTokens(0), end("length")], "no_answer"],
    ["text that was thinking", [text("Hm"), was, end("stop")], "only_thinking"],
    ["answered after such text", [text("Hm"), was, text("Hi"), end("stop")], undefined],
    ["a call of a tool", [thought("Hm"), end("tool_use")], "tool_use"],
  ])("an answer that is %s tells so", async (_, steps, reason) => {
    expect(await written(steps)).toEqual({
      status: "complete",
      complete: true,
      ...(reason === undefined ? {} : { reason }),
    });
  });

  test("text that turns out to be thinking is counted as such, and not searched for citations", async () => {
    const answer = aRunningAnswer();
    await written([text("Some words of [S1"), was, text("Hi"), end("stop")], answer);
    expect(answer.text).toBe("Hi");
    expect(answer.reasoning).toBe("Some words of [S1");
    expect([answer.textCount.tokens, answer.reasoningCount.tokens]).toEqual([
      estimateTokens("Hi"),
      estimateTokens("Some words of [S1"),
    ]);
    expect(answer.citedTo).toBe(0);
    expect(answer.mayCite).toBe(false);
    expect(answer.log.after(0).map(({ event }) => event.type)).toEqual([
      "delta",
      "thought",
      "delta",
    ]);
  });

  test("with an internal error, whose message is not shown", async () => {
    const fault = new TypeError("secret");
    const broken: ProviderAdapter = {
      kind: "openai",
      // biome-ignore lint/correctness/useYield: it fails before the first event.
      async *stream() {
        throw fault;
      },
    };
    const outcome = await writeAnswer(aRunningAnswer(), broken, 5_000, () => undefined);
    expect(outcome).toEqual({
      status: "failed",
      complete: false,
      error: {
        code: "internal_error",
        detail: "Internal error while writing this answer.",
      },
      fault,
    });
  });

  test("with a provider whose stream just ends: cut", async () => {
    const silent: ProviderAdapter = { kind: "openai", async *stream() {} };
    const outcome = await writeAnswer(aRunningAnswer(), silent, 5_000, () => undefined);
    expect(outcome).toMatchObject({ status: "failed", complete: false, error: { code: "cut" } });
  });

  test("with its cause, also when the provider then ends without an end event", async () => {
    const answer = aRunningAnswer();
    const polite: ProviderAdapter = {
      kind: "openai",
      async *stream() {
        yield [{ type: "text", text: "Hi" }];
        answer.end("stopped");
      },
    };
    expect(await writeAnswer(answer, polite, 5_000, () => undefined)).toEqual({
      status: "stopped",
      complete: false,
    });
  });

  test("with the provider's end; later events are ignored", async () => {
    const chatty: ProviderAdapter = {
      kind: "openai",
      async *stream() {
        yield [
          { type: "text", text: "Hi" },
          { type: "end", reason: "stop" },
          { type: "text", text: "!" },
        ];
      },
    };
    expect(await writeAnswer(aRunningAnswer(), chatty, 5_000, () => undefined)).toEqual({
      status: "complete",
      complete: true,
    });
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

  test("the first cause counts, and an answer ended before it began calls no provider", async () => {
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

describe("an answer's record", () => {
  test("has its text and thinking, counted separately, its usage, and that it may be charged", async () => {
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
    expect(answer.log.after(0)).toEqual([
      { end: 20, event: thought },
      { end: 50, event: { type: "delta", text: "b".repeat(30) } },
    ]);
  });

  test("has encrypted thinking unchanged", async () => {
    const answer = aRunningAnswer();
    const thought: ProviderEvent = { type: "reasoning", text: "", signature: "x", redacted: true };
    await written([{ events: [thought] }, end("stop")], answer);
    await written([{ events: [{ type: "reasoning", text: "plain" }] }, end("stop")], answer);
    expect(answer.log.after(0).map(({ event }) => event)).toEqual([
      thought,
      { type: "reasoning", text: "plain" },
    ]);
  });

  test("of a refused call costs nothing", async () => {
    const answer = aRunningAnswer();
    await written([{ fail: "bad_key" }], answer);
    expect(answer.billable).toBe(false);
  });

  test("each read reports its number of events, and is awaited", async () => {
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

describe("an answer that exceeds its cap", () => {
  // At least 0.24 tokens a letter: 417 are a hundred tokens, 521 a hundred and twenty-five.
  const capped = () => aRunningAnswer({ maxOutputTokens: 100 });
  const never = () => new Promise<void>(() => {});

  test("is ended a quarter beyond it, at once", async () => {
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

  test("includes thinking in its count", async () => {
    const answer = capped();
    const thought: FakeStep = { events: [{ type: "reasoning", text: "a".repeat(300) }] };
    await written([thought, text("b".repeat(230)), text("never read")], answer);
    expect(answer.cause).toBe("past_cap");
  });

  test("is written to its end up to there, without pauses once it is past the cap", async () => {
    const answer = capped();
    const outcome = await written([text("a".repeat(524)), end("stop")], answer, never);
    expect(outcome).toEqual({ status: "complete", complete: true });
    expect(answer.cause).toBeUndefined();
  });

  test("keeps its pauses within the cap", async () => {
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

  test("that ends in the same read is complete, however long it was", async () => {
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

describe("a citation", () => {
  const source = {
    label: "S1",
    title: "lease.md",
    text: "The rent is due on the first day.",
    fileId: "file",
    fileVersionId: "version",
    offset: 1_000,
  };
  const common = {
    type: "citation",
    marker: "S1",
    fileId: "file",
    fileVersionId: "version",
    fileName: "lease.md",
  } as const;

  test("has the span of its quote in the file, wherever the source begins", () => {
    expect(cite(source, "rent is due")).toEqual({
      ...common,
      quote: "rent is due",
      start: 1_004,
      end: 1_015,
      verified: true,
    });
  });

  test("with a quote that is not there is not verified, and points at the source's beginning", () => {
    expect(cite(source, "rent is free")).toEqual({
      ...common,
      quote: "rent is free",
      start: 1_000,
      end: 1_000,
      verified: false,
    });
  });

  /** An answer whose text arrives in pieces, and the quotes cited after each of them. */
  async function citedBy(...pieces: string[]) {
    const answer = aRunningAnswer({ maxOutputTokens: 100_000 });
    answer.plan.sources.push(source, { ...source, label: "S2", offset: 0 });
    const cited: string[][] = [];
    for (const piece of pieces) {
      await written([text(piece), end("stop")], answer);
      citeNew(answer);
      cited.push(
        answer.log.after(0).flatMap(({ event }) => {
          if (event.type !== "citation" || event.citation.type !== "citation") return [];
          return `${event.citation.marker} ${event.citation.quote}`;
        }),
      );
    }
    return cited;
  }

  test("is reported once, as soon as its marker is complete, wherever it was split", async () => {
    expect(
      await citedBy('[S1: "rent', ' is due"] and', " so", ' [S2: "day"] [', 'S1: "due"]'),
    ).toEqual([
      [],
      ["S1 rent is due"],
      ["S1 rent is due"],
      ["S1 rent is due", "S2 day"],
      ["S1 rent is due", "S2 day", "S1 due"],
    ]);
  });

  test("of an unknown source is ignored", async () => {
    expect(await citedBy('[S3: "rent"] [S1: "day"]')).toEqual([["S1 day"]]);
  });

  test("with the longest quote is found, also when it comes in three pieces, long after an open bracket", async () => {
    const quote = "q".repeat(2_000);
    const begin = `${"[ ".repeat(3_000)}[S1: "`;
    expect((await citedBy(begin, quote, '"]')).at(-1)).toEqual([`S1 ${quote}`]);
  });

  test("an answer without a bracket is not searched again", async () => {
    const answer = aRunningAnswer();
    await written([text("no bracket"), end("stop")], answer);
    expect(answer.mayCite).toBe(false);
    await written([text(" [S9"), end("stop")], answer);
    citeNew(answer);
    expect({ mayCite: answer.mayCite, citedTo: answer.citedTo }).toEqual({
      mayCite: true,
      citedTo: 11,
    });
    await written([text(': "x"] and more'), end("stop")], answer);
    citeNew(answer);
    expect({ mayCite: answer.mayCite, citedTo: answer.citedTo }).toEqual({
      mayCite: false,
      citedTo: answer.text.length,
    });
  });
});

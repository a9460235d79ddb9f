import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect, failureOf } from "../../test/providers/contract.ts";
import { type FakeStep, fakeAnswer, fakeProvider } from "../../test/providers/fake.ts";
import { type RetryOptions, withRetry } from "./retry.ts";

describe("asking again", () => {
  test("a provider that was busy twice answers the third time, and each wait is told", async () => {
    const told: string[] = [];
    const { provider, calls } = busy(
      [[{ fail: "overloaded" }], [{ fail: "rate_limited", retryAfterMs: 2 }]],
      {
        onRetry: ({ code, attempt, delayMs }) => told.push(`${attempt} ${code} ${delayMs}`),
        random: () => 1,
      },
    );
    expect((await collect(provider.stream(aRequest(), aCall()))).text).toBe("Fish.");
    expect(calls).toHaveLength(3);
    expect(told).toEqual(["1 overloaded 1", "2 rate_limited 2"]);
  });

  test("after two retries the fault is told", async () => {
    const fault: FakeStep[] = [{ fail: "overloaded" }];
    const { provider, calls } = busy([fault, fault, fault]);
    const error = await failureOf(collect(provider.stream(aRequest(), aCall())));
    expect(error).toMatchObject({ code: "overloaded" });
    expect(calls).toHaveLength(3);
  });

  test("nothing is asked twice once a word has been shown", async () => {
    const { provider, calls } = busy([
      [{ events: [{ type: "text", text: "Fi" }] }, { fail: "overloaded" }],
    ]);
    const error = await failureOf(collect(provider.stream(aRequest(), aCall())));
    expect(error).toMatchObject({ code: "overloaded", retryable: false });
    expect(calls).toHaveLength(1);
  });

  test.each(["bad_key", "unknown_model", "context_too_long", "silent", "malformed"] as const)(
    "%s is not asked again",
    async (code) => {
      const { provider, calls } = busy([[{ fail: code }]]);
      await failureOf(collect(provider.stream(aRequest(), aCall())));
      expect(calls).toHaveLength(1);
    },
  );

  test("a wait too long for a person is passed on instead of waited for", async () => {
    const { provider, calls } = busy([[{ fail: "rate_limited", retryAfterMs: 60_000 }]]);
    const error = await failureOf(collect(provider.stream(aRequest(), aCall())));
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 60_000 });
    expect(calls).toHaveLength(1);
  });

  test("an abort ends the wait", async () => {
    const abort = new AbortController();
    const { provider } = busy([[{ fail: "rate_limited", retryAfterMs: 10_000 }]], {
      onRetry: () => setTimeout(() => abort.abort("enough"), 5),
    });
    const call = aCall({ signal: abort.signal });
    expect(await failureOf(collect(provider.stream(aRequest(), call)))).toBe("enough");
  });

  test("what a failed try was billed stays in the usage of the call", async () => {
    const usage = {
      inputTokens: 100,
      cacheReadTokens: 1,
      cacheWriteTokens: 2,
      outputTokens: 3,
      reasoningTokens: 0,
    };
    const { provider } = busy([[{ events: [{ type: "usage", usage }] }, { fail: "cut" }]]);
    const answer = await collect(provider.stream(aRequest(), aCall()));
    expect(answer.usage).toEqual({
      inputTokens: 110,
      cacheReadTokens: 1,
      cacheWriteTokens: 2,
      outputTokens: 5,
      reasoningTokens: 0,
    });
  });
});

function busy(faults: FakeStep[][], options: RetryOptions = {}) {
  const fake = fakeProvider((_, n) => faults[n] ?? fakeAnswer("Fish."));
  return { provider: withRetry(fake, { baseMs: 1, ...options }), calls: fake.calls };
}

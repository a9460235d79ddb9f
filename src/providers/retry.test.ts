import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect, failureOf } from "../../test/providers/contract.ts";
import { type FakeStep, fakeAnswer, fakeProvider } from "../../test/providers/fake.ts";
import type { ProviderEvent } from "./port.ts";
import { type RetryOptions, withRetry } from "./retry.ts";

const USAGE = {
  inputTokens: 1,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

describe("retrying", () => {
  test("a provider that was busy twice answers the third time, and each wait is reported", async () => {
    const told: string[] = [];
    const { adapter, calls } = busy(
      [[{ fail: "overloaded" }], [{ fail: "rate_limited", retryAfterMs: 2 }]],
      {
        onRetry: ({ code, attempt, delayMs }) => told.push(`${attempt} ${code} ${delayMs}`),
        random: () => 1,
      },
    );
    expect((await collect(adapter.stream(aRequest(), aCall()))).text).toBe("Fish.");
    expect(calls).toHaveLength(3);
    expect(told).toEqual(["1 overloaded 1", "2 rate_limited 2"]);
  });

  test("after two retries the error is thrown", async () => {
    const fault: FakeStep[] = [{ fail: "overloaded" }];
    const { adapter, calls } = busy([fault, fault, fault]);
    const error = await failureOf(collect(adapter.stream(aRequest(), aCall())));
    expect(error).toMatchObject({ code: "overloaded" });
    expect(calls).toHaveLength(3);
  });

  test.each<ProviderEvent>([
    { type: "text", text: "Fi" },
    { type: "reasoning", text: "Hm" },
    { type: "usage", usage: USAGE },
  ])("nothing is asked twice once an answer has begun with %j", async (event) => {
    const { adapter, calls } = busy([[{ events: [event] }, { fail: "overloaded" }]]);
    const error = await failureOf(collect(adapter.stream(aRequest(), aCall())));
    expect(error).toMatchObject({ code: "overloaded", retryable: false });
    expect(calls).toHaveLength(1);
  });

  test.each(["rate_limited", "overloaded", "unreachable", "provider_fault"] as const)(
    "%s is retried",
    async (code) => {
      const { adapter, calls } = busy([[{ fail: code }]]);
      expect((await collect(adapter.stream(aRequest(), aCall()))).text).toBe("Fish.");
      expect(calls).toHaveLength(2);
    },
  );

  test.each([
    "bad_key",
    "no_credit",
    "unknown_model",
    "context_too_long",
    "refused",
    "invalid_request",
    "silent",
    "malformed",
    "cut",
  ] as const)("%s is not asked again", async (code) => {
    const { adapter, calls } = busy([[{ fail: code }]]);
    expect(await failureOf(collect(adapter.stream(aRequest(), aCall())))).toMatchObject({ code });
    expect(calls).toHaveLength(1);
  });

  test("a bug of our own is not retried", async () => {
    let calls = 0;
    const adapter = withRetry({
      kind: "openai",
      // biome-ignore lint/correctness/useYield: it fails before the first event.
      async *stream() {
        calls++;
        throw new TypeError("ours");
      },
    });
    expect(await failureOf(collect(adapter.stream(aRequest(), aCall())))).toBeInstanceOf(TypeError);
    expect(calls).toBe(1);
  });

  test("the backoff starts at half a second and doubles, with half of it jitter", async () => {
    const fault: FakeStep[] = [{ fail: "overloaded" }];
    const told: number[] = [];
    const onRetry: RetryOptions["onRetry"] = ({ delayMs }) => told.push(delayMs);
    const quick = busy([fault, fault], { baseMs: 2, random: () => 0.5, onRetry });
    await collect(quick.adapter.stream(aRequest(), aCall()));
    expect(told).toEqual([1.5, 3]);
    const usual = withRetry(
      fakeProvider((_, n) => (n < 2 ? fault : fakeAnswer("Fish."))),
      {
        random: () => 0,
        onRetry,
      },
    );
    await collect(usual.stream(aRequest(), aCall()));
    expect(told.slice(2)).toEqual([250, 500]);
  });

  test("a Retry-After of up to 20 seconds is waited for, a longer one is passed on", async () => {
    const abort = new AbortController();
    const told: number[] = [];
    const long = busy([[{ fail: "rate_limited", retryAfterMs: 20_000 }]], {
      onRetry: ({ delayMs }) => {
        told.push(delayMs);
        abort.abort("enough");
      },
    });
    const stopped = collect(long.adapter.stream(aRequest(), aCall({ signal: abort.signal })));
    expect(await failureOf(stopped)).toBe("enough");
    expect(told).toEqual([20_000]);
    const longer = busy([[{ fail: "rate_limited", retryAfterMs: 20_001 }]]);
    const error = await failureOf(collect(longer.adapter.stream(aRequest(), aCall())));
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 20_001 });
    expect(longer.calls).toHaveLength(1);
  });

  test("an abort ends the wait", async () => {
    const abort = new AbortController();
    const { adapter } = busy([[{ fail: "rate_limited", retryAfterMs: 10_000 }]], {
      onRetry: () => setTimeout(() => abort.abort("enough"), 5),
    });
    const call = aCall({ signal: abort.signal });
    expect(await failureOf(collect(adapter.stream(aRequest(), call)))).toBe("enough");
  });
});

function busy(faults: FakeStep[][], options: RetryOptions = {}) {
  const fake = fakeProvider((_, n) => faults[n] ?? fakeAnswer("Fish."));
  return { adapter: withRetry(fake, { baseMs: 1, ...options }), calls: fake.calls };
}

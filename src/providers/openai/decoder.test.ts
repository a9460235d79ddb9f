import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect, failureOf } from "../../../test/providers/contract.ts";
import type { EndReason, ProviderErrorCode, TokenUsage } from "../port.ts";
import { openAiAdapter } from "./adapter.ts";

const NOTHING: TokenUsage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

describe("an answer in chunks", () => {
  test("reasoning is read under both of its names", async () => {
    const { reasoning, text } = await answered([
      delta({ reasoning_content: "Hmm, " }),
      delta({ reasoning: "yes." }),
      delta({ content: "Fish.", reasoning: null }),
      delta({}, "stop"),
    ]);
    expect([reasoning, text]).toEqual(["Hmm, yes.", "Fish."]);
  });

  test("cached input is subtracted from the prompt count, so that the counts are disjoint", async () => {
    const usage = {
      prompt_tokens: 2000,
      completion_tokens: 50,
      total_tokens: 2050,
      prompt_tokens_details: { cached_tokens: 1024, cache_write_tokens: 500 },
      completion_tokens_details: { reasoning_tokens: 20 },
    };
    expect((await answered([delta({}, "stop"), { choices: [], usage }])).usage).toEqual({
      inputTokens: 476,
      cacheReadTokens: 1024,
      cacheWriteTokens: 500,
      outputTokens: 50,
      reasoningTokens: 20,
    });
  });

  test("reasoning counted outside the completion is added to the output", async () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    expect((await answered([delta({}, "stop"), { choices: [], usage }])).usage).toMatchObject({
      outputTokens: 105,
      reasoningTokens: 100,
    });
  });

  test("an endpoint that omits [DONE] has still answered", async () => {
    const { events } = await answered([delta({ content: "Hi" }), delta({}, "stop")], "");
    expect(events.at(-1)).toEqual({ type: "end", reason: "stop" });
  });

  test.each<[string, EndReason]>([
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "refusal"],
    ["tool_calls", "stop"],
    ["a word of tomorrow", "stop"],
  ])("an end for %p is told as %p", async (finish, reason) => {
    const { events } = await answered([delta({ content: "Hi" }), delta({}, finish)]);
    expect(events).toEqual([
      { type: "text", text: "Hi" },
      { type: "end", reason },
    ]);
  });

  test("[DONE] without a reason ends an answer that has text, after a refusal as refusal, and later chunks are ignored", async () => {
    expect((await answered([delta({ content: "Hi" })])).events.at(-1)).toEqual({
      type: "end",
      reason: "stop",
    });
    const silent = [delta({}), delta({ reasoning: "Hm" }), delta({ content: " \n" })];
    for (const chunk of silent)
      expect(await failureOf(answered([chunk]))).toMatchObject({ code: "cut", retryable: false });
    expect((await answered([delta({ refusal: "No." })])).events.at(-1)).toEqual({
      type: "end",
      reason: "refusal",
    });
    const late = `data: [DONE]\n\ndata: ${JSON.stringify(delta({ content: "late" }))}\n\n`;
    expect((await answered([delta({ content: "Hi" }, "stop")], late)).text).toBe("Hi");
  });

  test.each<[string, object, Partial<TokenUsage>]>([
    ["the prompt alone", { prompt_tokens: 7 }, { inputTokens: 7 }],
    ["the completion alone", { completion_tokens: 7 }, { outputTokens: 7 }],
    [
      "more cached than there was",
      { prompt_tokens: 7, prompt_tokens_details: { cached_tokens: 9, cache_write_tokens: 9 } },
      { cacheReadTokens: 7 },
    ],
    [
      "more written than was left",
      { prompt_tokens: 7, prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 9 } },
      { cacheReadTokens: 4, cacheWriteTokens: 3 },
    ],
    [
      "more thinking than output",
      { completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 9 } },
      { outputTokens: 5, reasoningTokens: 5 },
    ],
    [
      "a total that does not tell thinking apart",
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        completion_tokens_details: { reasoning_tokens: 3 },
      },
      { inputTokens: 10, outputTokens: 5, reasoningTokens: 3 },
    ],
    [
      "null for details",
      { prompt_tokens: 1.2, prompt_tokens_details: null, completion_tokens_details: null },
      { inputTokens: 2 },
    ],
  ])("usage with %s", async (_, usage, expected) => {
    const { events } = await answered([delta({}, "stop"), { choices: [], usage }]);
    expect(events).toEqual([
      { type: "usage", usage: { ...NOTHING, ...expected } },
      { type: "end", reason: "stop" },
    ]);
  });

  test("usage without any count is ignored, and so are invalid fields in a chunk", async () => {
    const { events } = await answered([
      { choices: [], usage: { total_tokens: 9 } },
      { choices: null },
      { choices: [null] },
      { choices: [{ delta: null, finish_reason: null }] },
      delta({ content: 7, reasoning: {}, refusal: false, reasoning_content: null }),
      delta({ content: "", reasoning_content: "", refusal: "" }, ""),
      delta({ content: "Hi" }, "stop"),
    ]);
    expect(events).toEqual([
      { type: "text", text: "Hi" },
      { type: "end", reason: "stop" },
    ]);
  });

  test.each<[string, string, ProviderErrorCode]>([
    ["half an event", "data: {\n\n", "malformed"],
    ["null and nothing more", "data: null\n\n", "cut"],
    ["a number and nothing more", "data: 7\n\n", "cut"],
    ["an error object", 'data: {"error":{"code":429}}\n\n', "rate_limited"],
    ["an end by an error", 'data: {"choices":[{"finish_reason":"error"}]}\n\n', "provider_fault"],
    ["nothing more", "", "cut"],
  ])("a stream with %s fails as such", async (_, end, code) => {
    const error = await failureOf(answered([delta({ content: "Hi" })], end));
    expect(error).toMatchObject({ code });
  });

  test("a refusal in its own field is passed on as text and ends as refusal", async () => {
    const { text, events } = await answered([delta({ refusal: "I can't." }), delta({}, "stop")]);
    expect(text).toBe("I can't.");
    expect(events.at(-1)).toEqual({ type: "end", reason: "refusal" });
  });
});

function delta(fields: object, finish_reason: string | null = null) {
  return { choices: [{ index: 0, delta: fields, finish_reason }] };
}

function answered(chunks: object[], end = "data: [DONE]\n\n") {
  const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("") + end;
  const adapter = openAiAdapter({ fetch: async () => new Response(body) });
  return collect(adapter.stream(aRequest(), aCall()));
}

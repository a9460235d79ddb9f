import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect, failureOf } from "../../../test/providers/contract.ts";
import type { EndReason, ProviderEvent } from "../port.ts";
import { anthropicAdapter } from "./adapter.ts";

describe("an answer from Anthropic", () => {
  test("thinking, its signature and encrypted thinking are separate parts", async () => {
    const events = await answered([
      { type: "message_start", message: { usage: { input_tokens: 3, output_tokens: 1 } } },
      { type: "content_block_start", content_block: { type: "thinking", thinking: "" } },
      { type: "content_block_delta", delta: { type: "thinking_delta", thinking: "Let me " } },
      { type: "content_block_delta", delta: { type: "thinking_delta", thinking: "see." } },
      { type: "content_block_delta", delta: { type: "signature_delta", signature: "c2ln" } },
      { type: "content_block_stop" },
      { type: "content_block_start", content_block: { type: "redacted_thinking", data: "b3Bh" } },
      { type: "content_block_stop" },
      { type: "content_block_start", content_block: { type: "text", text: "" } },
      { type: "content_block_delta", delta: { type: "text_delta", text: "Fish." } },
      { type: "something_new", of: "a later version" },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } },
      { type: "message_stop" },
    ]);
    const counts = { inputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
    expect(events).toEqual([
      { type: "usage", usage: { ...counts, outputTokens: 1 } },
      { type: "reasoning", text: "Let me see." },
      { type: "reasoning", text: "", signature: "c2ln" },
      { type: "reasoning", text: "", signature: "b3Bh", redacted: true },
      { type: "text", text: "Fish." },
      { type: "usage", usage: { ...counts, outputTokens: 9 } },
      { type: "end", reason: "stop" },
    ]);
  });

  test.each<[string, EndReason]>([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "refusal"],
    ["pause_turn", "other"],
  ])("an end for %p is told as %p, with or without its last event", async (stop_reason, reason) => {
    const wire = [{ type: "message_delta", delta: { stop_reason } }];
    const end: ProviderEvent[] = [{ type: "end", reason }];
    expect(await answered(wire)).toEqual(end);
    expect(await answered([...wire, { type: "message_stop" }])).toEqual(end);
    // A later event without a reason takes none away.
    const again = [...wire, { type: "message_delta", delta: { stop_reason: null } }];
    expect(await answered([...again, { type: "message_delta" }])).toEqual(end);
  });

  test("an end without a reason is `other`, and a stream without an end is `cut`", async () => {
    expect(await answered([{ type: "message_stop" }])).toEqual([{ type: "end", reason: "other" }]);
    const begun = { type: "content_block_stop" };
    expect(await failureOf(answered([begun]))).toMatchObject({ code: "cut" });
    expect(await failureOf(answered([{ type: "ping" }]))).toMatchObject({ code: "malformed" });
    const broken = anthropicAdapter({
      apiKey: "k",
      fetch: async () => new Response("data: {\n\n"),
    });
    const failure = await failureOf(collect(broken.stream(aRequest(), aCall())));
    expect(failure).toMatchObject({ code: "malformed" });
    expect(await failureOf(answered([null]))).toMatchObject({ code: "malformed" });
    expect(await failureOf(answered([7]))).toMatchObject({ code: "malformed" });
    const error = { type: "error", error: { type: "overloaded_error" } };
    expect(await failureOf(answered([error]))).toMatchObject({ code: "overloaded" });
  });

  test("each count replaces its previous value, and thinking is counted separately", async () => {
    const first = {
      input_tokens: 1,
      cache_creation_input_tokens: 2,
      cache_read_input_tokens: 3,
      output_tokens: 4,
    };
    const later = { output_tokens: 40, output_tokens_details: { thinking_tokens: 30 } };
    const events = await answered([
      { type: "message_start", message: { usage: first } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: later },
      { type: "message_start", message: null },
      { type: "message_stop" },
    ]);
    expect(events).toEqual([
      {
        type: "usage",
        usage: {
          inputTokens: 1,
          cacheWriteTokens: 2,
          cacheReadTokens: 3,
          outputTokens: 4,
          reasoningTokens: 0,
        },
      },
      {
        type: "usage",
        usage: {
          inputTokens: 1,
          cacheWriteTokens: 2,
          cacheReadTokens: 3,
          outputTokens: 40,
          reasoningTokens: 30,
        },
      },
      { type: "end", reason: "stop" },
    ]);
  });

  test("text in a block's start event is part of the answer", async () => {
    const events = await answered([
      { type: "content_block_start", content_block: { type: "thinking", thinking: "Hm" } },
      { type: "content_block_delta", delta: { signature: "a" } },
      { type: "content_block_delta", delta: { signature: "b" } },
      { type: "content_block_stop" },
      { type: "content_block_stop" },
      { type: "content_block_start", content_block: { type: "text", text: "Fish" } },
      { type: "content_block_start", content_block: null },
      { type: "content_block_start", content_block: { type: "redacted_thinking" } },
      { type: "message_stop" },
    ]);
    expect(events).toEqual([
      { type: "reasoning", text: "Hm" },
      { type: "reasoning", text: "", signature: "ab" },
      { type: "text", text: "Fish" },
      { type: "end", reason: "stop" },
    ]);
  });

  test("a signature at the start of its block counts where none follows", async () => {
    const block = (signature: string) => ({
      type: "content_block_start",
      content_block: { type: "thinking", thinking: "Hm", signature },
    });
    const stop = { type: "content_block_stop" };
    const later = { type: "content_block_delta", delta: { signature: "b" } };
    const signed = (signature: string): ProviderEvent => ({
      type: "reasoning",
      text: "",
      signature,
    });
    const end = { type: "message_stop" };
    const once = [{ type: "reasoning", text: "Hm" }, signed("a"), { type: "end", reason: "other" }];
    expect<unknown>(await answered([block("a"), stop, end])).toEqual(once);
    expect<unknown>(await answered([block("a"), end])).toEqual(once);
    const both = await answered([block("a"), later, stop, block(""), stop, end]);
    expect(both.filter((event) => "signature" in event)).toEqual([signed("b")]);
  });

  test("invalid counts and text are ignored", async () => {
    const events = await answered([
      { type: "message_start", message: { usage: { input_tokens: -5, output_tokens: "many" } } },
      { type: "content_block_delta", delta: { type: "text_delta", text: 7 } },
      { type: "content_block_delta", delta: null },
      { type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: null },
      { type: "message_stop" },
    ]);
    expect(events).toEqual([{ type: "end", reason: "length" }]);
  });
});

async function answered(wire: unknown[]) {
  const body = wire.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  const adapter = anthropicAdapter({ apiKey: "key", fetch: async () => new Response(body) });
  return (await collect(adapter.stream(aRequest(), aCall()))).events;
}

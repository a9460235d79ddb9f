import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect } from "../../../test/providers/contract.ts";
import { anthropicBody, anthropicProvider } from "./adapter.ts";
import { anthropicModelRules } from "./models.ts";

describe("a request to Anthropic", () => {
  test("marks the end of the stable prefix for the prompt cache, once", () => {
    const system = [
      { text: "Rules.", cacheable: true },
      { text: "Files.", cacheable: true },
      { text: "Passages of this question.", cacheable: false },
    ];
    expect(anthropicBody(aRequest({ system })).system).toEqual([
      { type: "text", text: "Rules." },
      { type: "text", text: "Files.", cache_control: { type: "ephemeral" } },
      { type: "text", text: "Passages of this question." },
    ]);
  });

  test("gives signed thinking back and leaves out what nobody signed", () => {
    const { messages } = anthropicBody(
      aRequest({
        messages: [
          {
            role: "assistant",
            parts: [
              { type: "reasoning", text: "Hmm.", signature: "sig" },
              { type: "reasoning", text: "", signature: "opaque", redacted: true },
              { type: "reasoning", text: "From another vendor." },
              { type: "text", text: "Fish." },
            ],
          },
        ],
      }),
    );
    expect(messages).toEqual([
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Hmm.", signature: "sig" },
          { type: "redacted_thinking", data: "opaque" },
          { type: "text", text: "Fish." },
        ],
      },
    ]);
  });

  test("sends images as base64, and no message that is empty", () => {
    const { messages } = anthropicBody(
      aRequest({
        messages: [
          { role: "assistant", parts: [{ type: "text", text: " " }] },
          { role: "user", parts: [{ type: "image", mediaType: "image/png", data: "AAAA" }] },
        ],
      }),
    );
    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
        ],
      },
    ]);
  });

  test("asks older models to think within a budget that leaves room for the answer", () => {
    const request = aRequest({
      model: "claude-sonnet-4-5",
      maxOutputTokens: 4000,
      reasoningTokens: 9000,
    });
    expect(anthropicBody({ ...request, temperature: 0.2 })).toMatchObject({
      thinking: { type: "enabled", budget_tokens: 2000 },
    });
    expect(anthropicBody({ ...request, temperature: 0.2 })).not.toHaveProperty("temperature");
    expect(anthropicBody({ ...request, maxOutputTokens: 1500 })).not.toHaveProperty("thinking");
  });

  test("lets newer models decide on their thinking and sends them no temperature", () => {
    const request = aRequest({ model: "claude-opus-4-7", reasoningTokens: 9000, temperature: 0.2 });
    expect(anthropicBody(request)).toMatchObject({ thinking: { type: "adaptive" } });
    const plain = aRequest({ model: "claude-opus-4-7", temperature: 0.2 });
    expect(anthropicBody(plain)).not.toHaveProperty("temperature");
    expect(anthropicBody({ ...plain, model: "claude-haiku-4-5" })).toMatchObject({
      temperature: 0.2,
    });
  });

  test.each([
    ["claude-3-7-sonnet-20250219", "budget", true],
    ["claude-haiku-4-5-20251001", "budget", true],
    ["claude-opus-4-20250514", "budget", true],
    ["claude-sonnet-4-6", "adaptive", true],
    ["claude-opus-4.7", "adaptive", false],
    ["claude-opus-5", "adaptive", false],
    ["claude-fable-5-1-20260901", "adaptive", false],
    ["my-proxy-model", "budget", true],
  ] as const)("%s: thinks by %s, takes a temperature: %p", (model, thinking, temperature) => {
    expect(anthropicModelRules(model)).toEqual({ thinking, temperature });
  });

  test("carries the key in its header and finds the path under any form of the address", async () => {
    const seen: string[] = [];
    for (const baseUrl of ["https://gateway.example", "https://gateway.example/v1/"]) {
      const provider = anthropicProvider({
        apiKey: "the-key",
        baseUrl,
        fetch: async (url, init) => {
          seen.push(url, new Headers(init.headers).get("x-api-key") ?? "");
          return new Response("", { status: 500 });
        },
      });
      await collect(provider.stream(aRequest(), aCall())).catch(() => {});
    }
    const url = "https://gateway.example/v1/messages";
    expect(seen).toEqual([url, "the-key", url, "the-key"]);
  });
});

describe("an answer from Anthropic", () => {
  test("thinking, its signature and encrypted thinking come as parts of their own", async () => {
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

  test("nonsense in place of counts and text is passed over", async () => {
    const events = await answered([
      { type: "message_start", message: { usage: { input_tokens: -5, output_tokens: "many" } } },
      { type: "content_block_delta", delta: { type: "text_delta", text: 7 } },
      { type: "content_block_delta", delta: null },
      { type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: null },
      { type: "message_stop" },
    ]);
    expect(events.at(0)).toMatchObject({ usage: { inputTokens: 0, outputTokens: 0 } });
    expect(events.at(-1)).toEqual({ type: "end", reason: "length" });
  });
});

async function answered(wire: object[]) {
  const body = wire.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  const provider = anthropicProvider({ apiKey: "key", fetch: async () => new Response(body) });
  return (await collect(provider.stream(aRequest(), aCall()))).events;
}

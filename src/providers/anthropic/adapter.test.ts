import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect } from "../../../test/providers/contract.ts";
import { anthropicDialect } from "../dialect.ts";
import type { Effort, PromptPart } from "../port.ts";
import { anthropicAdapter, anthropicBody } from "./adapter.ts";

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

  test("marks the last message that the next call repeats as a second prefix", () => {
    const text = (value: string) => ({ type: "text" as const, text: value });
    const mark = { cache_control: { type: "ephemeral" } };
    const asked = aRequest({
      messages: [
        { role: "user", parts: [text("1")], cacheable: true },
        { role: "assistant", parts: [text("2"), text("3")], cacheable: true },
        { role: "user", parts: [text("4")] },
      ],
    });
    expect<unknown>(anthropicBody(asked).messages).toEqual([
      { role: "user", content: [text("1")] },
      { role: "assistant", content: [text("2"), { ...text("3"), ...mark }] },
      { role: "user", content: [text("4")] },
    ]);
    const plain = { ...anthropicDialect("x"), cacheBreakpoints: false };
    expect(JSON.stringify(anthropicBody(asked, plain))).not.toContain("cache_control");
    const thought = { type: "reasoning" as const, text: "Hm", signature: "s" };
    const odd = aRequest({ messages: [{ role: "assistant", parts: [thought], cacheable: true }] });
    expect(JSON.stringify(anthropicBody(odd).messages)).not.toContain("cache_control");
  });

  test("sends no thinking back to a model that refuses it", () => {
    const parts: PromptPart[] = [
      { type: "reasoning", text: "Hmm.", signature: "sig" },
      { type: "reasoning", text: "", signature: "opaque", redacted: true },
      { type: "text", text: "Fish." },
    ];
    const dialect = { ...anthropicDialect("x"), signedThinking: false };
    const { messages } = anthropicBody(
      aRequest({ messages: [{ role: "assistant", parts }] }),
      dialect,
    );
    expect<unknown>(messages).toEqual([
      { role: "assistant", content: [{ type: "text", text: "Fish." }] },
    ]);
  });

  test("sends signed thinking back and omits unsigned thinking", () => {
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

  test("sends images as base64, and no empty message", () => {
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

  test.each<[string, PromptPart[], unknown[]]>([
    ["one character", [{ type: "text", text: "?" }], [{ type: "text", text: "?" }]],
    [
      "blanks around an image",
      [
        { type: "text", text: " \n" },
        { type: "image", mediaType: "image/gif", data: "R0" },
      ],
      [{ type: "image", source: { type: "base64", media_type: "image/gif", data: "R0" } }],
    ],
  ])("a message of %s is sent", (_, parts, content) => {
    const { messages } = anthropicBody(aRequest({ messages: [{ role: "user", parts }] }));
    expect<unknown>(messages).toEqual([{ role: "user", content }]);
  });

  test("a plain request in full: no blank system, no thinking, no temperature by default", () => {
    const system = [{ text: " \n", cacheable: true }];
    expect(anthropicBody(aRequest({ system, messages: [] }))).toEqual({
      model: "test-model",
      stream: true,
      max_tokens: 1000,
      messages: [],
    });
    const stable = [{ text: "Rules.", cacheable: false }, ...system];
    expect(anthropicBody(aRequest({ system: stable, messages: [] })).system).toEqual([
      { type: "text", text: "Rules." },
    ]);
  });

  test("a temperature above the API's range is clamped", () => {
    expect(anthropicBody(aRequest({ temperature: 1.6 }))).toMatchObject({ temperature: 1 });
    expect(anthropicBody(aRequest({ temperature: 0 }))).toMatchObject({ temperature: 0 });
  });

  const adaptive = { type: "adaptive", display: "summarized" };
  const budget = (budget_tokens: number) => ({ type: "enabled", budget_tokens });
  test.each<[string, Effort | undefined, number, unknown, string | undefined]>([
    ["claude-opus-5", undefined, 32_000, adaptive, undefined],
    ["claude-opus-5", "low", 32_000, adaptive, "low"],
    ["claude-opus-5", "medium", 32_000, adaptive, "medium"],
    ["claude-opus-5", "high", 32_000, adaptive, "high"],
    ["claude-opus-5", "off", 32_000, { type: "disabled" }, undefined],
    ["claude-opus-5-5", "off", 32_000, adaptive, "low"],
    ["claude-fable-5", "off", 32_000, adaptive, "low"],
    ["claude-opus-4-7", "off", 32_000, undefined, undefined],
    ["claude-opus-4-7", undefined, 32_000, adaptive, undefined],
    ["us.anthropic.claude-opus-5-v1:0", "high", 32_000, adaptive, "high"],
    ["claude-sonnet-4-5", undefined, 32_000, undefined, undefined],
    ["claude-sonnet-4-5", "off", 32_000, undefined, undefined],
    ["claude-sonnet-4-5", "low", 32_000, budget(4_096), undefined],
    ["claude-sonnet-4-5", "medium", 32_000, budget(8_192), undefined],
    ["claude-sonnet-4-5", "high", 32_000, budget(16_000), undefined],
    ["claude-sonnet-4-5", "high", 64_000, budget(16_384), undefined],
    ["claude-sonnet-4-5", "low", 2_048, budget(1_024), undefined],
    ["claude-sonnet-4-5", "low", 2_047, undefined, undefined],
  ])(
    "%s with effort %p and %d tokens is asked for %j, %p",
    (model, effort, max, thinking, word) => {
      const asked = aRequest({ model, maxOutputTokens: max, ...(effort ? { effort } : {}) });
      const body = anthropicBody({ ...asked, thinks: true });
      expect<unknown>(body.thinking).toEqual(thinking);
      expect<unknown>(body.output_config).toEqual(word && { effort: word });
      expect(anthropicBody(asked)).not.toHaveProperty("thinking");
      const without = { ...anthropicDialect(model), reasoning: "none" as const };
      expect(anthropicBody({ ...asked, thinks: true }, without)).not.toHaveProperty("thinking");
    },
  );

  test.each<[string, Effort | undefined, boolean]>([
    ["claude-haiku-4-5", undefined, true],
    ["claude-haiku-4-5", "high", false],
    ["claude-haiku-4-5", "off", true],
    // A temperature that was asked for counts more than thinking that was not.
    ["claude-sonnet-4-6", undefined, true],
    ["claude-sonnet-4-6", "low", false],
    ["claude-opus-4-7", undefined, false],
    ["claude-opus-5", "off", false],
  ])("%s with effort %p is sent a temperature: %p", (model, effort, sent) => {
    const asked = aRequest({
      model,
      thinks: true,
      temperature: 0.2,
      maxOutputTokens: 8_000,
      ...(effort ? { effort } : {}),
    });
    const body = anthropicBody(asked);
    expect(body.temperature).toBe(sent ? 0.2 : undefined);
    if (sent) expect(body.thinking).toBeUndefined();
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
    ["claude-opus-4-5", "budget", true],
    ["claude-4-6", "adaptive", true],
    ["claude-sonnet-4", "budget", true],
    ["claude-3-20-x", "budget", true],
  ] as const)("%s: thinks by %s, takes a temperature: %p", (model, thinking, temperature) => {
    expect(anthropicDialect(model)).toMatchObject({ reasoning: thinking, temperature });
  });

  test("carries the key in its header and finds the path under any form of the address", async () => {
    const seen: string[] = [];
    const addresses = [
      { baseUrl: "https://gateway.example" },
      { baseUrl: "https://gateway.example/v1/" },
      {},
    ];
    for (const address of addresses) {
      const adapter = anthropicAdapter({
        apiKey: "the-key",
        ...address,
        fetch: async (url, init) => {
          const headers = new Headers(init.headers);
          expect(headers.get("anthropic-version")).toBe("2023-06-01");
          seen.push(url, headers.get("x-api-key") ?? "");
          return new Response("", { status: 500 });
        },
      });
      await collect(adapter.stream(aRequest(), aCall())).catch(() => {});
    }
    const url = "https://gateway.example/v1/messages";
    const vendors = "https://api.anthropic.com/v1/messages";
    expect(seen).toEqual([url, "the-key", url, "the-key", vendors, "the-key"]);
  });
});

import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect } from "../../../test/providers/contract.ts";
import type { Effort, PromptMessage, PromptPart } from "../port.ts";
import { googleAdapter, googleBody } from "./adapter.ts";
import { googleDialect } from "./dialect.ts";

const GEMMA = { ...googleDialect("gemma-3"), systemRole: "user" as const };

describe("a request to Gemini", () => {
  test("a plain one in full", () => {
    const system = [
      { text: "Rules.", cacheable: true },
      { text: " \n", cacheable: true },
      { text: "Passages.", cacheable: false },
    ];
    expect(googleBody(aRequest({ system, temperature: 0.3 }))).toEqual({
      systemInstruction: { parts: [{ text: "Rules." }, { text: "Passages." }] },
      contents: [{ role: "user", parts: [{ text: "What do otters eat?" }] }],
      generationConfig: { maxOutputTokens: 1000, temperature: 0.3 },
    });
  });

  test("without instructions or temperature it says nothing of them", () => {
    expect(googleBody(aRequest({ system: [] }))).toEqual({
      contents: [{ role: "user", parts: [{ text: "What do otters eat?" }] }],
      generationConfig: { maxOutputTokens: 1000 },
    });
    const plain = { ...googleDialect("gemini-3.8-flash"), temperature: false };
    expect(googleBody(aRequest({ temperature: 0.3 }), plain).generationConfig).toEqual({
      maxOutputTokens: 1000,
    });
  });

  test("instructions stand before the first question where there is no place for them", () => {
    const system = [{ text: "Rules.", cacheable: true }];
    expect(googleBody(aRequest({ system }), GEMMA)).toEqual({
      contents: [{ role: "user", parts: [{ text: "Rules." }, { text: "What do otters eat?" }] }],
      generationConfig: { maxOutputTokens: 1000 },
    });
    const messages: PromptMessage[] = [
      { role: "assistant", parts: [{ type: "text", text: "Hi" }] },
    ];
    expect(googleBody(aRequest({ system, messages }), GEMMA).contents).toEqual([
      { role: "user", parts: [{ text: "Rules." }] },
      { role: "model", parts: [{ text: "Hi" }] },
    ]);
  });

  const answer: PromptPart[] = [
    { type: "reasoning", text: "Hm" },
    { type: "text", text: "Fish." },
    { type: "reasoning", text: "", signature: "c2ln" },
  ];
  const messages: PromptMessage[] = [
    {
      role: "user",
      parts: [
        { type: "image", mediaType: "image/png", data: "AAAA" },
        { type: "text", text: "What is it?" },
      ],
    },
    { role: "assistant", parts: answer },
    { role: "user", parts: [{ type: "text", text: "  " }] },
    { role: "user", parts: [{ type: "text", text: "And now?" }] },
  ];

  test("images are inline, answers are the model's, and of its thinking only the signature goes back", () => {
    expect(googleBody(aRequest({ system: [], messages })).contents).toEqual([
      {
        role: "user",
        parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }, { text: "What is it?" }],
      },
      { role: "model", parts: [{ text: "Fish." }, { text: "", thoughtSignature: "c2ln" }] },
      { role: "user", parts: [{ text: "And now?" }] },
    ]);
  });

  test("a message without anything to send is left out", () => {
    const parts: PromptPart[] = [
      { type: "text", text: " " },
      { type: "reasoning", text: "Hm" },
    ];
    expect(
      googleBody(aRequest({ system: [], messages: [{ role: "assistant", parts }] })).contents,
    ).toEqual([]);
  });

  test("a server that refuses signatures gets none", () => {
    const dialect = { ...googleDialect("gemini-3.8-flash"), signedThinking: false };
    expect(googleBody(aRequest({ system: [], messages }), dialect).contents[1]).toEqual({
      role: "model",
      parts: [{ text: "Fish." }],
    });
  });

  test("is in one form, whatever the model", () => {
    const form = {
      outputLimit: "max_tokens" as const,
      includeUsage: true,
      temperature: true,
      systemRole: "system" as const,
      cacheBreakpoints: false,
      signedThinking: true,
    };
    expect(googleDialect("gemini-3.8-flash")).toEqual({ ...form, reasoning: "effort" });
    expect(googleDialect("gemini-2.5-pro")).toEqual({ ...form, reasoning: "budget" });
    expect(googleDialect("my-model-3")).toEqual({ ...form, reasoning: "none" });
  });

  test.each<[string, Effort | undefined, object | undefined]>([
    ["gemini-2.5-flash", undefined, { includeThoughts: true }],
    ["gemini-2.5-flash", "off", { includeThoughts: true, thinkingBudget: 0 }],
    ["gemini-2.5-pro", "off", { includeThoughts: true, thinkingBudget: 128 }],
    ["gemini-2.5-pro", "low", { includeThoughts: true, thinkingBudget: 2_048 }],
    ["gemini-2.5-pro", "medium", { includeThoughts: true, thinkingBudget: 8_192 }],
    ["models/gemini-2.5-flash-lite", "high", { includeThoughts: true, thinkingBudget: 24_576 }],
    ["gemini-3-flash-preview", "off", { includeThoughts: true, thinkingLevel: "minimal" }],
    ["gemini-3.1-pro-preview", "off", { includeThoughts: true, thinkingLevel: "low" }],
    ["gemini-3.8-flash", "medium", { includeThoughts: true, thinkingLevel: "medium" }],
    ["gemini-3.8-flash", undefined, { includeThoughts: true }],
    ["gemini-2.0-flash", "high", undefined],
    ["gemma-4-31b-it", "high", undefined],
  ])("%s with effort %p is asked to think by %j", (model, effort, thinkingConfig) => {
    const request = aRequest({ model, thinks: true, ...(effort ? { effort } : {}) });
    expect<unknown>(googleBody(request).generationConfig).toEqual({
      maxOutputTokens: 1000,
      ...(thinkingConfig ? { thinkingConfig } : {}),
    });
    expect(googleBody({ ...request, thinks: false }).generationConfig).toEqual({
      maxOutputTokens: 1000,
    });
  });

  test.each([
    ["https://generativelanguage.googleapis.com/v1beta/models/test-model", {}],
    ["https://x.example/v1beta/models/test-model", { baseUrl: "https://x.example//" }],
    ["https://x.example/v1beta/models/test-model", { baseUrl: "https://x.example/v1beta/" }],
    ["https://x.example/g/v1/models/test-model", { baseUrl: "https://x.example/g/v1/models" }],
  ])("is posted to %s, with the key in a header only", async (url, options) => {
    const seen: unknown[] = [];
    const adapter = googleAdapter({
      apiKey: "the-key",
      ...options,
      fetch: async (to, init) => {
        seen.push(to, init.method, new Headers(init.headers).get("x-goog-api-key"));
        return new Response('data: {"candidates":[{"finishReason":"STOP"}]}\n\n');
      },
    });
    await collect(adapter.stream(aRequest(), aCall()));
    expect(seen).toEqual([`${url}:streamGenerateContent?alt=sse`, "POST", "the-key"]);
  });

  test.each([
    ["https://x.example?tenant=1", "tenant=1&alt=sse"],
    ["https://x.example/v1beta/models/m:streamGenerateContent?alt=sse", "alt=sse"],
    ["https://x.example?alt=sse&tenant=1", "alt=sse&tenant=1"],
    ["https://x.example?alt=sse2", "alt=sse2&alt=sse"],
  ])("below %s the query is %s", async (baseUrl, query) => {
    let url = "";
    const adapter = googleAdapter({
      baseUrl,
      fetch: async (to) => {
        url = to;
        return new Response('data: {"candidates":[{"finishReason":"STOP"}]}\n\n');
      },
    });
    await collect(adapter.stream(aRequest(), aCall()));
    expect(url).toBe(`https://x.example/v1beta/models/test-model:streamGenerateContent?${query}`);
  });

  test.each([
    ["gemini 3", "models/gemini%203"],
    ["models/gemini-3", "models/gemini-3"],
    ["tunedModels/mine", "tunedModels/mine"],
  ])("the model %p is in the path as %s", async (model, path) => {
    let url = "";
    const adapter = googleAdapter({
      apiKey: "k",
      baseUrl: "https://x.example",
      fetch: async (to) => {
        url = to;
        return new Response('data: {"candidates":[{"finishReason":"STOP"}]}\n\n');
      },
    });
    await collect(adapter.stream(aRequest({ model }), aCall()));
    expect(url).toBe(`https://x.example/v1beta/${path}:streamGenerateContent?alt=sse`);
  });
});

test("a signature is a part of its own, behind the text that it came with", async () => {
  const parts = [
    { text: "Hm", thought: true },
    { text: "Fish.", thoughtSignature: "c2ln" },
  ];
  const body = { candidates: [{ content: { parts }, finishReason: "STOP" }] };
  const adapter = googleAdapter({
    apiKey: "k",
    fetch: async () => new Response(`data: ${JSON.stringify(body)}\n\n`),
  });
  const { events } = await collect(adapter.stream(aRequest(), aCall()));
  expect(events).toEqual([
    { type: "reasoning", text: "Hm" },
    { type: "text", text: "Fish." },
    { type: "reasoning", text: "", signature: "c2ln" },
    { type: "end", reason: "stop" },
  ]);
});

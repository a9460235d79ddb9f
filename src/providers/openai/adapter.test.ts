import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect } from "../../../test/providers/contract.ts";
import { type Dialect, openAiDialect } from "../dialect.ts";
import type { Effort, PromptMessage, PromptPart, SystemBlock } from "../port.ts";
import { openAiAdapter, openAiBody } from "./adapter.ts";

const openAi = openAiDialect("https://api.openai.com/v1", "test-model");
const openRouter = openAiDialect("https://openrouter.ai/api/v1", "test-model");
const local = openAiDialect("http://localhost:11434/v1", "test-model");

describe("a request for chat completions", () => {
  test("asks for usage and puts the stable blocks first, in one system message", () => {
    const system = [
      { text: "Rules.", cacheable: true },
      { text: "Passages.", cacheable: false },
    ];
    expect(openAiBody(aRequest({ system }), openAi)).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 1000,
      messages: [
        { role: "system", content: "Rules.\n\nPassages." },
        { role: "user", content: "What do otters eat?" },
      ],
    });
  });

  test("limits the output with the field that compatible endpoints know", () => {
    const body = openAiBody(aRequest(), local);
    expect(body).toMatchObject({ max_tokens: 1000 });
    expect(body).not.toHaveProperty("max_completion_tokens");
  });

  test("marks the stable prefix for OpenRouter, which passes it on", () => {
    const { messages } = openAiBody(aRequest(), openRouter);
    const text = "You are helpful.";
    expect(messages[0]).toEqual({
      role: "system",
      content: [{ type: "text", text, cache_control: { type: "ephemeral" } }],
    });
  });

  test("sends images as data URLs and omits other models' reasoning", () => {
    const { messages } = openAiBody(
      aRequest({
        system: [],
        messages: [
          { role: "assistant", parts: [{ type: "reasoning", text: "Hm", signature: "x" }] },
          {
            role: "user",
            parts: [
              { type: "image", mediaType: "image/png", data: "AAAA" },
              { type: "text", text: "What is it?" },
            ],
          },
        ],
      }),
      openAi,
    );
    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "text", text: "What is it?" },
        ],
      },
    ]);
  });

  test.each<[string, PromptPart[], unknown]>([
    ["one character", [{ type: "text", text: "?" }], "?"],
    [
      "two texts",
      [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
      "ab",
    ],
    [
      "an image alone",
      [{ type: "image", mediaType: "image/gif", data: "R0" }],
      [{ type: "image_url", image_url: { url: "data:image/gif;base64,R0" } }],
    ],
    [
      "an image beside foreign thinking",
      [
        { type: "reasoning", text: "Hm" },
        { type: "image", mediaType: "image/png", data: "AA" },
      ],
      [{ type: "image_url", image_url: { url: "data:image/png;base64,AA" } }],
    ],
  ])("a message of %s is sent", (_, parts, content) => {
    const request = aRequest({ system: [], messages: [{ role: "user", parts }] });
    expect<unknown>(openAiBody(request, local).messages).toEqual([{ role: "user", content }]);
  });

  test.each<[string, PromptPart[]]>([
    ["nothing", []],
    ["an empty text", [{ type: "text", text: "" }]],
    ["foreign thinking", [{ type: "reasoning", text: "Hm", signature: "x" }]],
  ])("a message of %s is left out", (_, parts) => {
    const messages = [
      { role: "assistant" as const, parts },
      { role: "user" as const, parts: [{ type: "text" as const, text: "Go on." }] },
    ];
    expect(openAiBody(aRequest({ system: [], messages }), local).messages).toEqual([
      { role: "user", content: "Go on." },
    ]);
  });

  test("blank system blocks are omitted, and so is an empty system message", () => {
    const blank = { text: " \n", cacheable: true };
    const messagesOf = (dialect: Dialect, ...system: SystemBlock[]) =>
      openAiBody(aRequest({ system, messages: [] }), dialect).messages;
    for (const dialect of [openAi, openRouter]) {
      expect(messagesOf(dialect)).toEqual([]);
      expect(messagesOf(dialect, blank)).toEqual([]);
    }
    const rules = { text: "Rules.", cacheable: false };
    expect(messagesOf(local, blank, rules)).toEqual([{ role: "system", content: "Rules." }]);
    expect(messagesOf(openRouter, rules, blank)).toEqual([
      { role: "system", content: [{ type: "text", text: "Rules." }] },
    ]);
  });

  test("OpenRouter is told the end of the stable prefix once", () => {
    const system = [
      { text: "Rules.", cacheable: true },
      { text: "Files.", cacheable: true },
      { text: "Passages.", cacheable: false },
    ];
    expect(openAiBody(aRequest({ system, messages: [] }), openRouter).messages).toEqual([
      {
        role: "system",
        content: [
          { type: "text", text: "Rules." },
          { type: "text", text: "Files.", cache_control: { type: "ephemeral" } },
          { type: "text", text: "Passages." },
        ],
      },
    ]);
  });

  test("a plain request in full, in each dialect", () => {
    const request = aRequest({ system: [], messages: [], temperature: 0.3 });
    const plain = { model: "test-model", stream: true, messages: [], temperature: 0.3 };
    const usage = { stream_options: { include_usage: true } };
    expect<unknown>(openAiBody(request, openAi)).toEqual({
      ...plain,
      ...usage,
      max_completion_tokens: 1000,
    });
    expect<unknown>(openAiBody(request, local)).toEqual({ ...plain, ...usage, max_tokens: 1000 });
    expect<unknown>(openAiBody(request, { ...local, includeUsage: false })).toEqual({
      ...plain,
      max_tokens: 1000,
    });
    expect(openAiBody(aRequest(), local)).not.toHaveProperty("temperature");
  });

  test.each([
    ["https://api.deepseek.com", "deepseek-v4-pro", true],
    ["https://api.deepseek.com", "deepseek-flash", true],
    ["https://openrouter.ai/api/v1", "deepseek/deepseek-v4-flash", true],
    ["http://localhost:8000/v1", "deepseek-ai/DeepSeek-V4-Flash", true],
    ["https://api.deepseek.com", "deepseek-chat", false],
    ["http://localhost:8000/v1", "deepseek-ai/DeepSeek-R1", false],
    ["https://api.mistral.ai/v1", "magistral-medium-latest", false],
  ])("%s, %s: the model's own thinking goes back with its answer: %p", (url, model, back) => {
    const messages: PromptMessage[] = [
      { role: "user", parts: [{ type: "text", text: "1" }] },
      {
        role: "assistant",
        parts: [
          { type: "reasoning", text: "Let me " },
          { type: "reasoning", text: "see." },
          { type: "text", text: "2" },
        ],
        cacheable: true,
      },
      { role: "assistant", parts: [{ type: "reasoning", text: "" }] },
      { role: "user", parts: [{ type: "text", text: "3" }] },
    ];
    const dialect = { ...openAiDialect(url, model), cacheBreakpoints: false };
    const [, answer, question] = openAiBody(
      aRequest({ model, messages, system: [] }),
      dialect,
    ).messages;
    const thinking = back ? { reasoning_content: "Let me see." } : {};
    expect(answer).toEqual({ role: "assistant", content: "2", ...thinking });
    expect(question).toEqual({ role: "user", content: "3" });
    const cached = openAiBody(aRequest({ model, messages, system: [] }), {
      ...dialect,
      cacheBreakpoints: true,
    });
    expect(cached.messages[1]).toEqual({
      role: "assistant",
      content: [{ type: "text", text: "2", cache_control: { type: "ephemeral" } }],
      ...thinking,
    });
  });

  test.each<[Dialect["reasoning"], string, Effort | undefined, object]>([
    ["effort", "gpt-6-sol", "low", { reasoning_effort: "low" }],
    ["effort", "gpt-6-sol", "medium", { reasoning_effort: "medium" }],
    ["effort", "gpt-6-sol", "high", { reasoning_effort: "high" }],
    ["effort", "gpt-6-sol", "off", { reasoning_effort: "none" }],
    ["effort", "gpt-5.1", "off", { reasoning_effort: "none" }],
    ["effort", "gpt-5", "off", { reasoning_effort: "minimal" }],
    ["effort", "gpt-5-mini", "off", { reasoning_effort: "minimal" }],
    ["effort", "o3", "off", { reasoning_effort: "low" }],
    ["effort", "openai/gpt-oss-120b", "off", { reasoning_effort: "low" }],
    ["effort", "qwen3:8b", "off", { reasoning_effort: "none" }],
    ["effort", "gpt-6-sol", undefined, {}],
    ["openrouter", "x/y", "off", { reasoning: { enabled: false } }],
    ["openrouter", "x/y", "high", { reasoning: { effort: "high" } }],
    ["openrouter", "x/y", undefined, {}],
    ["none", "x", "high", {}],
  ])("thinking by %s: %s with effort %p is asked for %j", (reasoning, model, effort, fields) => {
    const asked = aRequest({ model, ...(effort ? { effort } : {}) });
    const fieldsOf = (thinks: boolean) =>
      Object.fromEntries(
        Object.entries(openAiBody({ ...asked, thinks }, { ...local, reasoning })).filter(([name]) =>
          name.startsWith("reasoning"),
        ),
      );
    expect<unknown>(fieldsOf(true)).toEqual(fields);
    expect(fieldsOf(false)).toEqual({});
  });

  test("no temperature is sent where the model takes none", () => {
    const asked = aRequest({ temperature: 0.3 });
    expect(openAiBody(asked, { ...local, temperature: false })).not.toHaveProperty("temperature");
  });

  test.each<[Dialect["systemRole"], unknown[]]>([
    [
      "system",
      [
        { role: "system", content: "A\n\nB" },
        { role: "user", content: "?" },
      ],
    ],
    [
      "developer",
      [
        { role: "developer", content: "A\n\nB" },
        { role: "user", content: "?" },
      ],
    ],
    ["user", [{ role: "user", content: "A\n\nB\n\n?" }]],
  ])("the instructions go out in the role of %s", (systemRole, messages) => {
    const system = [
      { text: "A", cacheable: true },
      { text: "B", cacheable: false },
    ];
    const asked = aRequest({
      system,
      messages: [{ role: "user", parts: [{ type: "text", text: "?" }] }],
    });
    expect<unknown>(openAiBody(asked, { ...local, systemRole }).messages).toEqual(messages);
  });

  test("OpenRouter is told the end of what the next call repeats", () => {
    const text = (value: string) => ({ type: "text" as const, text: value });
    const asked = aRequest({
      system: [],
      messages: [
        { role: "user", parts: [text("1")], cacheable: true },
        { role: "assistant", parts: [text("2")] },
      ],
    });
    const mark = { cache_control: { type: "ephemeral" } };
    expect<unknown>(openAiBody(asked, openRouter).messages).toEqual([
      { role: "user", content: [{ ...text("1"), ...mark }] },
      { role: "assistant", content: "2" },
    ]);
    expect(JSON.stringify(openAiBody(asked, local))).not.toContain("cache_control");
  });

  const completion = "max_completion_tokens";
  test.each([
    ["https://api.openai.com/v1", "gpt-4o", completion, true, "effort", false],
    ["https://eu.api.openai.com/v1", "gpt-4o", completion, true, "effort", false],
    ["https://mine.openai.azure.com/openai/v1", "x", completion, true, "effort", false],
    ["https://mine.services.ai.azure.com/openai/v1", "x", completion, true, "effort", false],
    ["https://mine.cognitiveservices.azure.com/openai/v1", "x", completion, true, "effort", false],
    ["https://api.openai.com/v1", "gpt-6-sol", completion, false, "effort", false],
    ["https://gateway.example/v1", "gpt-5", completion, false, "effort", false],
    ["https://gateway.example/v1", "openai/gpt-5.2-mini", completion, false, "effort", false],
    ["https://gateway.example/v1", "azure/o3-mini", completion, false, "effort", false],
    ["https://gateway.example/v1", "gpt-5-chat-latest", "max_tokens", true, "effort", false],
    ["https://gateway.example/v1", "gpt-oss-120b", "max_tokens", true, "effort", false],
    ["https://openrouter.ai/api/v1", "openai/gpt-5", "max_tokens", true, "openrouter", true],
    ["https://api.openai.com.example/v1", "x", "max_tokens", true, "effort", false],
    ["http://localhost:11434/v1", "x", "max_tokens", true, "effort", false],
    ["no address", "x", "max_tokens", true, "effort", false],
  ] as const)(
    "%s, %s: %s, a temperature %p, thinking by %s",
    (url, model, outputLimit, temperature, reasoning, marks) => {
      expect(openAiDialect(url, model)).toEqual({
        outputLimit,
        temperature,
        reasoning,
        cacheBreakpoints: marks,
        includeUsage: true,
        systemRole: "system",
        signedThinking: false,
      });
    },
  );

  test.each([
    [{}, "https://api.openai.com/v1/chat/completions", null],
    [
      { apiKey: "k", baseUrl: "https://x.example/v1//" },
      "https://x.example/v1/chat/completions",
      "Bearer k",
    ],
    [
      { apiKey: "", baseUrl: "http://localhost:11434/v1" },
      "http://localhost:11434/v1/chat/completions",
      null,
    ],
  ])("%j is posted to %s with %p", async (options, url, authorization) => {
    const seen: unknown[] = [];
    const adapter = openAiAdapter({
      ...options,
      fetch: async (to, init) => {
        seen.push(to, init.method, new Headers(init.headers).get("authorization"));
        return new Response('data: {"choices":[{"finish_reason":"stop"}]}\n\n');
      },
    });
    await collect(adapter.stream(aRequest(), aCall()));
    expect(seen).toEqual([url, "POST", authorization]);
  });

  test("an admin's dialect settings override those known for the address", async () => {
    let body: unknown;
    const adapter = openAiAdapter({
      dialect: { outputLimit: "max_tokens" },
      fetch: async (_, init) => {
        body = JSON.parse(String(init.body));
        return new Response('data: {"choices":[{"finish_reason":"stop"}]}\n\n');
      },
    });
    await collect(adapter.stream(aRequest(), aCall()));
    expect(body).toMatchObject({ max_tokens: 1000 });
  });
});

import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect } from "../../../test/providers/contract.ts";
import { openAiBody, openAiProvider } from "./adapter.ts";
import { dialectFor } from "./dialect.ts";

const openAi = dialectFor("https://api.openai.com/v1");
const openRouter = dialectFor("https://openrouter.ai/api/v1");
const local = dialectFor("http://localhost:11434/v1");

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

  test("limits the output by the field that compatible endpoints know", () => {
    const body = openAiBody(aRequest(), local);
    expect(body).toMatchObject({ max_tokens: 1000 });
    expect(body).not.toHaveProperty("max_completion_tokens");
  });

  test("asks for thinking in the endpoint's own words, or not at all", () => {
    const request = aRequest({ reasoningTokens: 8000, temperature: 0.3 });
    expect(openAiBody(request, openAi)).toMatchObject({ reasoning_effort: "medium" });
    expect(openAiBody(request, openAi)).not.toHaveProperty("temperature");
    expect(openAiBody(request, openRouter)).toMatchObject({
      reasoning: { max_tokens: 8000 },
      temperature: 0.3,
    });
    expect(Object.keys(openAiBody(request, local)).join()).not.toContain("reasoning");
  });

  test("marks the stable prefix for OpenRouter, which passes it on", () => {
    const { messages } = openAiBody(aRequest(), openRouter);
    const text = "You are helpful.";
    expect(messages[0]).toEqual({
      role: "system",
      content: [{ type: "text", text, cache_control: { type: "ephemeral" } }],
    });
  });

  test("sends images as data addresses and leaves foreign reasoning out", () => {
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

  test("sends no authorization where no key is set", async () => {
    let headers = new Headers();
    const provider = openAiProvider({
      baseUrl: "http://localhost:11434/v1/",
      fetch: async (url, init) => {
        expect(url).toBe("http://localhost:11434/v1/chat/completions");
        headers = new Headers(init.headers);
        return new Response("data: [DONE]\n\n");
      },
    });
    await collect(provider.stream(aRequest(), aCall()));
    expect(headers.has("authorization")).toBe(false);
  });
});

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

  test("cached input is taken out of the prompt's count, so that the counts are disjoint", async () => {
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

  test("reasoning counted beside the completion is added to the output", async () => {
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

  test("an endpoint that forgets [DONE] has still answered", async () => {
    const { events } = await answered([delta({ content: "Hi" }), delta({}, "stop")], "");
    expect(events.at(-1)).toEqual({ type: "end", reason: "stop" });
  });

  test("a refusal in its own field is told as text and ends as refusal", async () => {
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
  const provider = openAiProvider({ fetch: async () => new Response(body) });
  return collect(provider.stream(aRequest(), aCall()));
}

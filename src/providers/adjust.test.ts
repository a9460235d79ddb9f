import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect, failureOf } from "../../test/providers/contract.ts";
import type { DialectChange, DialectMemory } from "./dialect.ts";
import { createAdapter } from "./index.ts";
import type { ConnectableKind, ProviderRequest } from "./port.ts";

type Body = Record<string, unknown>;
/** What a server says about a body: undefined accepts it. */
type Check = (body: Body) => { status: number; body: unknown } | undefined;

const FINE: Record<"anthropic" | "openai", string> = {
  openai:
    'data: {"choices":[{"delta":{"content":"Fish."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
  anthropic: [
    '{"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":1}}}',
    '{"type":"content_block_delta","delta":{"type":"text_delta","text":"Fish."}}',
    '{"type":"message_delta","delta":{"stop_reason":"end_turn"}}',
    '{"type":"message_stop"}',
  ]
    .map((data) => `data: ${data}\n\n`)
    .join(""),
};

/** A provider that refuses bodies, with what it was asked and what was remembered of it. */
function picky(kind: keyof typeof FINE, check: Check, baseUrl = "https://gateway.example/v1") {
  const bodies: Body[] = [];
  const billable: boolean[] = [];
  const known: DialectChange = {};
  const memory: DialectMemory = {
    get: () => known,
    add: (change) => void Object.assign(known, change),
  };
  const adapter = createAdapter({
    kind: kind satisfies ConnectableKind,
    apiKey: "key",
    baseUrl,
    memory,
    retry: { baseMs: 1 },
    fetch: async (_, init) => {
      const body: Body = JSON.parse(String(init.body));
      bodies.push(body);
      const refusal = check(body);
      if (refusal === undefined)
        return new Response(FINE[kind], { headers: { "content-type": "text/event-stream" } });
      const { body: told, status } = refusal;
      return new Response(typeof told === "string" ? told : JSON.stringify(told), { status });
    },
  });
  const ask = (request: Partial<ProviderRequest> = {}) =>
    collect(
      adapter.stream(
        aRequest(request),
        aCall({ onBillable: (value) => void billable.push(value) }),
      ),
    );
  return { ask, bodies, billable, known };
}

const openAiError = (message: string, param: string | null = null) => ({
  error: { message, type: "invalid_request_error", param, code: "unsupported_parameter" },
});
const anthropicError = (message: string) => ({
  type: "error",
  error: { type: "invalid_request_error", message },
});
/** Refuses bodies that have a field. */
const without =
  (field: string, status: number, body: unknown): Check =>
  (sent) =>
    field in sent ? { status, body } : undefined;
const roleOf = (body: Body) => JSON.stringify(body.messages).match(/"role":"(\w+)"/)?.[1];
const signed: Partial<ProviderRequest> = {
  messages: [
    { role: "user", parts: [{ type: "text", text: "1" }] },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "", signature: "of another" },
        { type: "text", text: "2" },
      ],
    },
    { role: "user", parts: [{ type: "text", text: "3" }] },
  ],
};

const thought: Partial<ProviderRequest> = {
  messages: [
    { role: "user", parts: [{ type: "text", text: "1" }] },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "Hm" },
        { type: "text", text: "2" },
      ],
    },
    { role: "user", parts: [{ type: "text", text: "3" }] },
  ],
};

/** A refusal, what is asked, what is changed of it, and what is remembered. */
const CASES: {
  name: string;
  kind: keyof typeof FINE;
  check: Check;
  request?: Partial<ProviderRequest>;
  second: Body | ((body: Body) => boolean);
  known: DialectChange;
}[] = [
  {
    name: "OpenAI: max_tokens, by the sentence and the parameter",
    kind: "openai",
    check: without(
      "max_tokens",
      400,
      openAiError(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "max_tokens",
      ),
    ),
    second: { max_completion_tokens: 1000 },
    known: { outputLimit: "max_completion_tokens" },
  },
  {
    name: "Anthropic: a temperature, inside a stream that has counted the prompt",
    kind: "anthropic",
    check: without(
      "temperature",
      200,
      `data: {"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":1}}}\n\ndata: ${JSON.stringify(anthropicError("`temperature` is deprecated for this model."))}\n\n`,
    ),
    request: { temperature: 0.3 },
    second: (body) => !("temperature" in body),
    known: { temperature: false },
  },
  {
    name: "Kimi: thinking that is to be sent back",
    kind: "openai",
    check: (sent) =>
      JSON.stringify(sent).includes('"reasoning_content":"Hm"')
        ? undefined
        : {
            status: 400,
            body: openAiError(
              "thinking is enabled but reasoning_content is missing in assistant message at index 2",
            ),
          },
    request: thought,
    second: (body) => JSON.stringify(body).includes('"reasoning_content":"Hm"'),
    known: { signedThinking: true },
  },
  {
    name: "a host of DeepSeek 4: thinking that it does not take back",
    kind: "openai",
    check: (sent) =>
      JSON.stringify(sent).includes("reasoning_content")
        ? {
            status: 422,
            body: {
              detail: [
                {
                  type: "extra_forbidden",
                  loc: ["body", "messages", "1", "assistant", "reasoning_content"],
                  msg: "Extra inputs are not permitted",
                },
              ],
            },
          }
        : undefined,
    request: { ...thought, model: "deepseek-ai/DeepSeek-V4-Flash", thinks: true, effort: "low" },
    second: { reasoning_effort: "low" },
    known: { signedThinking: false },
  },
  {
    name: "a gateway: max_tokens, by the sentence alone",
    kind: "openai",
    check: without("max_tokens", 400, { detail: "Unsupported parameter: max_tokens" }),
    second: { max_completion_tokens: 1000 },
    known: { outputLimit: "max_completion_tokens" },
  },
  {
    name: "an older server: max_completion_tokens, by its location",
    kind: "openai",
    check: without("max_completion_tokens", 422, {
      detail: [
        {
          type: "extra_forbidden",
          loc: ["body", "max_completion_tokens"],
          msg: "Extra inputs are not permitted",
        },
      ],
    }),
    request: { model: "gpt-5" },
    second: { max_tokens: 1000 },
    known: { outputLimit: "max_tokens" },
  },
  {
    name: "a temperature, by the parameter",
    kind: "openai",
    check: without(
      "temperature",
      400,
      openAiError(
        "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported.",
        "temperature",
      ),
    ),
    request: { temperature: 0.3 },
    second: (body) => !("temperature" in body),
    known: { temperature: false },
  },
  {
    name: "Anthropic: a temperature, by the sentence",
    kind: "anthropic",
    check: without(
      "temperature",
      400,
      anthropicError("`temperature` is deprecated for this model."),
    ),
    request: { temperature: 0.3 },
    second: (body) => !("temperature" in body),
    known: { temperature: false },
  },
  {
    name: "stream_options, by its location",
    kind: "openai",
    check: without("stream_options", 422, {
      detail: [
        {
          type: "extra_forbidden",
          loc: ["body", "stream_options"],
          msg: "Extra inputs are not permitted",
        },
      ],
    }),
    second: (body) => !("stream_options" in body),
    known: { includeUsage: false },
  },
  {
    name: "stream_options inside a message that is an object",
    kind: "openai",
    check: without("stream_options", 422, {
      object: "error",
      message: { detail: [{ loc: ["body", "stream_options", "include_usage"], msg: "x" }] },
    }),
    second: (body) => !("stream_options" in body),
    known: { includeUsage: false },
  },
  ...[
    "System role not supported",
    "Developer instruction is not enabled for models/gemma-3-27b-it",
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter',
    "Only user and assistant roles are supported!",
    "Conversation roles must alternate user/assistant/user/assistant/...",
  ].map((message) => ({
    name: `a template without instructions: ${message}`,
    kind: "openai" as const,
    check: (body: Body) =>
      roleOf(body) === "system" ? { status: 400, body: openAiError(message) } : undefined,
    second: (body: Body) => roleOf(body) === "user",
    known: { systemRole: "user" as const },
  })),
  {
    name: "a template that fails with 500",
    kind: "openai",
    check: (body) =>
      roleOf(body) === "system"
        ? { status: 500, body: { error: { message: "System role not supported" } } }
        : undefined,
    second: (body) => roleOf(body) === "user",
    known: { systemRole: "user" },
  },
  ...[
    "messages.1.content.0: Invalid `signature` in `thinking` block",
    "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation.",
    "messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified.",
  ].map((message) => ({
    name: `signed thinking: ${message}`,
    kind: "anthropic" as const,
    check: (body: Body) =>
      JSON.stringify(body.messages).includes("thinking")
        ? { status: 400, body: anthropicError(message) }
        : undefined,
    request: signed,
    second: (body: Body) => !JSON.stringify(body.messages).includes("thinking"),
    known: { signedThinking: false },
  })),
  {
    name: "an effort",
    kind: "openai",
    check: without(
      "reasoning_effort",
      400,
      openAiError("Unrecognized request argument supplied: reasoning_effort"),
    ),
    request: { thinks: true, effort: "high" },
    second: (body) => !("reasoning_effort" in body),
    known: { reasoning: "none" },
  },
  {
    name: "a thinking budget where thinking is adaptive",
    kind: "anthropic",
    check: (body) =>
      JSON.stringify(body.thinking).includes("budget_tokens")
        ? {
            status: 400,
            body: anthropicError(
              '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" instead.',
            ),
          }
        : undefined,
    request: { model: "claude-new", thinks: true, effort: "high", maxOutputTokens: 9_000 },
    second: { thinking: { type: "adaptive", display: "summarized" } },
    known: { reasoning: "adaptive" },
  },
  {
    name: "cache marks",
    kind: "anthropic",
    check: (body) =>
      JSON.stringify(body).includes("cache_control")
        ? {
            status: 400,
            body: anthropicError("system.0.cache_control: Extra inputs are not permitted"),
          }
        : undefined,
    second: (body) => !JSON.stringify(body).includes("cache_control"),
    known: { cacheBreakpoints: false },
  },
  ...[
    [
      "max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for claude-3-opus",
      4096,
    ],
    [
      "max_tokens is too large: 8192. This model supports at most 4096 completion tokens, whereas you provided 8192.",
      4096,
    ],
    [
      "`max_tokens` must be less than or equal to `4096`, the maximum value for `max_tokens` is less than the `context_window` for this model",
      4096,
    ],
    ["Invalid max_tokens value, the valid range of max_tokens is [1, 4096]", 4096],
    ["Range of max_tokens should be [1, 4096]", 4096],
    [
      "Unable to submit request because it has a maxOutputTokens value of 8192 but the supported range is from 1 (inclusive) to 4097 (exclusive).",
      4096,
    ],
  ].map(([message, most]) => ({
    name: `too many output tokens: ${message}`,
    kind: "openai" as const,
    check: (body: Body) =>
      Number(body.max_tokens) > Number(most)
        ? { status: 400, body: openAiError(String(message)) }
        : undefined,
    request: { maxOutputTokens: 8_192 },
    second: { max_tokens: most },
    known: { maxOutputTokens: Number(most) },
  })),
  ...[
    "This model's maximum context length is 8192 tokens. However, you requested 8192 output tokens and your prompt contains at least 1 input tokens, for a total of at least 8193 tokens. (parameter=input_tokens, value=1)",
    "This model's maximum context length is 8192 tokens. However, you requested 8220 tokens (28 in the messages, 8192 in the completion). Please reduce the length of the messages or completion.",
    "input length and `max_tokens` exceed context limit: 28 + 8192 > 8192, decrease input length or `max_tokens` and try again",
  ].map((message) => ({
    name: `an output that does not fit: ${message}`,
    kind: "openai" as const,
    check: (body: Body) =>
      Number(body.max_tokens) > 8_160 ? { status: 400, body: openAiError(message) } : undefined,
    request: { maxOutputTokens: 8_192 },
    second: (body: Body) => Number(body.max_tokens) > 8_000 && Number(body.max_tokens) <= 8_160,
    known: { contextWindow: 8_192 },
  })),
  ...[
    [
      413,
      "Request too large for model `m` in organization `o` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 8215, please reduce your message size and try again.",
    ],
    [
      429,
      "Request too large for gpt-4o on tokens per min (TPM): Limit 6000, Requested 8215. The input or output tokens must be reduced in order to run successfully.",
    ],
    [413, "Limit reached on tokens per minute (TPM): Limit 6,000, Requested 8,215."],
  ].map(([status, message]) => ({
    name: `an answer that the tokens of a minute do not allow: ${status} ${message}`,
    kind: "openai" as const,
    check: (body: Body) =>
      Number(body.max_tokens) > 5_977
        ? {
            status: Number(status),
            body: { error: { message, type: "tokens", code: "rate_limit_exceeded" } },
          }
        : undefined,
    request: { maxOutputTokens: 8_192 },
    second: (body: Body) => Number(body.max_tokens) > 5_800 && Number(body.max_tokens) <= 5_977,
    known: { contextWindow: 6_000 },
  })),
];

describe("a refused parameter is changed, and the answer comes", () => {
  test.each(CASES.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const { ask, bodies, billable, known } = picky(one.kind, one.check);
    expect((await ask(one.request)).text).toBe("Fish.");
    expect(bodies).toHaveLength(2);
    const second = bodies[1] ?? {};
    if (typeof one.second === "function") expect(one.second(second)).toBe(true);
    else expect(second).toMatchObject(one.second);
    // The refused request costs nothing, the second one may.
    expect(billable).toEqual([true, false, true]);
    expect(known).toEqual(one.known);
    // Remembered: the next question is asked right at once.
    await ask(one.request);
    expect(bodies).toHaveLength(3);
    expect(bodies[2]).toEqual(second);
  });
});

test("two refused parameters are changed one after another", async () => {
  const { ask, bodies, known } = picky(
    "openai",
    (body) =>
      without("max_tokens", 400, openAiError("Unsupported parameter", "max_tokens"))(body) ??
      without("temperature", 400, openAiError("Unsupported value", "temperature"))(body),
  );
  expect((await ask({ temperature: 0.3 })).text).toBe("Fish.");
  expect(bodies).toHaveLength(3);
  expect(known).toEqual({ outputLimit: "max_completion_tokens", temperature: false });
});

describe("asked once, and nothing is remembered, when", () => {
  test.each<[string, number, unknown, Partial<ProviderRequest>]>([
    ["another parameter is refused", 400, openAiError("Unsupported parameter", "top_k"), {}],
    ["the parameter was not sent", 400, openAiError("Unsupported value", "reasoning_effort"), {}],
    [
      "the sentence only names it",
      400,
      openAiError("Your temperature is nice"),
      { temperature: 1 },
    ],
    ["the key is wrong", 401, openAiError("Unsupported parameter", "max_tokens"), {}],
    [
      "the rate is reached for an hour",
      429,
      { error: "max_tokens not supported, try again in 1h" },
      {},
    ],
    [
      "thinking is refused but none was sent",
      400,
      openAiError("Invalid signature in thinking"),
      {},
    ],
    ["a stated limit is above what was asked", 400, openAiError("max_tokens: 9 > 5000"), {}],
  ])("%s", async (_, status, body, request) => {
    const { ask, bodies, known } = picky("openai", () => ({ status, body }));
    await failureOf(ask(request));
    expect(bodies).toHaveLength(1);
    expect(known).toEqual({});
  });
});

test("a server that refuses both fields is asked twice, and its error is told", async () => {
  const { ask, bodies, known } = picky("openai", (body) => ({
    status: 400,
    body: openAiError("Unsupported", "max_tokens" in body ? "max_tokens" : "max_completion_tokens"),
  }));
  expect(await failureOf(ask())).toMatchObject({ code: "invalid_request" });
  expect(bodies).toHaveLength(2);
  expect(known).toEqual({});
});

test("an internal error is retried as it is, whatever it speaks of", async () => {
  const { ask, bodies } = picky("openai", () => ({
    status: 500,
    body: openAiError("Unexpected error; temperature not supported", "temperature"),
  }));
  await failureOf(ask({ temperature: 0.3 }));
  expect(bodies).toHaveLength(3);
  for (const body of bodies) expect(body).toMatchObject({ temperature: 0.3 });
});

test("a prompt longer than the stated window is not sent again, but the window is remembered", async () => {
  const { ask, bodies, known } = picky("openai", () => ({
    status: 400,
    body: openAiError("This model's maximum context length is 100 tokens."),
  }));
  const messages: ProviderRequest["messages"] = [
    { role: "user", parts: [{ type: "text", text: "word ".repeat(200) }] },
  ];
  expect(await failureOf(ask({ messages }))).toMatchObject({ code: "context_too_long" });
  expect(bodies).toHaveLength(1);
  expect(known).toEqual({ contextWindow: 100 });
});

describe("a question that the tokens of a minute do not allow", () => {
  const long: Partial<ProviderRequest> = {
    messages: [{ role: "user", parts: [{ type: "text", text: "word ".repeat(2_000) }] }],
  };
  const limits: [string, "anthropic" | "openai", number, string, number][] = [
    [
      "Groq",
      "openai",
      413,
      "Request too large for model `m` on tokens per minute (TPM): Limit 1500, Requested 3163, please reduce your message size and try again.",
      1_500,
    ],
    [
      "Anthropic",
      "anthropic",
      429,
      "This request would exceed your organization's rate limit of 1,500 input tokens per minute. For details, refer to the documentation.",
      1_500,
    ],
    [
      "Gemini",
      "openai",
      429,
      "You exceeded your current quota. * Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_input_token_count, limit: 1500 Please retry in 3s.",
      1_500,
    ],
  ];

  test.each(limits)(
    "is refused in plain words, once: %s",
    async (_, kind, status, message, limit) => {
      const { ask, bodies, known } = picky(kind, () => ({
        status,
        body: { error: { type: "rate_limit_error", message } },
      }));
      expect(await failureOf(ask(long))).toMatchObject({
        code: "context_too_long",
        message: "This request alone is larger than the provider's limit per minute.",
        retryable: false,
        status,
      });
      expect(bodies).toHaveLength(1);
      // The next prompt is planned smaller.
      expect(known).toEqual({ contextWindow: limit });
    },
  );

  test.each(limits.slice(1))(
    "is only early where it is small, and waited for: %s",
    async (_, kind, status, message) => {
      const { ask, bodies, known } = picky(kind, () => ({
        status,
        body: { error: { type: "rate_limit_error", message: message.replace("3s", "1ms") } },
      }));
      expect(await failureOf(ask())).toMatchObject({ code: "rate_limited" });
      expect(bodies).toHaveLength(3);
      expect(known).toEqual({});
    },
  );

  test("is only early where the limit is used up, and waited for", async () => {
    const { ask, bodies, known } = picky("openai", () => ({
      status: 429,
      body: openAiError(
        "Rate limit reached for model `m` on tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 1ms.",
      ),
    }));
    expect(await failureOf(ask())).toMatchObject({ code: "rate_limited" });
    expect(bodies).toHaveLength(3);
    expect(known).toEqual({});
  });
});

test("nothing is asked again once an answer has begun", async () => {
  let calls = 0;
  const adapter = createAdapter({
    kind: "openai",
    fetch: async () => {
      calls++;
      const text = 'data: {"choices":[{"delta":{"content":"Fi"}}]}\n\n';
      const error = `data: ${JSON.stringify(openAiError("Unsupported", "max_tokens"))}\n\n`;
      return new Response(text + error, { headers: { "content-type": "text/event-stream" } });
    },
  });
  await failureOf(collect(adapter.stream(aRequest(), aCall())));
  expect(calls).toBe(1);
});

test("without a memory a refusal is found out each time", async () => {
  let calls = 0;
  const adapter = createAdapter({
    kind: "openai",
    baseUrl: "https://gateway.example/v1",
    dialect: { temperature: true },
    fetch: async (_, init) => {
      calls++;
      if (String(init.body).includes("temperature"))
        return Response.json(openAiError("Unsupported", "temperature"), { status: 400 });
      return new Response(FINE.openai, { headers: { "content-type": "text/event-stream" } });
    },
  });
  for (const _ of [1, 2]) await collect(adapter.stream(aRequest({ temperature: 1 }), aCall()));
  expect(calls).toBe(4);
});

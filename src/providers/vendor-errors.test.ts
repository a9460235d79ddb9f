import { describe, expect, test } from "bun:test";
import { errorFromEvent, errorFromResponse } from "./errors.ts";
import type { ProviderErrorCode } from "./port.ts";

/** Refusals as vendors send them: what they come from, status, body, and the code they are told as. */
const REFUSALS: [string, number, unknown, ProviderErrorCode][] = [
  // Bodies that are nested in some way.
  [
    "Gemini, array",
    400,
    [
      {
        error: {
          code: 400,
          message: "API key not valid. Please pass a valid API key.",
          status: "INVALID_ARGUMENT",
        },
      },
    ],
    "bad_key",
  ],
  [
    "Gemini, array, unknown model",
    404,
    [
      {
        error: {
          code: 404,
          message:
            "models/gemini-9 is not found for API version v1main, or is not supported for generateContent.",
          status: "NOT_FOUND",
        },
      },
    ],
    "unknown_model",
  ],
  [
    "Gemini, no prepaid credit",
    429,
    [
      {
        error: {
          code: 429,
          message:
            "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.",
          status: "RESOURCE_EXHAUSTED",
        },
      },
    ],
    "no_credit",
  ],
  [
    "OpenRouter, the upstream's body as a string",
    400,
    {
      error: {
        message: "Provider returned error",
        code: 400,
        metadata: {
          raw: '{"error":{"message":"Input length 300000 exceeds the maximum allowed input length of 262144 tokens."}}',
        },
      },
    },
    "context_too_long",
  ],
  [
    "a proxy with the body inside the message",
    400,
    {
      error: {
        message:
          '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
        code: "400",
      },
    },
    "bad_key",
  ],
  ["FastAPI, a sentence", 401, { detail: "Unauthorized" }, "bad_key"],
  [
    "FastAPI, too long",
    400,
    { detail: "Prompt too long: 5000 exceeds max_seq_len 4096" },
    "context_too_long",
  ],
  [
    "Mistral, a message that is an object",
    422,
    {
      object: "error",
      message: {
        detail: [
          { type: "extra_forbidden", loc: ["body", "x"], msg: "Extra inputs are not permitted" },
        ],
      },
    },
    "invalid_request",
  ],
  [
    "Cloudflare, a list of errors",
    429,
    { success: false, errors: [{ code: 3040, message: "Capacity temporarily exceeded" }] },
    "rate_limited",
  ],
  [
    "xAI, code and error",
    400,
    { code: "Client specified an invalid argument", error: "Incorrect API key provided: xa***ey." },
    "bad_key",
  ],
  [
    "a nesting without an end",
    400,
    Array.from({ length: 30 }).reduce<object>((inner) => ({ error: inner }), {}),
    "invalid_request",
  ],

  // Longer than the model reads.
  [
    "Anthropic",
    400,
    { error: { message: "prompt is too long: 213462 tokens > 200000 maximum" } },
    "context_too_long",
  ],
  [
    "OpenAI",
    400,
    {
      error: {
        message:
          "Your input exceeds the context window of this model. Please adjust your input and try again.",
      },
    },
    "context_too_long",
  ],
  [
    "Gemini",
    400,
    {
      error: {
        code: 400,
        message:
          "The input token count (1196265) exceeds the maximum number of tokens allowed (1048576).",
      },
    },
    "context_too_long",
  ],
  [
    "xAI",
    400,
    {
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    },
    "context_too_long",
  ],
  [
    "Groq",
    400,
    { error: { message: "Please reduce the length of the messages or completion." } },
    "context_too_long",
  ],
  [
    "Poolside",
    400,
    {
      error: {
        message: "Input length 300000 exceeds the maximum allowed input length of 262144 tokens.",
      },
    },
    "context_too_long",
  ],
  [
    "Kimi",
    400,
    {
      error: {
        message:
          "Invalid request: Your request exceeded model token limit: 262144 (requested: 280000)",
        type: "invalid_request_error",
      },
    },
    "context_too_long",
  ],
  [
    "DashScope",
    400,
    {
      code: "InvalidParameter",
      message:
        "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 98304]",
    },
    "context_too_long",
  ],
  [
    "inference servers",
    400,
    { error: { message: "Prompt too long: 5000 exceeds max_seq_len 4096" } },
    "context_too_long",
  ],
  [
    "Cohere",
    400,
    {
      message:
        "too many tokens: size limit exceeded by 5000 tokens. Try using shorter or fewer inputs",
    },
    "context_too_long",
  ],
  [
    "llama.cpp",
    500,
    { error: { code: 500, message: "context shift is disabled", type: "server_error" } },
    "context_too_long",
  ],
  [
    "LM Studio",
    400,
    {
      error:
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
    },
    "context_too_long",
  ],
  [
    "Mistral",
    400,
    {
      message:
        "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
    },
    "context_too_long",
  ],
  [
    "Together",
    400,
    {
      error: {
        message: "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
      },
    },
    "context_too_long",
  ],
  [
    "Copilot",
    400,
    { error: { message: "prompt token count of 70000 exceeds the limit of 64000" } },
    "context_too_long",
  ],
  [
    "MiniMax",
    400,
    { error: { message: "invalid params, context window exceeds limit" } },
    "context_too_long",
  ],

  // Larger than what is allowed per minute: waiting does not make it smaller.
  [
    "Groq, above the limit per minute",
    413,
    {
      error: {
        message:
          "Request too large for model `llama-3.3-70b-versatile` in organization `org_01` service tier `on_demand` on tokens per minute (TPM): Limit 12000, Requested 14137, please reduce your message size and try again.",
        type: "tokens",
        code: "rate_limit_exceeded",
      },
    },
    "context_too_long",
  ],
  [
    "OpenAI, above the limit per minute",
    429,
    {
      error: {
        message:
          "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389. The input or output tokens must be reduced in order to run successfully.",
        type: "tokens",
        code: "rate_limit_exceeded",
      },
    },
    "context_too_long",
  ],
  [
    "Groq, the rate itself",
    429,
    {
      error: {
        message:
          "Rate limit reached for model `llama-3.1-8b-instant` on tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s.",
        type: "tokens",
        code: "rate_limit_exceeded",
      },
    },
    "rate_limited",
  ],

  // Credit.
  [
    "Anthropic, limit of the account",
    400,
    {
      type: "error",
      error: {
        type: "invalid_request_error",
        message:
          "You have reached your specified API usage limits. You will regain access on 2020-01-01 at 00:00 UTC.",
      },
    },
    "no_credit",
  ],
  [
    "xAI, 429",
    429,
    {
      code: "Some resource has been exhausted",
      error:
        "Your team 16f2151a-40f4-4a80-8ad0-cae00c27e8dd has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.",
    },
    "no_credit",
  ],
  [
    "xAI, 403",
    403,
    {
      code: "The caller does not have permission to execute the specified operation",
      error:
        "Your team has either used all available credits or reached its monthly spending limit.",
    },
    "no_credit",
  ],
  [
    "xAI, a new team",
    403,
    {
      code: "The caller does not have permission to execute the specified operation",
      error:
        "Your newly created team doesn't have any credits yet. You can purchase credits on the console.",
    },
    "no_credit",
  ],
  [
    "OpenAI, inactive",
    429,
    {
      error: {
        message: "Your account is not active, please check your billing details on our website.",
        type: "billing_not_active",
        code: "billing_not_active",
      },
    },
    "no_credit",
  ],
  [
    "DashScope, arrears",
    400,
    {
      code: "Arrearage",
      message: "Access denied, please make sure your account is in good standing.",
    },
    "no_credit",
  ],
  [
    "OpenRouter, too large a cap",
    402,
    {
      error: {
        code: 402,
        message:
          "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 1000.",
      },
    },
    "no_credit",
  ],
  [
    "Moonshot",
    429,
    { error: { type: "exceeded_current_quota_error", message: "Your account is suspended" } },
    "no_credit",
  ],
  [
    "Gemini, quota per minute",
    429,
    [
      {
        error: {
          code: 429,
          status: "RESOURCE_EXHAUSTED",
          message:
            "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 10\nPlease retry in 31.2s.",
        },
      },
    ],
    "rate_limited",
  ],
  [
    "OpenAI, empty account",
    429,
    {
      error: {
        message: "You exceeded your current quota, please check your plan and billing details.",
        type: "insufficient_quota",
        code: "insufficient_quota",
      },
    },
    "no_credit",
  ],
  [
    "Anthropic, long context of a subscription",
    429,
    {
      type: "error",
      error: {
        type: "rate_limit_error",
        message: "Extra usage is required for long context requests.",
      },
    },
    "no_credit",
  ],

  // 403 and 404 that are about something else than the key.
  [
    "OpenAI, model of another project",
    403,
    {
      error: {
        message: "Project `proj_1` does not have access to model `gpt-5`",
        type: "invalid_request_error",
        code: "model_not_found",
      },
    },
    "unknown_model",
  ],
  [
    "a firewall's page",
    403,
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript; invalid api key</body></html>",
    "blocked",
  ],
  [
    "OpenAI, region",
    403,
    {
      error: {
        code: "unsupported_country_region_territory",
        message: "Country, region, or territory not supported",
        type: "request_forbidden",
      },
    },
    "wrong_region",
  ],
  [
    "Gemini, region",
    400,
    {
      error: {
        code: 400,
        message: "User location is not supported for the API use.",
        status: "FAILED_PRECONDITION",
      },
    },
    "wrong_region",
  ],
  [
    "Azure, unknown deployment",
    404,
    {
      error: {
        code: "DeploymentNotFound",
        message:
          "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.",
      },
    },
    "unknown_model",
  ],
  ["Ollama without /v1", 404, "404 page not found", "wrong_address"],
  [
    "OpenAI without /v1",
    404,
    {
      error: {
        message: "Invalid URL (POST /chat/completions)",
        type: "invalid_request_error",
        param: null,
        code: null,
      },
    },
    "wrong_address",
  ],
  ["FastAPI, no such path", 404, { detail: "Not Found" }, "wrong_address"],
  ["a path for other methods", 405, { detail: "Method Not Allowed" }, "wrong_address"],
  ["a redirect to a sign-in page", 302, "", "wrong_address"],

  // Refused by a filter.
  [
    "DeepSeek",
    400,
    {
      error: {
        message: "Content Exists Risk",
        type: "invalid_request_error",
        code: "invalid_request_error",
      },
    },
    "refused",
  ],
  [
    "DashScope",
    400,
    {
      error: {
        code: "data_inspection_failed",
        message: "Input data may contain inappropriate content.",
      },
    },
    "refused",
  ],
  [
    "DashScope, native",
    400,
    { code: "DataInspectionFailed", message: "Output data may contain inappropriate content." },
    "refused",
  ],
  [
    "Azure",
    400,
    {
      error: {
        code: "content_filter",
        message: "The response was filtered",
        innererror: { code: "ResponsibleAIPolicyViolation" },
      },
    },
    "refused",
  ],

  // Others.
  [
    "OpenAI, all tokens spent on thinking",
    400,
    {
      error: {
        message:
          "Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.",
        type: "invalid_request_error",
      },
    },
    "output_limit",
  ],
  [
    "Moonshot, engine overloaded",
    429,
    {
      error: {
        type: "engine_overloaded_error",
        message: "The engine is currently overloaded, please try again later",
      },
    },
    "overloaded",
  ],
  [
    "Anthropic, parameter of the past",
    400,
    {
      type: "error",
      error: {
        type: "invalid_request_error",
        message: "`temperature` is deprecated for this model.",
      },
    },
    "invalid_request",
  ],
];

describe("a refusal", () => {
  test.each(REFUSALS)("%s (%d)", (_, status, body, code) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    expect(errorFromResponse(status, new Headers(), text).code).toBe(code);
  });

  test.each(REFUSALS.filter(([, , , code]) => code === "no_credit" || code === "context_too_long"))(
    "%s (%d) is not asked again",
    (_, status, body) => {
      expect(errorFromResponse(status, new Headers(), JSON.stringify(body)).retryable).toBe(false);
    },
  );
});

test.each([
  [{ error: { message: "Slow down", code: "429" } }, "rate_limited"],
  [{ error: { message: "Slow down", code: 429 } }, "rate_limited"],
  [{ code: "503", message: "no worker" }, "overloaded"],
  [{ error: { message: "x", code: "1113" } }, "provider_fault"],
] as const)("inside a stream the status in %j counts", (payload, code) => {
  expect(errorFromEvent(payload).code).toBe(code);
});

describe("the parameter", () => {
  test.each<[unknown, string | undefined]>([
    [{ error: { message: "no", param: "temperature" } }, "temperature"],
    [
      {
        detail: [
          {
            type: "extra_forbidden",
            loc: ["body", "stream_options"],
            msg: "Extra inputs are not permitted",
          },
        ],
      },
      "stream_options",
    ],
    [
      { detail: [{ loc: ["body", "stream_options", "include_usage"], msg: "x" }] },
      "stream_options.include_usage",
    ],
    [{ message: { detail: [{ loc: ["body", "max_tokens"], msg: "x" }] } }, "max_tokens"],
    [[{ error: { message: "no", param: "top_k" } }], "top_k"],
    [{ error: { message: "no", param: "two words" } }, undefined],
    [{ detail: [{ loc: ["body"], msg: "x" }] }, undefined],
    [{ detail: "no" }, undefined],
  ])("of %j is %p", (body, param) => {
    const { message } = errorFromResponse(400, new Headers(), JSON.stringify(body));
    expect(message).toBe(
      param === undefined
        ? "The provider does not accept the request."
        : `The provider does not accept the request (parameter ${param}).`,
    );
  });
});

describe("the wait", () => {
  test.each<[string, number | undefined]>([
    ["Please try again in 4.77s.", 4_770],
    ["Please try again in 20ms.", 20],
    ["Please try again in 6m0s.", 360_000],
    ["Rate limit reached, try again in 1h", 3_600_000],
    ["Try again in 1h2m3.5s", 3_723_500],
    ["Please retry in 31.2s.", 31_200],
    ["Please retry after 6 seconds.", 6_000],
    ["Please try again in 2 minutes and 30 seconds.", 150_000],
    ["Try again in 2 days", 172_800_000],
    ["You will regain access on 2020-01-01 at 00:00 UTC.", 0],
    ["Please try again later.", undefined],
    ["Try again with 5 words", undefined],
  ])("of %p is %p ms", (message, wait) => {
    const told = errorFromResponse(429, new Headers(), JSON.stringify({ error: { message } }));
    expect(told.retryAfterMs).toBe(wait);
  });

  test("is read from Google's details", () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "31s" }];
    const body = JSON.stringify([{ error: { code: 429, message: "Quota", details } }]);
    expect(errorFromResponse(429, new Headers(), body).retryAfterMs).toBe(31_000);
  });

  test("until a date is counted from now", () => {
    const date = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
    const message = `You have reached your specified API usage limits. You will regain access on ${date}.`;
    const told = errorFromResponse(400, new Headers(), JSON.stringify({ error: { message } }));
    expect(told.message).toMatch(
      /^The account .+ has no credit left\. Try again in (\d\d hours|3 days)\.$/,
    );
  });

  test("of a header takes precedence", () => {
    const headers = new Headers({ "retry-after": "7" });
    expect(errorFromResponse(429, headers, "try again in 3s").retryAfterMs).toBe(7_000);
  });

  const limit = "The provider's rate limit is reached.";
  test.each([
    ["0.5", limit],
    ["1", `${limit} Try again in 1 second.`],
    ["1.2", `${limit} Try again in 2 seconds.`],
    ["90", `${limit} Try again in 90 seconds.`],
    ["91", `${limit} Try again in 2 minutes.`],
    ["3600", `${limit} Try again in 60 minutes.`],
    ["7200", `${limit} Try again in 2 hours.`],
    ["172800", `${limit} Try again in 48 hours.`],
    ["172801", `${limit} Try again in 3 days.`],
  ])("of %s seconds is told", (seconds, message) => {
    const headers = new Headers({ "retry-after": seconds });
    expect(errorFromResponse(429, headers, "").message).toBe(message);
  });

  test("is not told where it mends nothing", () => {
    const headers = new Headers({ "retry-after": "60" });
    expect(errorFromResponse(401, headers, "").message).not.toContain("Try again");
  });
});

test("a page that refuses a large body is a proxy's", () => {
  const page = "<html><head><title>413 Request Entity Too Large</title></head></html>";
  expect(errorFromResponse(413, new Headers(), page)).toMatchObject({
    code: "context_too_long",
    message: "A proxy in front of the provider does not take a request as large as this one.",
  });
});

test("two exceptions have a sentence of their own", () => {
  const told = (status: number, message: string) =>
    errorFromResponse(status, new Headers(), JSON.stringify({ error: { message } })).message;
  expect(told(413, "Request too large for gpt-4o on tokens per min")).toBe(
    "This request alone is larger than the provider's limit per minute.",
  );
  expect(told(429, "Extra usage is required for long context requests.")).toBe(
    "The account at the provider does not cover requests as long as this one.",
  );
});

describe("the provider's own sentence", () => {
  const error = errorFromResponse(
    400,
    new Headers(),
    JSON.stringify({ error: { message: "Unsupported value: 'temperature' with key-in-use" } }),
    ["key-in-use"],
  );

  test("is there for admins, without the key that was sent", () => {
    expect(error.vendorSentence).toBe("Unsupported value: 'temperature' with …");
  });

  test("is neither in the message nor in what a logger prints", () => {
    const printed = [error.message, JSON.stringify(error), Bun.inspect(error), Object.keys(error)];
    for (const text of printed) expect(String(text)).not.toContain("Unsupported");
  });

  test("outlives the mark that a charged call is not to be repeated", () => {
    const busy = errorFromResponse(
      429,
      new Headers({ "retry-after": "2" }),
      '{"error":"Slow down"}',
    );
    expect(busy.retryable).toBe(true);
    expect(busy.final()).toMatchObject({
      retryable: false,
      status: 429,
      retryAfterMs: 2_000,
      code: "rate_limited",
    });
    expect(busy.final().vendorSentence).toBe("Slow down");
    expect(busy.final().complaint?.message).toBe("Slow down");
  });
});

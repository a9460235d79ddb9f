import { describe, expect, test } from "bun:test";
import { errorFromEvent, errorFromResponse, providerError, readRetryAfter } from "./errors.ts";
import { PROVIDER_ERROR_CODES, type ProviderErrorCode } from "./port.ts";

/** Error bodies of other endpoints than the two vendors' own. */
const bodies: [string, number, unknown, ProviderErrorCode][] = [
  [
    "OpenRouter without credit",
    402,
    { error: { code: 402, message: "Insufficient credits. Add more using your account page" } },
    "no_credit",
  ],
  [
    "OpenRouter's moderation",
    403,
    {
      error: {
        code: 403,
        message: "Your chosen model requires moderation and your input was flagged",
      },
    },
    "refused",
  ],
  [
    "OpenRouter without a host",
    404,
    { error: { message: "No endpoints found for x/y.", code: 404 } },
    "unknown_model",
  ],
  [
    "OpenRouter, wrong name",
    400,
    { error: { message: "x/y is not a valid model ID", code: 400 } },
    "unknown_model",
  ],
  [
    "vLLM, too long",
    400,
    { object: "error", message: "This model's maximum context length is 4096 tokens.", code: 400 },
    "context_too_long",
  ],
  [
    "llama.cpp, too long",
    400,
    {
      error: {
        code: 400,
        message: "the request exceeds the available context size",
        type: "exceed_context_size_error",
      },
    },
    "context_too_long",
  ],
  [
    "Anthropic, output does not fit",
    400,
    {
      type: "error",
      error: {
        type: "invalid_request_error",
        message: "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
      },
    },
    "context_too_long",
  ],
  [
    "too large a body",
    413,
    { error: { type: "request_too_large", message: "…" } },
    "context_too_long",
  ],
  [
    "Ollama, unknown model",
    404,
    { error: { message: 'model "nope" not found, try pulling it first', type: "api_error" } },
    "unknown_model",
  ],
  ["an error that is a string", 400, { error: "model 'nope' not found" }, "unknown_model"],
  [
    "Google's compatible endpoint, bad key",
    400,
    { error: { code: 400, message: "API key not valid. Please pass a valid API key." } },
    "bad_key",
  ],
  ["a forbidden key", 403, { error: { type: "permission_error", message: "no" } }, "bad_key"],
  [
    "tokens per minute is a rate, not a length",
    429,
    { error: { message: "Too many tokens: exceeds context limit per minute", type: "tokens" } },
    "rate_limited",
  ],
  ["a gateway's page", 502, "<html>Bad gateway</html>", "provider_fault"],
  ["a timeout upstream", 504, { error: { type: "timeout_error" } }, "provider_fault"],
  ["a teapot", 418, "", "invalid_request"],
  ["null for an error", 500, { error: null }, "provider_fault"],
  ["an array", 400, [1, 2], "invalid_request"],
];

/** Each signal alone: status, name, wording. Without any of them the status decides. */
const signs: [ProviderErrorCode, number, object][] = [
  ["no_credit", 402, {}],
  ["no_credit", 429, { type: "insufficient_quota" }],
  ["no_credit", 429, { code: "insufficient_quota" }],
  ["no_credit", 400, { type: "BILLING_ERROR" }],
  ["no_credit", 400, { message: "Your credit balance is too low" }],
  ["no_credit", 400, { message: "Insufficient credits" }],
  ["no_credit", 400, { message: "insufficient credit" }],
  ["no_credit", 400, { message: "Insufficient quota." }],
  ["no_credit", 400, { message: "insufficient balance" }],
  ["no_credit", 400, { message: "insufficient funds" }],
  ["no_credit", 429, { message: "You exceeded your current quota" }],
  ["rate_limited", 429, {}],
  ["rate_limited", 400, { type: "rate_limit_error" }],
  ["rate_limited", 400, { code: "rate_limit_exceeded" }],
  ["context_too_long", 413, {}],
  ["context_too_long", 400, { code: "context_length_exceeded" }],
  ["context_too_long", 500, { type: "exceed_context_size_error" }],
  ["context_too_long", 400, { type: "request_too_large" }],
  ["context_too_long", 400, { message: "prompt is too long: 2 > 1" }],
  ["context_too_long", 400, { message: "Input is too long for requested model." }],
  ["context_too_long", 400, { message: "the maximum context was passed" }],
  ["context_too_long", 400, { message: "context length 4096" }],
  ["context_too_long", 400, { message: "over the context limit" }],
  ["context_too_long", 400, { message: "context window is full" }],
  ["context_too_long", 400, { message: "available context size" }],
  ["context_too_long", 400, { message: "tokens exceed the model's context" }],
  ["context_too_long", 400, { message: "this exceeds our context" }],
  ["refused", 400, { code: "content_policy_violation" }],
  ["refused", 500, { code: "content_filter" }],
  ["refused", 400, { message: "blocked by our content policy" }],
  ["refused", 400, { message: "content filter triggered" }],
  ["refused", 403, { message: "your input was flagged" }],
  ["refused", 403, { message: "requires moderation" }],
  ["bad_key", 401, { message: "your input was flagged" }],
  ["bad_key", 401, {}],
  ["bad_key", 403, {}],
  ["bad_key", 400, { type: "authentication_error" }],
  ["bad_key", 400, { type: "permission_error" }],
  ["bad_key", 400, { code: "invalid_api_key" }],
  ["bad_key", 400, { message: "API key not valid" }],
  ["bad_key", 400, { message: "the api_key is invalid" }],
  ["bad_key", 400, { message: "APIkey incorrect" }],
  ["bad_key", 400, { message: "Invalid API key" }],
  ["bad_key", 400, { message: "Incorrect API key" }],
  ["bad_key", 400, { message: "missing api-key" }],
  ["unknown_model", 400, { code: "model_not_found" }],
  ["unknown_model", 500, { type: "not_found_error" }],
  ["unknown_model", 404, { message: "model x not found" }],
  ["unknown_model", 404, { message: "the model `x` does not exist" }],
  ["unknown_model", 400, { message: "model x: no such thing" }],
  ["unknown_model", 400, { message: "model x is not available" }],
  ["unknown_model", 400, { message: "model x is unsupported" }],
  ["unknown_model", 400, { message: "x is not a valid model" }],
  ["unknown_model", 400, { message: "model is invalid" }],
  ["unknown_model", 400, { message: "unknown model x" }],
  ["unknown_model", 400, { message: "invalid model" }],
  ["unknown_model", 404, { message: "No endpoints found for x" }],
  ["overloaded", 529, {}],
  ["overloaded", 503, {}],
  ["overloaded", 500, { type: "overloaded_error" }],
  ["overloaded", 500, { message: "Overloaded" }],
  ["wrong_address", 404, {}],
  ["wrong_address", 405, {}],
  ["wrong_address", 300, {}],
  ["wrong_address", 301, {}],
  ["wrong_address", 399, {}],
  ["provider_fault", 408, {}],
  ["provider_fault", 500, {}],
  ["provider_fault", 500, { message: "model x not found" }],
  ["provider_fault", 599, {}],
  ["provider_fault", 500, { message: "flagged" }],
  ["invalid_request", 400, {}],
  ["invalid_request", 406, {}],
  ["invalid_request", 422, { type: "invalid_request_error" }],
];

/** Inside a stream there is no status, unless the endpoint put one into `code`. */
const events: [ProviderErrorCode, object][] = [
  ["overloaded", { code: 503 }],
  ["rate_limited", { code: 429 }],
  ["overloaded", { type: "overloaded_error" }],
  ["invalid_request", { type: "invalid_request_error" }],
  ["invalid_request", { code: "Invalid_Request_Error" }],
  ["provider_fault", { type: "api_error" }],
  ["provider_fault", {}],
];

describe("a provider's error", () => {
  test.each(signs)("is %s by %p %j", (code, status, error) => {
    const told = errorFromResponse(status, new Headers(), JSON.stringify({ error }));
    expect(told).toMatchObject({ code, status });
  });

  test.each(signs)("is %s by %p %j in another body format too", (code, status, error) => {
    const told = errorFromResponse(status, new Headers(), JSON.stringify(error));
    expect(told).toMatchObject({ code, status });
  });

  test.each(events)("is %s inside a stream that says %j", (code, error) => {
    expect(errorFromEvent({ error })).toMatchObject({ code, status: undefined });
  });

  test("inside a stream, a value that is no object is a provider fault", () => {
    for (const payload of [null, undefined, 7, "no"])
      expect(errorFromEvent(payload)).toMatchObject({ code: "provider_fault" });
    expect(errorFromEvent({ error: "Overloaded" })).toMatchObject({ code: "overloaded" });
  });

  test("wording is searched in the first 2,000 characters", () => {
    const body = (blanks: number) => `${" ".repeat(blanks)}Overloaded`;
    const told = (text: string) => errorFromResponse(500, new Headers(), text);
    expect(told(body(0))).toMatchObject({ code: "overloaded" });
    expect(told(body(1_990))).toMatchObject({ code: "overloaded" });
    expect(told(body(1_991))).toMatchObject({ code: "provider_fault" });
    const inJson = (blanks: number) => JSON.stringify({ error: { message: body(blanks) } });
    expect(told(inJson(1_990))).toMatchObject({ code: "overloaded" });
    expect(told(inJson(1_991))).toMatchObject({ code: "provider_fault" });
  });

  test.each(bodies)("%s", (_, status, body, code) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    expect(errorFromResponse(status, new Headers(), text)).toMatchObject({ code, status });
  });

  test("only the parameter is quoted from a provider's message", () => {
    const body = { error: { message: "Unsupported value: 'secret prompt'", param: "temperature" } };
    const { message } = errorFromResponse(400, new Headers(), JSON.stringify(body));
    expect(message).toContain("temperature");
    expect(message).not.toContain("secret");
    const odd = { error: { message: "no", param: "messages with my secret prompt in it" } };
    expect(errorFromResponse(400, new Headers(), JSON.stringify(odd)).message).not.toContain(
      "secret",
    );
  });

  test("the parameter is appended to the sentence, if it looks like one", () => {
    const told = (param: unknown) =>
      errorFromResponse(400, new Headers(), JSON.stringify({ error: { param } })).message;
    const plain = providerError("invalid_request").message;
    expect(told("messages[0].content")).toBe(
      `${plain.slice(0, -1)} (parameter messages[0].content).`,
    );
    expect(told("x".repeat(40))).toContain(`(parameter ${"x".repeat(40)}).`);
    for (const odd of ["", "x".repeat(41), "two words", 7, null]) expect(told(odd)).toBe(plain);
  });

  test("only transient, uncharged errors are retryable", () => {
    const retryable = PROVIDER_ERROR_CODES.filter((code) => providerError(code).retryable);
    expect(retryable).toEqual([
      "rate_limited",
      "overloaded",
      "unreachable",
      "cut",
      "malformed",
      "silent",
      "provider_fault",
    ]);
    for (const code of PROVIDER_ERROR_CODES) {
      expect(providerError(code, { billable: true }).retryable).toBe(false);
      expect(providerError(code).message).toMatch(/^(The|A) .+\.$/);
    }
  });

  test("a wrong path is not retried, a busy server is after its delay", () => {
    expect(errorFromResponse(404, new Headers(), "")).toMatchObject({
      code: "wrong_address",
      retryable: false,
      status: 404,
    });
    const busy = errorFromResponse(503, new Headers({ "retry-after": "2" }), "");
    expect(busy).toMatchObject({ retryable: true, status: 503, retryAfterMs: 2_000 });
  });

  test("a delay in milliseconds takes precedence over seconds, if it is a number", () => {
    const wait = (exact: string) =>
      readRetryAfter(new Headers({ "retry-after-ms": exact, "retry-after": "3" }), 0);
    expect(wait("1500")).toBe(1_500);
    expect(wait("0")).toBe(0);
    expect(wait("0.2")).toBe(1);
    expect(wait("-1")).toBe(3_000);
    expect(wait("soon")).toBe(3_000);
    expect(readRetryAfter(new Headers(), 0)).toBeUndefined();
  });

  test.each([
    ["3", 3000],
    ["1.0005", 1001],
    [" 7 ", 7000],
    ["7s", undefined],
    ["0.5", 500],
    ["Mon, 23 Nov 2026 12:00:30 GMT", 30_000],
    ["Mon, 23 Nov 2026 11:00:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
  ])("retry-after %p is %p ms", (value, wait) => {
    const headers = new Headers({ "retry-after": value });
    expect(readRetryAfter(headers, Date.parse("2026-11-23T12:00:00Z"))).toBe(wait);
  });
});

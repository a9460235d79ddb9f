import { describe, expect, test } from "bun:test";
import { errorFromResponse, readRetryAfter } from "./errors.ts";
import type { ProviderErrorCode } from "./port.ts";

/** Bodies as endpoints send them, beyond those of the two vendors' own servers. */
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

describe("what a provider says went wrong", () => {
  test.each(bodies)("%s", (_, status, body, code) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    expect(errorFromResponse(status, new Headers(), text)).toMatchObject({ code, status });
  });

  test("names the parameter that a provider complains about, and nothing else of its words", () => {
    const body = { error: { message: "Unsupported value: 'secret prompt'", param: "temperature" } };
    const { message } = errorFromResponse(400, new Headers(), JSON.stringify(body));
    expect(message).toContain("temperature");
    expect(message).not.toContain("secret");
    const odd = { error: { message: "no", param: "messages with my secret prompt in it" } };
    expect(errorFromResponse(400, new Headers(), JSON.stringify(odd)).message).not.toContain(
      "secret",
    );
  });

  test.each([
    ["3", 3000],
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

/**
 * Maps providers' errors to our codes. Their messages are matched here and never passed on: they may quote the
 * prompt, the key or an address. Sources: the error pages of Anthropic's Messages API and OpenAI's API
 * reference, and the bodies that OpenRouter, vLLM, llama.cpp and Ollama send in the same place.
 */

import { ProviderError, type ProviderErrorCode } from "./port.ts";

/** The parts of an error body that are matched. */
interface Complaint {
  status: number | undefined;
  /** `error.type` and `error.code`, lower case. */
  names: string[];
  message: string;
  param: string | undefined;
}

/** The message of each code, for people and logs. */
const SENTENCES: Record<ProviderErrorCode, string> = {
  bad_key: "The provider does not accept the API key.",
  no_credit: "The account at the provider has no credit left.",
  unknown_model: "The provider does not know this model, or the key may not use it.",
  rate_limited: "The provider's rate limit is reached.",
  overloaded: "The provider is overloaded.",
  context_too_long: "The conversation and its files are longer than the model can read.",
  refused: "The provider refused to answer this request.",
  invalid_request: "The provider does not accept the request.",
  unreachable: "The provider cannot be reached.",
  cut: "The connection to the provider was lost in the middle of the answer.",
  malformed: "The provider's response could not be understood.",
  silent: "The provider did not send anything for too long.",
  provider_fault: "The provider reported an internal error.",
};

/** Codes of transient errors. */
const TRANSIENT: ReadonlySet<ProviderErrorCode> = new Set([
  "rate_limited",
  "overloaded",
  "unreachable",
  "cut",
  "malformed",
  "silent",
  "provider_fault",
]);

/** Wording, since some endpoints give no usable type. First match wins. */
const CREDIT = /credit balance|insufficient (credits?|quota|balance|funds)|current quota/i;
const CONTEXT =
  /prompt is too long|input is too long|maximum context|context (length|limit|window|size)|exceeds? .{0,40}context/i;
const KEY =
  /api.?key.{0,30}(not valid|invalid|incorrect)|(invalid|incorrect|missing).{0,20}api.?key/i;
const REFUSED = /content.{0,20}(policy|filter)|flagged|moderation/i;
const MODEL =
  /model\b.{0,200}(not found|not exist|does not exist|no such|not available|unsupported|not a valid|invalid)|(unknown|no such|invalid|unsupported|not a valid) model|no endpoints found/i;

/** The error for a code. `billable`: the provider may charge for the request, so it is not retryable. */
export function providerError(
  code: ProviderErrorCode,
  details: { billable?: boolean; status?: number; retryAfterMs?: number; param?: string } = {},
): ProviderError {
  const sentence = SENTENCES[code];
  const message = details.param
    ? `${sentence.slice(0, -1)} (parameter ${details.param}).`
    : sentence;
  return new ProviderError(code, message, {
    retryable: TRANSIENT.has(code) && details.billable !== true,
    ...(details.status === undefined ? {} : { status: details.status }),
    ...(details.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }),
  });
}

/** The error for a response with a status other than 2xx. `body` is its text, or the part that was read. */
export function errorFromResponse(status: number, headers: Headers, body: string): ProviderError {
  const complaint = readComplaint(status, body);
  const code = classify(complaint);
  const retryAfterMs = readRetryAfter(headers, Date.now());
  const error = providerError(code, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(complaint.param === undefined ? {} : { param: complaint.param }),
  });
  // Nothing is served at this path, or it redirects: retrying does not help.
  if (code === "unreachable")
    return new ProviderError(code, error.message, { retryable: false, status });
  return error;
}

/** The error for an error object inside a stream that started with 200. `payload` is the parsed event. */
export function errorFromEvent(payload: unknown): ProviderError {
  return providerError(classify(complaintOf(undefined, payload)));
}

/**
 * The delay a provider asks for, in milliseconds: `retry-after-ms`, or `Retry-After` as seconds or HTTP date
 * (RFC 9110 §10.2.3). Undefined when absent or unreadable.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const exact = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return Math.ceil(exact);
  const value = headers.get("retry-after");
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function readComplaint(status: number, body: string): Complaint {
  try {
    return complaintOf(status, JSON.parse(body));
  } catch {
    return { status, names: [], message: body.slice(0, 2000), param: undefined };
  }
}

/** Fields of an error body, all optional. */
interface ErrorBody {
  error?: ErrorBody | string | null;
  type?: unknown;
  code?: unknown;
  message?: unknown;
  param?: unknown;
}

function complaintOf(status: number | undefined, payload: unknown): Complaint {
  const body: ErrorBody = isObject(payload) ? payload : {};
  // OpenRouter and vLLM put the status into `code`, also inside a stream.
  if (typeof body.error === "string") {
    return { status, names: [], message: body.error, param: undefined };
  }
  const error = body.error ?? body;
  const inner = typeof error.code === "number" ? error.code : undefined;
  const names = [error.type, error.code].filter((name) => typeof name === "string");
  return {
    status: status ?? inner,
    names: names.map((name) => name.toLowerCase()),
    message: typeof error.message === "string" ? error.message.slice(0, 2000) : "",
    param:
      typeof error.param === "string" && /^[\w.[\]]{1,40}$/.test(error.param)
        ? error.param
        : undefined,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Matches a complaint by its status, one of its names, or the text of its message. */
interface ErrorPattern {
  code: ProviderErrorCode;
  statuses?: readonly number[];
  names?: readonly string[];
  words?: RegExp;
  /** Restricts `words` to these statuses. */
  wordsWith?: readonly number[];
}

/** The first match wins: vendors send one status for several causes, so the more specific patterns come first. */
const PATTERNS: readonly ErrorPattern[] = [
  {
    code: "no_credit",
    statuses: [402],
    names: ["insufficient_quota", "billing_error"],
    words: CREDIT,
  },
  { code: "rate_limited", statuses: [429], names: ["rate_limit_error", "rate_limit_exceeded"] },
  {
    code: "context_too_long",
    statuses: [413],
    names: ["context_length_exceeded", "exceed_context_size_error", "request_too_large"],
    words: CONTEXT,
  },
  {
    code: "refused",
    names: ["content_policy_violation", "content_filter"],
    words: REFUSED,
    wordsWith: [400, 403],
  },
  {
    code: "bad_key",
    statuses: [401, 403],
    names: ["authentication_error", "permission_error", "invalid_api_key"],
    words: KEY,
  },
  {
    code: "unknown_model",
    names: ["model_not_found", "not_found_error"],
    words: MODEL,
    wordsWith: [400, 404],
  },
  {
    code: "overloaded",
    statuses: [503, 529],
    names: ["overloaded_error"],
    words: /overloaded/i,
  },
];

function classify(complaint: Complaint): ProviderErrorCode {
  const pattern = PATTERNS.find((candidate) => matches(complaint, candidate));
  if (pattern !== undefined) return pattern.code;
  const { status, names } = complaint;
  if (status === undefined)
    return names.includes("invalid_request_error") ? "invalid_request" : "provider_fault";
  if (status === 404 || status === 405 || status < 400) return "unreachable";
  if (status === 408 || status >= 500) return "provider_fault";
  return "invalid_request";
}

function matches({ status, names, message }: Complaint, pattern: ErrorPattern): boolean {
  const is = (statuses: readonly number[] = []) =>
    status !== undefined && statuses.includes(status);
  return (
    is(pattern.statuses) ||
    names.some((name) => pattern.names?.includes(name)) ||
    (pattern.words?.test(message) === true &&
      (pattern.wordsWith === undefined || is(pattern.wordsWith)))
  );
}

/**
 * Maps providers' errors to our codes. Their messages are matched here and never passed on: they may quote the
 * prompt, the key or an address. Sources: the error pages of Anthropic's Messages API and OpenAI's API
 * reference, and the bodies that OpenRouter, vLLM, llama.cpp and Ollama send in the same place.
 */

import { type Complaint, complaintOf, readComplaint } from "./complaint.ts";
import { ProviderError, type ProviderErrorCode } from "./port.ts";
import { quoteVendor } from "./quote-vendor.ts";

/** The message of each code, for people and logs. */
const SENTENCES: Record<ProviderErrorCode, string> = {
  bad_key: "The provider does not accept the API key.",
  no_credit: "The account at the provider has no credit left.",
  unknown_model: "The provider does not know this model, or the key may not use it.",
  rate_limited: "The provider's rate limit is reached.",
  overloaded: "The provider is overloaded.",
  context_too_long: "The conversation and its files are longer than the model can read.",
  output_limit: "The model used all tokens that it may write before it answered.",
  refused: "The provider refused to answer this request.",
  invalid_request: "The provider does not accept the request.",
  unreachable: "The provider cannot be reached.",
  wrong_address: "The provider's server has nothing at this path. The address usually ends in /v1.",
  blocked: "A firewall in front of the provider blocked the request.",
  wrong_region: "The provider does not serve this region.",
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

/** Codes that waiting mends, so that the wait is told. */
const MENDED_BY_WAITING: ReadonlySet<ProviderErrorCode> = new Set([
  "rate_limited",
  "overloaded",
  "no_credit",
]);

interface ErrorDetails {
  /** The provider may charge for the request, so it is not retryable. */
  billable?: boolean;
  status?: number;
  retryAfterMs?: number;
  param?: string;
  /** Instead of the code's own. */
  sentence?: string;
  complaint?: Complaint;
  vendorSentence?: string;
}

/** The error for a code. */
export function providerError(code: ProviderErrorCode, details: ErrorDetails = {}): ProviderError {
  const { param, retryAfterMs, status, complaint, vendorSentence } = details;
  const sentence = details.sentence ?? SENTENCES[code];
  const named = param ? `${sentence.slice(0, -1)} (parameter ${param}).` : sentence;
  const message =
    retryAfterMs !== undefined && retryAfterMs >= 1_000 && MENDED_BY_WAITING.has(code)
      ? `${named} Try again in ${inWords(retryAfterMs)}.`
      : named;
  return new ProviderError(code, message, {
    retryable: TRANSIENT.has(code) && details.billable !== true,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(complaint === undefined ? {} : { complaint }),
    ...(vendorSentence === undefined ? {} : { vendorSentence }),
  });
}

/**
 * The error for a response with a status other than 2xx.
 * @param body its text, or the part that was read.
 * @param secrets strings to hide from admins too, such as the key.
 */
export function errorFromResponse(
  status: number,
  headers: Headers,
  body: string,
  secrets: readonly string[] = [],
): ProviderError {
  const complaint = readComplaint(status, body);
  const wait = readRetryAfter(headers, Date.now()) ?? complaint.waitMs;
  return errorOf(complaint, secrets, {
    status,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

/** The error for an error object inside a stream that started with 200. `payload` is the parsed event. */
export function errorFromEvent(payload: unknown): ProviderError {
  return errorOf(complaintOf(undefined, payload), [], {});
}

function errorOf(
  complaint: Complaint,
  secrets: readonly string[],
  details: ErrorDetails,
): ProviderError {
  const { code, sentence } = classify(complaint);
  const vendorSentence = quoteVendor(complaint.message, secrets);
  return providerError(code, {
    ...details,
    complaint,
    ...(sentence === undefined ? {} : { sentence }),
    ...(vendorSentence === undefined ? {} : { vendorSentence }),
    ...(complaint.param === undefined || details.status === undefined
      ? {}
      : { param: complaint.param }),
  });
}

/** A duration for people, rounded up. */
function inWords(milliseconds: number): string {
  const units = [
    { name: "second", length: 1_000, below: 90 },
    { name: "minute", length: 60_000, below: 90 },
    { name: "hour", length: 3_600_000, below: 48 },
    { name: "day", length: 86_400_000, below: Number.POSITIVE_INFINITY },
  ];
  for (const { name, length, below } of units) {
    const count = Math.ceil(milliseconds / length);
    if (count <= below) return `${count} ${name}${count === 1 ? "" : "s"}`;
  }
  return "some time";
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

/** The signs of a code: the names and sentences that vendors use for it, and the statuses that mean nothing else. */
interface ErrorSigns {
  code: ProviderErrorCode;
  names?: readonly string[];
  words?: RegExp;
  /** Restricts `words` to these statuses, where there is one. */
  wordsWith?: readonly number[];
  statuses?: readonly number[];
  /** Instead of the code's own sentence. */
  sentence?: string;
}

const PER_MINUTE = "This request alone is larger than the provider's limit per minute.";

/** The error for a rate limit that a request alone exceeds: waiting does not make it smaller. */
export function tooMuchPerMinute({
  complaint,
  status,
  vendorSentence,
}: ProviderError): ProviderError {
  return new ProviderError("context_too_long", PER_MINUTE, {
    retryable: false,
    ...(status === undefined ? {} : { status }),
    ...(complaint === undefined ? {} : { complaint }),
    ...(vendorSentence === undefined ? {} : { vendorSentence }),
  });
}

/** Sentences that say more than the code beside them. */
const EXCEPTIONS: readonly ErrorSigns[] = [
  {
    // Groq's and OpenAI's `rate_limit_exceeded` for a request that no waiting makes smaller.
    code: "context_too_long",
    words: /request too large for .*tokens per min|input or output tokens must be reduced/i,
    sentence: PER_MINUTE,
  },
  {
    // Anthropic's `rate_limit_error` for a subscription.
    code: "no_credit",
    words: /extra usage is required for long context/i,
    sentence: "The account at the provider does not cover requests as long as this one.",
  },
  {
    // Gemini says of a quota per minute what OpenAI says of an empty account.
    code: "rate_limited",
    words: /current quota[\s\S]*(retry in \d|per ?(minute|day)|free_tier|rate-limits?\b)/i,
  },
  {
    code: "output_limit",
    words: /could not finish the message because max_tokens|model output limit was reached/i,
  },
];

/** The first match wins, by name, then by sentence, then by status: vendors send one status for several causes. */
const SIGNS: readonly ErrorSigns[] = [
  {
    code: "no_credit",
    names: [
      "insufficient_quota",
      "billing_error",
      "billing_not_active",
      "billing_hard_limit_reached",
      "exceeded_current_quota_error",
      "arrearage",
    ],
    words:
      /credit balance|insufficient (credits?|quota|balance|funds)|current quota|requires more credits|used all available credits|monthly spending limit|(doesn't|does not) have any credits|out of credits|credits? are depleted|specified api usage limits|check your billing|upgrade to a paid account|account is in good standing/i,
    statuses: [402],
  },
  {
    code: "rate_limited",
    names: ["rate_limit_error", "rate_limit_exceeded"],
    words: /per (minute|min|hour|day)\b|rate.?limit|too many requests/i,
    wordsWith: [429],
    statuses: [429],
  },
  {
    code: "context_too_long",
    names: ["context_length_exceeded", "exceed_context_size_error", "request_too_large"],
    words:
      /(prompt|input) (is )?too (long|large)|maximum context|context (length|limit|window|size)|context shift is disabled|exceeds? .{0,40}context|maximum prompt length|exceeds the maximum (number of tokens|allowed input length)|exceeds max_seq_len|reduce the length of the messages|exceeded model token limit|range of input length|prompt token count .{0,40}exceeds|too many tokens/i,
    statuses: [413],
  },
  {
    code: "refused",
    names: [
      "content_policy_violation",
      "content_filter",
      "data_inspection_failed",
      "datainspectionfailed",
      "responsibleaipolicyviolation",
    ],
    words:
      /content.{0,20}(policy|filter)|flagged|moderation|content exists risk|inappropriate content/i,
    wordsWith: [400, 403],
  },
  {
    code: "wrong_region",
    names: ["unsupported_country_region_territory"],
    words: /country, region, or territory not supported|user location is not supported/i,
  },
  {
    code: "unknown_model",
    names: ["model_not_found", "not_found_error", "deploymentnotfound"],
    words:
      /models?\b.{0,200}(not found|not exist|does not exist|no such|not available|unsupported|not supported for|not a valid|invalid|not have access)|(unknown|no such|invalid|unsupported|not a valid) model|no endpoints found|deployment.{0,40}does not exist/i,
    wordsWith: [400, 403, 404],
  },
  {
    code: "bad_key",
    names: ["authentication_error", "permission_error", "invalid_api_key"],
    words:
      /api.?key.{0,30}(not valid|invalid|incorrect)|(invalid|incorrect|missing).{0,20}api.?key/i,
    statuses: [401, 403],
  },
  {
    code: "overloaded",
    names: ["overloaded_error", "engine_overloaded_error"],
    words: /overloaded/i,
    statuses: [503, 529],
  },
];

const TOO_LARGE_FOR_PROXY =
  "A proxy in front of the provider does not take a request as large as this one.";

function classify(complaint: Complaint): Pick<ErrorSigns, "code" | "sentence"> {
  const { status, names, message, isPage } = complaint;
  if (isPage && status === 403) return { code: "blocked" };
  if (isPage && status === 413) return { code: "context_too_long", sentence: TOO_LARGE_FOR_PROXY };
  const speaks = ({ words, wordsWith }: ErrorSigns) =>
    words?.test(message) === true &&
    // Inside a stream there is no status.
    (wordsWith === undefined || status === undefined || wordsWith.includes(status));
  return (
    EXCEPTIONS.find(speaks) ??
    SIGNS.find((signs) => names.some((name) => signs.names?.includes(name))) ??
    SIGNS.find(speaks) ??
    SIGNS.find((signs) => status !== undefined && signs.statuses?.includes(status)) ?? {
      code: restOf(complaint),
    }
  );
}

function restOf({ status, names }: Complaint): ProviderErrorCode {
  if (status === undefined)
    return names.includes("invalid_request_error") ? "invalid_request" : "provider_fault";
  if (status === 404 || status === 405 || status < 400) return "wrong_address";
  if (status === 408 || status >= 500) return "provider_fault";
  return "invalid_request";
}

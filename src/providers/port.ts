/**
 * The interface of every provider adapter, whatever its wire format.
 * An adapter knows HTTP and its own format; it knows no project, thread, budget or database.
 */

import type { Complaint } from "./complaint.ts";

/** Token counts of one call, whole numbers ≥ 0. Disjoint, so a cost is a plain sum; `reasoningTokens` is part of `outputTokens`. */
export interface TokenUsage {
  /** Input tokens billed at the full input price: neither read from nor written to a cache. */
  inputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

export type TextPart = { type: "text"; text: string };
/** `data` is base64 without a prefix. */
export type ImagePart = { type: "image"; mediaType: string; data: string };
/**
 * A model's own thinking, sent back where the provider signed it or the model demands it.
 * `redacted`: the provider encrypted it, `text` is empty and `signature` holds the opaque data.
 */
export type ReasoningPart = {
  type: "reasoning";
  text: string;
  signature?: string;
  redacted?: true;
};
export type PromptPart = TextPart | ImagePart | ReasoningPart;

export interface PromptMessage {
  role: "user" | "assistant";
  parts: PromptPart[];
  /** The last message with this flag ends a second stable prefix: the next call repeats everything up to it. */
  cacheable?: true;
}

/** A passage the answer may quote. Already part of `system` for real models; `excerpts` reads it here. */
export interface PromptSource {
  /** The name in a citation marker: `S1`, `S2`, … */
  label: string;
  title: string;
  text: string;
}

export interface SystemBlock {
  text: string;
  /**
   * The last block with this flag ends the stable prefix, where providers with explicit caching get a
   * breakpoint. Keep such blocks first and byte-equal between calls, or the cache is never hit.
   */
  cacheable: boolean;
}

export interface ProviderRequest {
  /** The provider's name of the model. */
  model: string;
  system: SystemBlock[];
  messages: PromptMessage[];
  sources: PromptSource[];
  maxOutputTokens: number;
  temperature?: number;
  /** The model can think; without it nothing is said about thinking. */
  thinks?: boolean;
  /** How much it shall think; absent: as it does by itself. */
  effort?: Effort;
}

/** How much a model thinks, in our words; each wire format and vendor has its own. */
export const EFFORTS = ["off", "low", "medium", "high"] as const;
export type Effort = (typeof EFFORTS)[number];

/** `tool_use`: the model called a tool instead of answering. `other` comes only without any text. */
export type EndReason = "stop" | "length" | "refusal" | "tool_use" | "other";

export type ProviderEvent =
  | { type: "text"; text: string }
  /** A `signature` closes its reasoning part; later reasoning starts a new part. */
  | { type: "reasoning"; text: string; signature?: string; redacted?: true }
  /** All text so far was reasoning: its closing tag came, without an opening one. */
  | { type: "thought" }
  /**
   * Cumulative for the call; the last one wins. Some endpoints never send it, and an aborted or cut call may
   * have sent none or an early one: settling fills the gap.
   */
  | { type: "usage"; usage: TokenUsage }
  | { type: "end"; reason: EndReason };

export interface ProviderCall {
  signal: AbortSignal;
  /** Milliseconds without a byte, from the request on, after which the call fails as `silent`. */
  idleTimeoutMs: number;
  /**
   * Called with whether the provider may charge for the call so far: true when a request is sent, false when
   * the provider answered with an error or was never reached. Errors are not charged.
   */
  onBillable?: (billable: boolean) => void;
}

export interface ProviderAdapter {
  readonly kind: ProviderKind;
  /**
   * Streams one answer. Yields the events of one network read together, so that a burst is processed in one
   * pass; adjacent text within a read is merged, and no yielded array is empty. Ends after exactly one `end`
   * event, which is the last event, else throws {@link ProviderError}. Aborting the signal or leaving the loop
   * closes the socket; an abort throws the signal's reason.
   */
  stream(request: ProviderRequest, call: ProviderCall): AsyncIterable<ProviderEvent[]>;
}

/** Wire formats of providers that an admin can connect. */
export const CONNECTABLE_KINDS = ["anthropic", "openai", "google"] as const;
export type ConnectableKind = (typeof CONNECTABLE_KINDS)[number];
/** All kinds: the connectable ones and the built-in keyless one. */
export const PROVIDER_KINDS = [...CONNECTABLE_KINDS, "excerpts"] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** Error codes in terms a person can act on; `errors.ts` has the message of each. */
export const PROVIDER_ERROR_CODES = [
  "bad_key",
  "no_credit",
  "unknown_model",
  "rate_limited",
  "overloaded",
  "context_too_long",
  "output_limit",
  "refused",
  "invalid_request",
  "unreachable",
  "wrong_address",
  "blocked",
  "wrong_region",
  "cut",
  "malformed",
  "silent",
  "provider_fault",
] as const;
export type ProviderErrorCode = (typeof PROVIDER_ERROR_CODES)[number];

export interface ProviderErrorDetails {
  /** True when the same request may succeed later and this one is not charged. */
  retryable: boolean;
  /** HTTP status of the provider's response, if any. */
  status?: number;
  /** Delay that the provider asked for. */
  retryAfterMs?: number;
  /** What the provider said, to find out which parameter it refuses. It may quote prompt and key: never shown. */
  complaint?: Complaint;
  /** The provider's own sentence, cut and without secrets, for admins only: neither the user nor the log gets it. */
  vendorSentence?: string;
}

/**
 * The only error an adapter throws, apart from the reason of an aborted signal. `message` is one sentence for
 * the user; it never contains a key, an address or the prompt.
 */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly code: ProviderErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** Private, so that no logger prints them. */
  readonly #complaint: Complaint | undefined;
  readonly #vendorSentence: string | undefined;

  constructor(code: ProviderErrorCode, message: string, details: ProviderErrorDetails) {
    super(message);
    this.code = code;
    this.retryable = details.retryable;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.#complaint = details.complaint;
    this.#vendorSentence = details.vendorSentence;
  }

  /** See {@link ProviderErrorDetails}. */
  get complaint(): Complaint | undefined {
    return this.#complaint;
  }

  /** See {@link ProviderErrorDetails}. */
  get vendorSentence(): string | undefined {
    return this.#vendorSentence;
  }

  /** The same error, not to be retried. */
  final(): ProviderError {
    if (!this.retryable) return this;
    return new ProviderError(this.code, this.message, {
      retryable: false,
      ...(this.status === undefined ? {} : { status: this.status }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.#complaint === undefined ? {} : { complaint: this.#complaint }),
      ...(this.#vendorSentence === undefined ? {} : { vendorSentence: this.#vendorSentence }),
    });
  }
}

/**
 * Changes a parameter that a server refused and asks once more. Refusals are free, so the hold covers the second
 * request; what helped is remembered for the model, so that it is found out once.
 */

import type { Complaint } from "./complaint.ts";
import {
  changedDialect,
  type Dialect,
  type DialectChange,
  type DialectSettings,
  type StatedLimits,
} from "./dialect.ts";
import { tooMuchPerMinute } from "./errors.ts";
import { estimateRequestTokens } from "./estimate-tokens.ts";
import {
  type ProviderCall,
  ProviderError,
  type ProviderEvent,
  type ProviderRequest,
} from "./port.ts";

/** A server may refuse several parameters, one after another. */
const MAX_CHANGES = 4;
/** Estimates lean upward but are no strict bound. */
const ESTIMATE_MARGIN = 1.25;
/** With less room an answer is not worth its input. */
const MIN_OUTPUT_TOKENS = 256;

/** One wire format. */
interface Wire {
  /** The body of a request in a dialect. */
  body(request: ProviderRequest, dialect: Dialect): unknown;
  send(body: unknown, call: ProviderCall): AsyncIterable<ProviderEvent[]>;
}

/**
 * Streams an answer, asked for in the dialect known for the model and changed as far as the server demands.
 * @param dialect what address and model name tell.
 */
export async function* streamAdjusted(
  request: ProviderRequest,
  call: ProviderCall,
  dialect: Dialect,
  { dialect: given, memory }: DialectSettings,
  wire: Wire,
): AsyncGenerator<ProviderEvent[], void, undefined> {
  let known = changedDialect(changedDialect(dialect, given), memory?.get());
  let learned: DialectChange = {};
  const bodyIn = (form: Dialect & StatedLimits) => wire.body(fitted(request, form), form);
  for (let changes = 0; ; changes++) {
    let began = false;
    let billable = false;
    const watched: ProviderCall = {
      ...call,
      onBillable: (value) => {
        billable = value;
        call.onBillable?.(value);
      },
    };
    try {
      for await (const events of wire.send(bodyIn(known), watched)) {
        // A prompt is counted before it is refused inside a stream.
        if (!began && events.some(({ type }) => type !== "usage")) {
          began = true;
          if (changes > 0) memory?.add(learned);
        }
        yield events;
      }
      return;
    } catch (error) {
      if (!(error instanceof ProviderError) || began || billable) throw error;
      const change = changeFor(error, fitted(request, known), known);
      if (change === undefined) throw error;
      if (change.contextWindow !== undefined) memory?.add(change);
      const refusal = error.code === "rate_limited" ? tooMuchPerMinute(error) : error;
      const next = changedDialect(known, change);
      if (changes === MAX_CHANGES || undoes(change, learned)) throw refusal;
      if (!fits(request, next) || Bun.deepEquals(bodyIn(next), bodyIn(known))) throw refusal;
      known = next;
      learned = { ...learned, ...change };
    }
  }
}

/** The request with an output limit that the server accepts. */
function fitted(request: ProviderRequest, known: StatedLimits): ProviderRequest {
  const most = Math.min(request.maxOutputTokens, known.maxOutputTokens ?? request.maxOutputTokens);
  return {
    ...request,
    maxOutputTokens: Math.min(most, Math.max(roomIn(request, known), MIN_OUTPUT_TOKENS)),
  };
}

/** Whether a stated context window leaves room for an answer. */
function fits(request: ProviderRequest, known: StatedLimits): boolean {
  return roomIn(request, known) >= MIN_OUTPUT_TOKENS;
}

function roomIn(request: ProviderRequest, { contextWindow }: StatedLimits): number {
  if (contextWindow === undefined) return Number.POSITIVE_INFINITY;
  return contextWindow - Math.ceil(estimateRequestTokens(request) * ESTIMATE_MARGIN);
}

/** Whether a server refuses what it asked for before, as one that refuses both of two fields would. */
function undoes(change: DialectChange, learned: DialectChange): boolean {
  return Object.keys(change).some((field) => !LIMITS.has(field) && field in learned);
}

const LIMITS: ReadonlySet<string> = new Set(["maxOutputTokens", "contextWindow"]);

/** A parameter that servers refuse: how to know it, and what to do instead. */
interface Refusable {
  /** Its names, in `param`, in a location, or in the sentence. */
  name: RegExp;
  change(known: Dialect, message: string): DialectChange | undefined;
}

/** The first that is complained about and can be changed. */
const REFUSABLE: readonly Refusable[] = [
  {
    name: /max_completion_tokens/,
    change: ({ outputLimit }) =>
      outputLimit === "max_completion_tokens" ? { outputLimit: "max_tokens" } : undefined,
  },
  {
    name: /max_tokens/,
    change: ({ outputLimit }) =>
      outputLimit === "max_tokens" ? { outputLimit: "max_completion_tokens" } : undefined,
  },
  {
    name: /temperature/,
    change: ({ temperature }) => (temperature ? { temperature: false } : undefined),
  },
  {
    name: /stream_options|include_usage/,
    change: ({ includeUsage }) => (includeUsage ? { includeUsage: false } : undefined),
  },
  {
    name: /cache_control/,
    change: ({ cacheBreakpoints }) => (cacheBreakpoints ? { cacheBreakpoints: false } : undefined),
  },
  {
    name: /reasoning|thinking|budget_tokens|output_config|effort/,
    change: ({ reasoning }, message) => {
      if (reasoning === "budget" && /adaptive/i.test(message)) return { reasoning: "adaptive" };
      if (reasoning === "adaptive" && /budget_tokens/i.test(message))
        return { reasoning: "budget" };
      return reasoning === "none" ? undefined : { reasoning: "none" };
    },
  },
];

/** What makes a sentence with a parameter's name a refusal of it. */
const REFUSED =
  /unsupported|not (support|permit|allow|accept)|n't support|unrecogni[sz]ed|unknown|unexpected|extra (input|field|param)|deprecated|invalid (param|argument|field|value)|only the default|cannot be (used|combined|disabled)|mandatory|no longer|use '?max_completion_tokens/i;

/** Chat templates without a place for instructions (Gemma, Mistral), and models without the role. */
const SYSTEM_REFUSED =
  /system role (is )?not supported|(developer|system) instructions? is not (enabled|supported)|role.{0,60}does not support '(system|developer)'|unexpected role ["'`]?(system|developer)|only user and assistant roles|conversation roles must alternate/i;

function changeFor(
  error: ProviderError,
  request: ProviderRequest,
  known: Dialect,
): DialectChange | undefined {
  const { complaint } = error;
  if (complaint === undefined) return undefined;
  const perMinute = exceededPerMinute(complaint, request);
  if (perMinute !== undefined) return { contextWindow: perMinute };
  if (!REFUSING.has(complaint.status)) return undefined;
  const { message, param, status } = complaint;
  if (SYSTEM_REFUSED.test(message) && known.systemRole !== "user") return { systemRole: "user" };
  // Any other internal error may be gone the next time, whatever it speaks of.
  if (status === 500) return undefined;
  const thinking = changeOfThinking(complaint, known.signedThinking);
  if (thinking !== undefined && hasThinking(request)) return thinking;
  const limits = limitsIn(complaint, request.maxOutputTokens);
  if (limits !== undefined) return limits;
  for (const { name, change } of REFUSABLE) {
    const named = param !== undefined && name.test(param);
    const spoken = name.test(message) && REFUSED.test(message);
    const changed = named || spoken ? change(known, message) : undefined;
    if (changed !== undefined) return changed;
  }
  return undefined;
}

/** Statuses of refused parameters; templates fail with 500, and inside a stream there is no status. */
const REFUSING: ReadonlySet<number | undefined> = new Set([400, 422, 500, undefined]);

/** A refusal of the thinking that is sent back, or of its absence (DeepSeek, Kimi, MiMo). */
function changeOfThinking(
  { message, param = "" }: Complaint,
  signedThinking: boolean,
): DialectChange | undefined {
  if (/reasoning_content\W.{0,60}(must be|required|missing)/i.test(message))
    return signedThinking ? undefined : { signedThinking: true };
  const refused =
    /signature|thinking.{0,60}blocks?/i.test(message) ||
    /reasoning_content/i.test(`${param} ${message}`);
  return refused && signedThinking ? { signedThinking: false } : undefined;
}

function hasThinking({ messages }: ProviderRequest): boolean {
  return messages.some(({ parts }) => parts.some(({ type }) => type === "reasoning"));
}

/** Sentences that state a limit of tokens per minute: Groq's and OpenAI's, Anthropic's, Gemini's. */
const PER_MINUTE = [
  /tokens per min(?:ute)?\b.{0,40}\blimit:? (\d+)/i,
  /limit of (\d+) (?:input )?tokens per minute/i,
  /input_token_count, limit: (\d+)/i,
];

/**
 * A limit of tokens per minute that this request alone exceeds, so that no waiting helps. It may fit with a smaller
 * answer, which Groq and OpenAI count too, and with less of the thread.
 */
function exceededPerMinute(
  { message: said, status }: Complaint,
  request: ProviderRequest,
): number | undefined {
  if (status !== 413 && status !== 429) return undefined;
  const message = said.replace(/(?<=\d),(?=\d{3})/g, "");
  const limit = firstNumber(PER_MINUTE, message) ?? Number.POSITIVE_INFINITY;
  const requested =
    firstNumber([/\brequested:? (\d+)/i], message) ??
    estimateRequestTokens(request) / ESTIMATE_MARGIN;
  return requested > limit ? limit : undefined;
}

/** Sentences that state the most output tokens. */
const MOST_OUTPUT = [
  /max_tokens: \d+ > (\d+)/i,
  /at most (\d+) (?:completion|output|new) tokens/i,
  /max_(?:completion_)?tokens.{0,60}(?:less than or equal to|must be at most|cannot exceed|not exceed) `?(\d+)/i,
  /max_(?:completion_|output_)?tokens.{0,60}\[\s*\d+\s*,\s*(\d+)\s*\]/i,
  /max_?output_?tokens.{0,120}to (\d+) \(exclusive\)/i,
];

/** Sentences that state the context window, which prompt and output together exceed. */
const WINDOW = [
  /maximum context length (?:is|of) (\d+)/i,
  /exceed context limit: \d+ \+ \d+ > (\d+)/i,
  /available context size \((\d+)/i,
  /context length of (?:only )?(\d+)/i,
  /maximum prompt length is (\d+)/i,
];

/** The limit that a sentence states, if the request exceeds it. */
function limitsIn({ message }: Complaint, wanted: number): DialectChange | undefined {
  const most = firstNumber(MOST_OUTPUT, message);
  if (most !== undefined && most < wanted) return { maxOutputTokens: most };
  const contextWindow = firstNumber(WINDOW, message);
  return contextWindow === undefined ? undefined : { contextWindow };
}

function firstNumber(patterns: readonly RegExp[], message: string): number | undefined {
  for (const pattern of patterns) {
    const found = message.match(pattern)?.[1];
    if (found !== undefined && Number(found) > 0)
      return pattern.source.includes("exclusive") ? Number(found) - 1 : Number(found);
  }
  return undefined;
}

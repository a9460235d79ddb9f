/** How a test provider handles a request. */

import type { TokenUsage } from "../../src/providers/port.ts";

export interface Scenario {
  /** The answer; a function sees the request's parsed body. */
  text?: string | ((body: unknown) => string);
  /** Thinking sent before the answer. */
  reasoning?: string;
  /** Never ends: the text repeats until the socket is closed. */
  endless?: boolean;
  /** Writes the whole text whatever the request's output cap says. */
  ignoresCap?: boolean;
  /** Characters of each delta (12). */
  deltaChars?: number;
  /** Milliseconds before the answer's first byte (0). */
  firstMs?: number;
  /** Milliseconds between deltas (0). */
  chunkMs?: number;
  /** Sizes in bytes of the network writes, repeated; absent: one write for each event. */
  writeSizes?: number[];
  newline?: "\n" | "\r\n" | "\r";
  /** Comment lines and pings between events, as proxies and vendors send them for keep-alive. */
  comments?: boolean;
  gzip?: boolean;
  /** Overrides the server's counts; `missing`: no usage at all; `twice`: sent twice. */
  usage?: Partial<TokenUsage> | "missing" | "twice";
  end?: "stop" | "length" | "refusal";
  fault?: Fault;
}

export type Fault =
  | { kind: RefusalKind }
  | { kind: "rate_limited"; retryAfter?: string }
  | { kind: "overloaded"; status?: 503 | 529 }
  /** Inside the stream, after this many deltas (0). */
  | { kind: StreamFaultKind; afterDeltas?: number }
  /**
   * The connection breaks behind that many bytes of the body; with a reset, bytes on the way are lost too.
   * `when` holds the end back, since fetch drops bytes that arrive together with it.
   */
  | { kind: "cut"; afterBytes: number; reset?: boolean; when?: () => Promise<unknown> };

/**
 * Answered with an HTTP error in the vendor's form, apart from `document` (a page with a 200), `silent_start`
 * (nothing is ever sent) and `hang_up` (the connection is closed without an answer).
 */
export type RefusalKind =
  | "bad_key"
  | "no_credit"
  | "unknown_model"
  | "context_too_long"
  | "refused"
  | "invalid_request"
  | "server_error"
  | "redirect"
  | "document"
  | "silent_start"
  | "hang_up";

/**
 * `error_event`: the vendor's error object; `malformed`: an event that is no JSON; `oversized`: an event
 * of 2 MiB; `silence`: the socket stays open and nothing comes; `truncated`: the body ends, whole as
 * HTTP but without the format's end.
 */
export type StreamFaultKind = "error_event" | "malformed" | "oversized" | "silence" | "truncated";

/** One call as the server saw it. Times are `performance.now()` of the server's process. */
export interface WireCall {
  path: string;
  headers: Headers;
  body: unknown;
  receivedAt: number;
  status: number;
  /** The prompt as it is charged once the request is accepted; undefined for a refused one. */
  prompt: PromptUsage | undefined;
  /** Usage as last written to the wire. */
  reportedUsage: TokenUsage | undefined;
  /** Whether the answer was written to its end, so that its bill rests on what was reported. */
  whole: boolean;
  /** Answer text written so far to a socket that was open, reasoning apart. */
  sentText: string;
  sentReasoning: string;
  /** When the answer was whole, or its socket closed, whichever came first. */
  endedAt: number | undefined;
  ended: "finished" | "closed_by_client" | "closed_by_server" | undefined;
}

/** How the tokens of a prompt are charged. */
export type PromptUsage = Pick<TokenUsage, "inputTokens" | "cacheReadTokens" | "cacheWriteTokens">;

/** One event to write. */
export interface Frame {
  event?: string;
  data: string;
  /** A piece of the answer: paced and counted. */
  delta?: { text?: string; reasoning?: string };
  /** Reported by this frame. */
  usage?: TokenUsage;
}

/** What the simulated model makes of a request. */
export interface ModelAnswer {
  model: string;
  reasoning: string;
  text: string;
  endless: boolean;
  deltaChars: number;
  end: "stop" | "length" | "refusal";
  usage: TokenUsage;
  reportUsage: "once" | "twice" | "missing";
}

/** A vendor's wire format as a server speaks it. */
export interface WireFormat {
  /** Where calls are posted. */
  path: string | RegExp;
  /** The model in a path; absent: the body has it. */
  modelIn?(path: string): string;
  /** The key as sent, whatever the header. */
  keyOf(headers: Headers): string | undefined;
  maxOutputTokens(body: unknown): number;
  /** Texts of the prompt in order, each with whether a cache breakpoint follows it. */
  promptOf(body: unknown): PromptPiece[];
  /** `explicit`: only what ends at a breakpoint is cached; `automatic`: any prefix, in whole steps. */
  caching: "explicit" | "automatic";
  frames(answer: ModelAnswer): Iterable<Frame>;
  errorEvent(): Frame;
  refusal(fault: Fault): { status: number; headers?: Record<string, string>; body: string };
}

export interface PromptPiece {
  text: string;
  tokens: number;
  breakpoint: boolean;
}

/** The simulated tokenizer: four characters are a token. */
export function wireTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Asks again where a moment's patience helps and nobody has seen anything yet. */

import { pause } from "./pause.ts";
import {
  type Provider,
  type ProviderCall,
  ProviderError,
  type ProviderErrorCode,
  type ProviderEvent,
  type ProviderRequest,
  type TokenUsage,
} from "./port.ts";

export interface RetryOptions {
  /** Further tries after the first (2). */
  retries?: number;
  /** Back-off before the first retry in milliseconds, doubled each time (500). */
  baseMs?: number;
  /** The longest back-off of our own (8,000). */
  capMs?: number;
  /** A provider that asks for a longer wait is not asked again: the person is told instead (20,000). */
  maxRetryAfterMs?: number;
  /** Told before each wait; the place to count. */
  onRetry?: (retry: { code: ProviderErrorCode; attempt: number; delayMs: number }) => void;
  /** Between 0 and 1, for the jitter. */
  random?: () => number;
}

/** Silence has cost the whole idle time already, and a malformed answer tends to come again. */
const RETRIED: ReadonlySet<ProviderErrorCode> = new Set([
  "rate_limited",
  "overloaded",
  "unreachable",
  "cut",
  "provider_fault",
]);

/**
 * Wraps a provider. A retry happens only before any text or reasoning was passed on. Usage that a failed
 * try had reported is part of the usage of the whole call, since it is billed.
 */
export function withRetry(provider: Provider, options: RetryOptions = {}): Provider {
  return {
    kind: provider.kind,
    stream: (request, call) => streamWithRetry(provider, request, call, options),
  };
}

async function* streamWithRetry(
  provider: Provider,
  request: ProviderRequest,
  call: ProviderCall,
  options: RetryOptions,
): AsyncGenerator<ProviderEvent[], void, undefined> {
  let spent: TokenUsage | undefined;
  for (let attempt = 1; ; attempt++) {
    let produced = false;
    let usage: TokenUsage | undefined;
    try {
      for await (const events of provider.stream(request, call)) {
        for (const event of events) {
          if (event.type === "text" || event.type === "reasoning") produced = true;
          if (event.type !== "usage") continue;
          if (spent) event.usage = sum(spent, event.usage);
          usage = event.usage;
        }
        yield events;
      }
      return;
    } catch (error) {
      const delayMs = produced ? undefined : delayBefore(attempt, error, options);
      if (delayMs === undefined || !(error instanceof ProviderError)) throw error;
      spent = usage ?? spent;
      options.onRetry?.({ code: error.code, attempt, delayMs });
      await pause(delayMs, call.signal);
    }
  }
}

/** Milliseconds to wait before trying again; undefined: do not. */
function delayBefore(attempt: number, error: unknown, options: RetryOptions): number | undefined {
  if (!(error instanceof ProviderError) || !error.retryable || !RETRIED.has(error.code))
    return undefined;
  if (attempt > (options.retries ?? 2)) return undefined;
  if (error.retryAfterMs !== undefined) {
    return error.retryAfterMs <= (options.maxRetryAfterMs ?? 20_000)
      ? error.retryAfterMs
      : undefined;
  }
  const backOff = Math.min(options.capMs ?? 8_000, (options.baseMs ?? 500) * 2 ** (attempt - 1));
  // Half of it by chance, so that many callers do not come back at the same moment.
  return backOff * (0.5 + 0.5 * (options.random ?? Math.random)());
}

function sum(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}

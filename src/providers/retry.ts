/** Retries transient errors while the provider has charged nothing. */

import { pause } from "./pause.ts";
import {
  type ProviderAdapter,
  type ProviderCall,
  ProviderError,
  type ProviderErrorCode,
  type ProviderEvent,
  type ProviderRequest,
} from "./port.ts";

export interface RetryOptions {
  /** Backoff before the first retry in milliseconds, doubled each time (500). */
  baseMs?: number;
  /** Called before each wait, for metrics. */
  onRetry?: (retry: { code: ProviderErrorCode; attempt: number; delayMs: number }) => void;
  /** Between 0 and 1, for the jitter. */
  random?: () => number;
}

const RETRIES = 2;
/** A longer Retry-After is not waited for; the user gets the error. */
const MAX_RETRY_AFTER_MS = 20_000;

/**
 * Wraps an adapter. Only a request that was answered with an error or never arrived is retried: the hold covers
 * one prompt, and a retry after a broken connection may be charged in addition to the first.
 */
export function withRetry(adapter: ProviderAdapter, options: RetryOptions = {}): ProviderAdapter {
  return {
    kind: adapter.kind,
    stream: (request, call) => streamWithRetry(adapter, request, call, options),
  };
}

async function* streamWithRetry(
  adapter: ProviderAdapter,
  request: ProviderRequest,
  call: ProviderCall,
  options: RetryOptions,
): AsyncGenerator<ProviderEvent[], void, undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      yield* adapter.stream(request, call);
      return;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const delayMs = delayBefore(attempt, error, options);
      if (delayMs === undefined) throw error;
      options.onRetry?.({ code: error.code, attempt, delayMs });
      await pause(delayMs, call.signal);
    }
  }
}

/** Milliseconds to wait before the retry; undefined: do not retry. */
function delayBefore(
  attempt: number,
  error: ProviderError,
  options: RetryOptions,
): number | undefined {
  if (!error.retryable || attempt > RETRIES) return undefined;
  if (error.retryAfterMs !== undefined) {
    return error.retryAfterMs <= MAX_RETRY_AFTER_MS ? error.retryAfterMs : undefined;
  }
  const backOff = (options.baseMs ?? 500) * 2 ** (attempt - 1);
  // Half of it is jitter, so that many callers do not return at the same moment.
  return backOff * (0.5 + 0.5 * (options.random ?? Math.random)());
}

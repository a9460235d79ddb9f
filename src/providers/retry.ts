/** Asks again where a moment's patience helps and the provider has charged nothing yet. */

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
  /** Back-off before the first retry in milliseconds, doubled each time (500). */
  baseMs?: number;
  /** Told before each wait; the place to count. */
  onRetry?: (retry: { code: ProviderErrorCode; attempt: number; delayMs: number }) => void;
  /** Between 0 and 1, for the jitter. */
  random?: () => number;
}

const RETRIES = 2;
/** A provider that asks for a longer wait is not asked again: the person is told instead. */
const MAX_RETRY_AFTER_MS = 20_000;

/**
 * Wraps an adapter. Only what the provider has answered with an error, or never got, is sent again: the hold
 * covers one prompt, and a second one may be charged beside a first whose connection broke.
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

/** Milliseconds to wait before trying again; undefined: do not. */
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
  // Half of it by chance, so that many callers do not come back at the same moment.
  return backOff * (0.5 + 0.5 * (options.random ?? Math.random)());
}

/** An in-process provider, scripted step by step: for tests that are not about a wire format. */

import { providerError } from "../../src/providers/errors.ts";
import type {
  EndReason,
  ProviderAdapter,
  ProviderCall,
  ProviderErrorCode,
  ProviderEvent,
  ProviderRequest,
  TokenUsage,
} from "../../src/providers/port.ts";

export type FakeStep =
  /** One network read with these events. */
  | { events: ProviderEvent[] }
  | { waitMs: number }
  /** Waits until the promise settles, the call is aborted or times out. */
  | { until: Promise<unknown> }
  | { fail: ProviderErrorCode; retryAfterMs?: number }
  | { silence: true };

export interface FakeCall {
  request: ProviderRequest;
  ended: "complete" | "failed" | "aborted" | "left" | undefined;
}

export interface FakeProvider extends ProviderAdapter {
  /** Every call so far, in order. */
  readonly calls: FakeCall[];
}

/** Faults after a request was accepted; other failures before the first event are refusals. */
const AFTER_ACCEPTING: ReadonlySet<ProviderErrorCode> = new Set(["cut", "silent", "malformed"]);

/** Plays the script of each call, made from its request and its number (0, 1, …). */
export function fakeProvider(
  script: (request: ProviderRequest, call: number) => Iterable<FakeStep>,
): FakeProvider {
  const calls: FakeCall[] = [];
  return {
    kind: "openai",
    calls,
    async *stream(request, call) {
      call.signal.throwIfAborted();
      const record: FakeCall = { request, ended: undefined };
      const steps = script(request, calls.length);
      calls.push(record);
      let begun = false;
      call.onBillable?.(true);
      try {
        for (const step of steps) {
          if ("events" in step) {
            call.signal.throwIfAborted();
            begun = true;
            // Consumers may change events, and a script may be played twice.
            yield structuredClone(step.events);
            if (step.events.at(-1)?.type === "end") {
              record.ended = "complete";
              return;
            }
          } else if ("fail" in step) {
            const { retryAfterMs } = step;
            const billable = begun || AFTER_ACCEPTING.has(step.fail);
            call.onBillable?.(billable);
            throw providerError(step.fail, {
              billable,
              ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
            });
          } else {
            await waitFor(step, call);
          }
        }
        throw providerError("cut", { billable: true });
      } catch (error) {
        record.ended = call.signal.aborted ? "aborted" : "failed";
        throw error;
      } finally {
        record.ended ??= "left";
      }
    },
  };
}

/** A complete answer: the text in pieces of a few characters, then usage and the end. */
export function fakeAnswer(
  text: string,
  options: { usage?: Partial<TokenUsage>; chunkMs?: number; end?: EndReason; chars?: number } = {},
): FakeStep[] {
  const steps: FakeStep[] = [];
  const points = [...text];
  const chars = options.chars ?? 8;
  for (let at = 0; at < points.length; at += chars) {
    if (at > 0 && options.chunkMs) steps.push({ waitMs: options.chunkMs });
    steps.push({ events: [{ type: "text", text: points.slice(at, at + chars).join("") }] });
  }
  const usage: TokenUsage = {
    inputTokens: 10,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: Math.ceil(text.length / 4),
    reasoningTokens: 0,
    ...options.usage,
  };
  steps.push({
    events: [
      { type: "usage", usage },
      { type: "end", reason: options.end ?? "stop" },
    ],
  });
  return steps;
}

async function waitFor(
  step: { waitMs: number } | { until: Promise<unknown> } | { silence: true },
  call: ProviderCall,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(call.signal.reason);
  call.signal.addEventListener("abort", onAbort, { once: true });
  const silent = setTimeout(
    () => reject(providerError("silent", { billable: true })),
    call.idleTimeoutMs,
  );
  const timer = "waitMs" in step ? setTimeout(resolve, step.waitMs) : undefined;
  if ("until" in step) step.until.then(() => resolve(), reject);
  if (call.signal.aborted) onAbort();
  try {
    await promise;
  } finally {
    clearTimeout(silent);
    clearTimeout(timer);
    call.signal.removeEventListener("abort", onAbort);
  }
}

import { createParser, type EventSourceMessage } from "eventsource-parser";
import { refused } from "./refused.ts";

export type StreamState = "connecting" | "open" | "waiting" | "ended" | "failed";

export type StreamOptions = {
  url: string;
  /** The id of the last event already applied; the stream continues after it. */
  after?: number | undefined;
  /** Called once per event, in order. Returns true when it was the last one. */
  onEvent: (event: { id: number | undefined; type: string; data: string }) => boolean;
  onState?: ((state: StreamState, status?: number) => void) | undefined;
  signal: AbortSignal;
  fetch?: typeof globalThis.fetch | undefined;
  /** Resolves after this many ms, or at once when the signal aborts. */
  wait?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Resolves when the page is visible. */
  visible?: Visibility | undefined;
  /** Idle timeout in ms; the server sends a heartbeat every 15 s. */
  silence?: number | undefined;
};

/** Visibility of the page; a stream is open only while it is visible, since browsers limit connections. */
export type Visibility = {
  now(): boolean;
  until(signal: AbortSignal): Promise<void>;
  onHidden(act: () => void): () => void;
};

export const pageVisibility: Visibility = {
  now: () => document.visibilityState === "visible",
  until(signal) {
    if (document.visibilityState === "visible") return Promise.resolve();
    return new Promise((resolve) => {
      const done = new AbortController();
      const check = () => {
        if (document.visibilityState !== "visible" && !signal.aborted) return;
        done.abort();
        resolve();
      };
      document.addEventListener("visibilitychange", check, { signal: done.signal });
      signal.addEventListener("abort", check, { signal: done.signal });
    });
  },
  onHidden(act) {
    const check = () => {
      if (document.visibilityState === "hidden") act();
    };
    document.addEventListener("visibilitychange", check);
    return () => document.removeEventListener("visibilitychange", check);
  },
};

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Retry delay in ms: doubles from 250 to 8,000, with jitter of up to half. */
export function backoff(attempt: number, random: number = Math.random()): number {
  const full = Math.min(8_000, 250 * 2 ** attempt);
  return full - (full / 2) * random;
}

type Outcome = "ended" | "lost" | "hidden" | { refused: number };

/**
 * Follows a stream of server-sent events to its last event, over any number of connections. A lost, silent or
 * closed connection is reopened after the last id received, so that no event is missed or applied twice. No
 * connection is open while the page is hidden.
 */
export async function followStream(options: StreamOptions): Promise<void> {
  const visible = options.visible ?? pageVisibility;
  const wait = options.wait ?? pause;
  const tell = (state: StreamState, status?: number) => options.onState?.(state, status);
  let last = options.after;
  let attempt = 0;

  const take = (message: EventSourceMessage): boolean => {
    const id = message.id === undefined || message.id === "" ? undefined : Number(message.id);
    if (id !== undefined && last !== undefined && id <= last) return false;
    const ended = options.onEvent({ id, type: message.event ?? "message", data: message.data });
    if (id !== undefined) last = id;
    attempt = 0;
    return ended;
  };

  while (!options.signal.aborted) {
    await visible.until(options.signal);
    if (options.signal.aborted) return;
    tell("connecting");
    const outcome = await readOnce(options, visible, last, take, () => tell("open"));
    if (options.signal.aborted) return;
    if (outcome === "ended") return tell("ended");
    if (outcome === "hidden") continue;
    if (outcome !== "lost") return tell("failed", outcome.refused);
    tell("waiting");
    await wait(backoff(attempt++), options.signal);
  }
}

async function readOnce(
  options: StreamOptions,
  visible: Visibility,
  last: number | undefined,
  take: (message: EventSourceMessage) => boolean,
  opened: () => void,
): Promise<Outcome> {
  const connection = new AbortController();
  const close = () => connection.abort();
  let hidden = false;
  let ended = false;
  const unwatch = visible.onHidden(() => {
    hidden = true;
    close();
  });
  options.signal.addEventListener("abort", close);
  const silence = options.silence ?? 40_000;
  let watchdog = setTimeout(close, silence);
  try {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (last !== undefined) headers["last-event-id"] = String(last);
    const ask = options.fetch ?? fetch;
    const response = await ask(options.url, { headers, signal: connection.signal });
    if (!response.ok) {
      const { status } = refused(response.status, await response.text().catch(() => ""));
      // Transient: the server may be restarting or busy. Any other status is final.
      const passing = status >= 500 || status === 429 || status === 408;
      return passing ? "lost" : { refused: status };
    }
    if (!response.body) return "lost";
    opened();
    const parser = createParser({
      onEvent: (message) => {
        if (!ended) ended = take(message);
      },
    });
    const text = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return ended ? "ended" : "lost";
      clearTimeout(watchdog);
      watchdog = setTimeout(close, silence);
      parser.feed(text.decode(value, { stream: true }));
      if (ended) return "ended";
    }
  } catch {
    return hidden ? "hidden" : "lost";
  } finally {
    clearTimeout(watchdog);
    unwatch();
    options.signal.removeEventListener("abort", close);
    close();
  }
}

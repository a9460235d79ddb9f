import { expect, test } from "bun:test";
import fc from "fast-check";
import { problem } from "../../test/support/network.ts";
import { onSignedOut } from "./refused.ts";
import {
  backoff,
  followStream,
  pageVisibility,
  type StreamState,
  type Visibility,
} from "./sse-client.ts";

const alwaysVisible: Visibility = {
  now: () => true,
  until: () => Promise.resolve(),
  onHidden: () => () => undefined,
};

type Reply = { status?: number; body?: string; cutAt?: number; hang?: boolean };
type Seen = { id: number | undefined; type: string; data: string };

const encoder = new TextEncoder();

/** A stream whose bytes arrive in these pieces, and then end, fail or hang. */
function bodyOf(
  bytes: Uint8Array,
  sizes: readonly number[],
  end: "close" | "cut" | "hang",
  signal: AbortSignal | undefined,
) {
  let at = 0;
  let index = 0;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      signal?.addEventListener("abort", () => {
        try {
          controller.error(new DOMException("aborted", "AbortError"));
        } catch {
          // It has ended already.
        }
      });
    },
    pull(controller) {
      if (at >= bytes.length) {
        if (end === "close") controller.close();
        else if (end === "cut") controller.error(new TypeError("connection lost"));
        else return new Promise(() => undefined);
        return;
      }
      const size = sizes[index++ % sizes.length] ?? 1;
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

function record(id: number, type: string, data: unknown): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Follows one reply per connection, in turn. Returns the events received and the requests sent. */
async function follow(
  replies: Reply[],
  options: { sizes?: number[]; silence?: number; after?: number } = {},
) {
  const seen: Seen[] = [];
  const asked: (string | null)[] = [];
  const states: StreamState[] = [];
  const waits: number[] = [];
  let turn = 0;
  const abort = new AbortController();
  await followStream({
    url: "/events",
    after: options.after,
    signal: abort.signal,
    visible: alwaysVisible,
    silence: options.silence ?? 5_000,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    fetch: Object.assign(
      (_: unknown, init?: RequestInit) => {
        asked.push(new Headers(init?.headers).get("last-event-id"));
        const reply = replies[turn++];
        if (!reply) {
          abort.abort();
          return Promise.reject(new TypeError("no more replies"));
        }
        const bytes = encoder.encode(reply.body ?? "").slice(0, reply.cutAt);
        const end = reply.hang ? "hang" : reply.cutAt === undefined ? "close" : "cut";
        return Promise.resolve(
          new Response(bodyOf(bytes, options.sizes ?? [7], end, init?.signal ?? undefined), {
            status: reply.status ?? 200,
          }),
        );
      },
      { preconnect: () => undefined },
    ),
    onState: (state) => states.push(state),
    onEvent: (event) => {
      seen.push(event);
      return event.type === "done";
    },
  });
  return { seen, asked, states, waits };
}

const whole =
  record(1, "start", {}) +
  record(2, "delta", { text: "héllo ✓" }) +
  ": ping\n\n" +
  record(3, "delta", { text: " wörld" }) +
  record(4, "done", { status: "complete" });

test("all events arrive, in order, and the stream ends with the last", async () => {
  const { seen, states } = await follow([{ body: whole }]);
  expect(seen.map((event) => event.id)).toEqual([1, 2, 3, 4]);
  expect(states).toEqual(["connecting", "open", "ended"]);
});

test("a connection cut at any byte, read in pieces of any size, loses and repeats nothing", async () => {
  const length = encoder.encode(whole).length;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: length }), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
      async (cuts, sizes) => {
        const { seen } = await follow(
          [...cuts.map((cutAt) => ({ body: whole, cutAt })), { body: whole }],
          { sizes },
        );
        expect(seen.map((event) => event.id)).toEqual([1, 2, 3, 4]);
        expect(seen.map((event) => event.data).join("")).toContain("héllo ✓");
      },
    ),
    { numRuns: 60 },
  );
});

test("a new connection asks for the events after the last one received", async () => {
  const cutAt = encoder.encode(
    record(1, "start", {}) + record(2, "delta", { text: "héllo ✓" }),
  ).length;
  const { asked } = await follow([{ body: whole, cutAt }, { body: whole }]);
  expect(asked).toEqual([null, "2"]);
});

test("a reader that has a part already asks for the rest only", async () => {
  const { asked, seen } = await follow([{ body: whole }], { after: 2 });
  expect(asked).toEqual(["2"]);
  expect(seen.map((event) => event.id)).toEqual([3, 4]);
});

test("a silent connection is closed and reopened", async () => {
  const { seen, states } = await follow(
    [{ body: record(1, "start", {}), hang: true }, { body: whole }],
    { silence: 30 },
  );
  expect(seen.map((event) => event.id)).toEqual([1, 2, 3, 4]);
  expect(states).toContain("waiting");
});

test("a restarting server is retried, a refusal is not", async () => {
  const passing = await follow([{ status: 503 }, { status: 429 }, { body: whole }]);
  expect(passing.states.at(-1)).toBe("ended");
  const refused = await follow([{ status: 404 }]);
  expect(refused.states.at(-1)).toBe("failed");
  expect(refused.asked).toHaveLength(1);
});

test("a stream whose session ended is not retried, and the page is notified", async () => {
  const told: number[] = [];
  onSignedOut(() => told.push(told.length));
  const body = await problem(401, "not_signed_in").text();
  const ended = await follow([{ status: 401, body }]);
  onSignedOut(() => {});
  expect([ended.states.at(-1), ended.asked.length, told]).toEqual(["failed", 1, [0]]);
});

test("while the page is hidden no connection is open, and then it continues where it was", async () => {
  let shown = true;
  let hide: (() => void) | undefined;
  let show: (() => void) | undefined;
  const visible: Visibility = {
    now: () => shown,
    until: () =>
      shown
        ? Promise.resolve()
        : new Promise((resolve) => {
            show = resolve;
          }),
    onHidden: (act) => {
      hide = act;
      return () => undefined;
    },
  };
  const asked: (string | null)[] = [];
  const seen: (number | undefined)[] = [];
  const finished = followStream({
    url: "/events",
    signal: new AbortController().signal,
    visible,
    wait: () => Promise.resolve(),
    fetch: Object.assign(
      (_: unknown, init?: RequestInit) => {
        asked.push(new Headers(init?.headers).get("last-event-id"));
        const first = asked.length === 1;
        const bytes = encoder.encode(first ? record(1, "start", {}) : whole);
        return Promise.resolve(
          new Response(bodyOf(bytes, [64], first ? "hang" : "close", init?.signal ?? undefined)),
        );
      },
      { preconnect: () => undefined },
    ),
    onEvent: ({ id, type }) => {
      seen.push(id);
      return type === "done";
    },
  });
  while (seen.length === 0) await Bun.sleep(1);
  shown = false;
  hide?.();
  await Bun.sleep(20);
  expect(asked).toEqual([null]);
  shown = true;
  show?.();
  await finished;
  expect(asked).toEqual([null, "1"]);
  expect(seen).toEqual([1, 2, 3, 4]);
});

test("retries wait longer each time, up to eight seconds, with jitter", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, random) => {
        const ms = backoff(attempt, random);
        expect(ms).toBeGreaterThanOrEqual(125);
        expect(ms).toBeLessThanOrEqual(8_000);
      },
    ),
  );
  expect(backoff(10, 0)).toBe(8_000);
  expect(backoff(0, 0)).toBe(250);
});

test("a lost connection is reopened only after the pause", async () => {
  const pause = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<void>();
  const abort = new AbortController();
  let asked = 0;
  const following = followStream({
    url: "/events",
    signal: abort.signal,
    visible: alwaysVisible,
    wait: () => {
      waiting.resolve();
      return pause.promise;
    },
    fetch: Object.assign(
      () => {
        asked++;
        if (asked > 1) abort.abort();
        return Promise.reject(new TypeError("offline"));
      },
      { preconnect: () => undefined },
    ),
    onEvent: () => false,
  });
  await waiting.promise;
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(asked).toBe(1);
  pause.resolve();
  await following;
  expect(asked).toBe(2);
});

test("a page is visible as its document says, and waits until it is", async () => {
  let state = "hidden";
  const page = Object.defineProperty(new EventTarget(), "visibilityState", { get: () => state });
  Object.defineProperty(globalThis, "document", { value: page, configurable: true });
  using _ = { [Symbol.dispose]: () => void Reflect.deleteProperty(globalThis, "document") };
  const turn = (next: string) => {
    state = next;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  expect(pageVisibility.now()).toBe(false);
  let waits = true;
  const visible = pageVisibility.until(new AbortController().signal).then(() => {
    waits = false;
  });
  turn("hidden");
  await Promise.resolve();
  expect(waits).toBe(true);
  turn("visible");
  await visible;
  expect(pageVisibility.now()).toBe(true);
  let hidden = 0;
  const forget = pageVisibility.onHidden(() => hidden++);
  turn("visible");
  turn("hidden");
  expect(hidden).toBe(1);
  forget();
  turn("hidden");
  expect(hidden).toBe(1);
});

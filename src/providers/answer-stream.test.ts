import { afterAll, describe, expect, test } from "bun:test";
import { anthropicServer } from "../../test/providers/anthropic-server.ts";
import {
  aCall,
  aRequest,
  type Collected,
  collect,
  eventually,
  failureOf,
} from "../../test/providers/contract.ts";
import { createAdapter, type FetchLike } from "./index.ts";
import type { ProviderEvent } from "./port.ts";

describe("a call that is cancelled at any moment", () => {
  const server = anthropicServer().start();
  const adapter = createAdapter({ kind: "anthropic", apiKey: "key", baseUrl: server.origin });
  afterAll(() => server.stop());

  test("leaves no call running and no rejection unhandled", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    server.scenario = { text: "on and on ", endless: true, chunkMs: 1, firstMs: 3 };
    await Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        const abort = new AbortController();
        setTimeout(() => abort.abort(new Error("stop")), n % 25);
        const reading = (async () => {
          for await (const _events of adapter.stream(aRequest(), aCall({ signal: abort.signal }))) {
            // Some readers are busy when the cancel comes, some leave the loop themselves.
            if (n % 3 === 0) await Bun.sleep(n % 20);
            if (n % 7 === 0) return;
          }
        })();
        await reading.catch((error: unknown) => expect(error).toMatchObject({ message: "stop" }));
      }),
    );
    await eventually(() => server.running.length === 0);
    await Bun.sleep(20);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("an abort closes the provider's socket within a moment, also while the model thinks", async () => {
    for (const scenario of [
      { fault: { kind: "silent_start" as const } },
      { endless: true, chunkMs: 2 },
    ]) {
      server.scenario = scenario;
      const abort = new AbortController();
      const reading = collect(adapter.stream(aRequest(), aCall({ signal: abort.signal })));
      await eventually(() => server.running.length === 1);
      abort.abort(new Error("stop"));
      await failureOf(reading);
      await eventually(() => server.running.length === 0);
      expect(server.calls.at(-1)?.ended).toBe("closed_by_client");
    }
  });
});

describe("a consumer that pauses between reads", () => {
  const delta = (content: string) =>
    new TextEncoder().encode(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
  const textOf = (events: ProviderEvent[]) =>
    events.map((event) => (event.type === "text" ? event.text : `<${event.type}>`)).join("");

  /** An answer whose body the test writes, once the request has been sent. */
  const asked = () => {
    const { promise: opened, resolve: open } =
      Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
    const body = new ReadableStream<Uint8Array>({ start: open });
    const adapter = createAdapter({
      kind: "openai",
      apiKey: "key",
      fetch: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
    });
    const events = adapter.stream(aRequest(), aCall())[Symbol.asyncIterator]();
    return { events, opened };
  };

  test("gets everything that has arrived meanwhile, up to the end", async () => {
    const { events, opened } = asked();
    const next = async () => textOf((await events.next()).value ?? []);
    const first = next();
    const provider = await opened;
    provider.enqueue(delta("a"));
    expect(await first).toBe("a");
    for (const piece of "bcd") provider.enqueue(delta(piece));
    expect(await next()).toBe("bcd");
    const waiting = next();
    provider.enqueue(delta("e"));
    expect(await waiting).toBe("e");
    provider.enqueue(delta("f"));
    provider.enqueue(
      new TextEncoder().encode('data: {"choices":[{"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'),
    );
    expect(await next()).toBe("f<end>");
    expect(await events.next()).toMatchObject({ done: true });
  });

  test("gets what arrived before the connection was lost, then the loss", async () => {
    const { events, opened } = asked();
    const first = events.next();
    const provider = await opened;
    provider.enqueue(delta("a"));
    expect(textOf((await first).value ?? [])).toBe("a");
    provider.enqueue(delta("b"));
    await Bun.sleep(0);
    provider.error(new Error("reset"));
    expect(textOf((await events.next()).value ?? [])).toBe("b");
    expect(await failureOf(events.next())).toMatchObject({ code: "cut" });
  });
});

describe("an abort while the provider writes", () => {
  const delta = (content: string) =>
    new TextEncoder().encode(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
  const finish = new TextEncoder().encode(
    'data: {"choices":[{"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
  );

  /** Aborts after the first words, while those of `behind` wait in the socket. */
  async function stopAfterFirst(behind: (written: (bytes: Uint8Array) => void) => void) {
    const abort = new AbortController();
    const { promise: opened, resolve: open } = Promise.withResolvers<(b: Uint8Array) => void>();
    let socket: AbortSignal | undefined;
    const fetch: FetchLike = async (_, { signal }) => {
      socket = signal ?? undefined;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => open((bytes) => controller.enqueue(bytes)),
      });
      return new Response(body);
    };
    const adapter = createAdapter({ kind: "openai", retry: false, fetch });
    const into: Collected = { text: "", reasoning: "", usage: undefined, events: [], reads: 0 };
    const reading = collect(
      (async function* () {
        for await (const events of adapter.stream(aRequest(), aCall({ signal: abort.signal }))) {
          yield events;
          if (into.reads > 1) expect(socket?.aborted).toBe(true);
          if (abort.signal.aborted) continue;
          behind(await opened);
          abort.abort("stop");
        }
      })(),
      into,
    );
    (await opened)(delta("first"));
    const reason = await reading.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(socket?.aborted).toBe(true);
    return { reason, ...into };
  }

  test("bytes already received are passed on once, with the socket closed", async () => {
    const { reason, text, reads } = await stopAfterFirst((write) => {
      for (const word of [" second", " third", " fourth"]) write(delta(word));
    });
    expect(reason).toBe("stop");
    expect(text).toBe("first second third fourth");
    expect(reads).toBe(2);
  });

  test("an answer that turns out to be complete ends as complete", async () => {
    const { reason, events } = await stopAfterFirst((write) => write(finish));
    expect(reason).toBeUndefined();
    expect(events.at(-1)).toEqual({ type: "end", reason: "stop" });
  });

  test("later bytes are not waited for", async () => {
    const { reason, text } = await stopAfterFirst((write) => {
      setTimeout(() => write(delta(" late")), 200);
    });
    expect(reason).toBe("stop");
    expect(text).toBe("first");
  });

  test("a sender that never pauses is cut off after a moment", async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(delta("on ")),
    });
    const abort = new AbortController();
    const adapter = createAdapter({
      kind: "openai",
      retry: false,
      fetch: async () => new Response(endless),
    });
    const reading = (async () => {
      for await (const _ of adapter.stream(aRequest(), aCall({ signal: abort.signal })))
        abort.abort("stop");
    })();
    expect(await failureOf(reading)).toBe("stop");
  });
});

describe("an answer with broken characters", () => {
  test("a character cut between two events arrives whole", async () => {
    expect(await textOf(["a\\ud83e", "\\udda6b"])).toBe("a🦦b");
  });

  test("lone surrogates and NUL, which cannot be stored, are replaced", async () => {
    expect(await textOf(["a\\ud83e", "b\\u0000c", "\\udda6", "\\ud83e"])).toBe("a�b�c��");
  });
});

describe("an answer whose end reason has come", () => {
  const ended = new TextEncoder().encode(
    'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n',
  );
  const after = (then: (body: ReadableStreamDefaultController<Uint8Array>) => void) =>
    collect(
      createAdapter({
        kind: "openai",
        retry: false,
        fetch: async (_, { signal }) =>
          new Response(
            new ReadableStream<Uint8Array>({
              start(body) {
                body.enqueue(ended);
                signal?.addEventListener("abort", () => body.error(signal.reason));
              },
              pull: then,
            }),
          ),
      }).stream(aRequest(), aCall({ idleTimeoutMs: 60 })),
    );

  test("is whole although the provider falls silent instead of ending the stream", async () => {
    const { text, events } = await after(() => {});
    expect(text).toBe("Hi");
    expect(events.at(-1)).toEqual({ type: "end", reason: "stop" });
  });

  test("is whole although the connection is lost", async () => {
    const { text, events } = await after((body) => body.error(new Error("reset")));
    expect(text).toBe("Hi");
    expect(events.filter(({ type }) => type === "end")).toHaveLength(1);
  });
});

test("an answer with an end reason in each chunk goes on, however slowly", async () => {
  const chunk = (content: string) =>
    new TextEncoder().encode(
      `data: {"choices":[{"delta":{"content":"${content}"},"finish_reason":"stop"}]}\n\n`,
    );
  const slow = new ReadableStream<Uint8Array>({
    async start(body) {
      body.enqueue(chunk("Hel"));
      body.enqueue(chunk("l"));
      // Longer than the end of an answer is waited for.
      await Bun.sleep(1_100);
      body.enqueue(chunk("o."));
      body.close();
    },
  });
  const { text, events } = await collect(answering(new Response(slow)));
  expect(text).toBe("Hello.");
  expect(events.at(-1)).toEqual({ type: "end", reason: "stop" });
});

describe("an endpoint that does not speak the format", () => {
  test("an error inside a 200 is reported as that error", async () => {
    const body = { error: { code: 429, message: "Rate limited upstream" } };
    const error = await failureOf(collect(answering(Response.json(body))));
    expect(error).toMatchObject({ code: "rate_limited" });
    expect(await failureOf(collect(answering(Response.json({ ok: true }))))).toMatchObject({
      code: "malformed",
    });
  });

  test("a key that cannot be sent is a bad key, and is not quoted", async () => {
    const adapter = createAdapter({ kind: "openai", apiKey: "sk-secret\nx", retry: false });
    const error = await failureOf(collect(adapter.stream(aRequest(), aCall())));
    expect(error).toMatchObject({ code: "bad_key" });
    expect(Bun.inspect(error)).not.toContain("sk-secret");
  });
});

/** The text of an answer whose deltas have these JSON string contents, one network read each. */
async function textOf(contents: string[]): Promise<string> {
  const events = contents.map(
    (content) => `data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`,
  );
  const parts = [...events, 'data: {"choices":[{"finish_reason":"stop"}]}\n\n'];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(part));
    },
  });
  let text = "";
  for await (const batch of answering(new Response(body))) {
    for (const event of batch) {
      if (event.type !== "text") continue;
      expect(event.text.isWellFormed()).toBe(true);
      text += event.text;
    }
  }
  return text;
}

function answering(response: Response) {
  const fetch: FetchLike = async () => response;
  return createAdapter({ kind: "openai", retry: false, fetch }).stream(aRequest(), aCall());
}

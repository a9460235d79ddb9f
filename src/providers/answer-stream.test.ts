import { afterAll, describe, expect, test } from "bun:test";
import { anthropicServer } from "../../test/providers/anthropic-server.ts";
import { aCall, aRequest, collect, eventually, failureOf } from "../../test/providers/contract.ts";
import { createProvider, type FetchLike } from "./index.ts";

describe("a call that is given up at any moment", () => {
  const server = anthropicServer().start();
  const provider = createProvider({ kind: "anthropic", apiKey: "key", baseUrl: server.origin });
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
          for await (const _events of provider.stream(
            aRequest(),
            aCall({ signal: abort.signal }),
          )) {
            // Some readers are busy when the stop comes, some leave by themselves.
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

  test("a stop closes the provider's socket within a moment, also while it thinks", async () => {
    for (const scenario of [
      { fault: { kind: "silent_start" as const } },
      { endless: true, chunkMs: 2 },
    ]) {
      server.scenario = scenario;
      const abort = new AbortController();
      const reading = collect(provider.stream(aRequest(), aCall({ signal: abort.signal })));
      await eventually(() => server.running.length === 1);
      abort.abort(new Error("stop"));
      await failureOf(reading);
      await eventually(() => server.running.length === 0);
      expect(server.calls.at(-1)?.ended).toBe("closed_by_client");
    }
  });
});

describe("an answer with broken characters", () => {
  test("a character cut between two events arrives whole", async () => {
    expect(await textOf(["a\\ud83e", "\\udda6b"])).toBe("a🦦b");
  });

  test("half characters and NUL, which nobody can store, are replaced", async () => {
    expect(await textOf(["a\\ud83e", "b\\u0000c", "\\udda6", "\\ud83e"])).toBe("a�b�c��");
  });
});

describe("an endpoint that is not what it should be", () => {
  test("an error behind a 200 is told as what it is", async () => {
    const body = { error: { code: 429, message: "Rate limited upstream" } };
    const error = await failureOf(collect(answering(Response.json(body))));
    expect(error).toMatchObject({ code: "rate_limited" });
    expect(await failureOf(collect(answering(Response.json({ ok: true }))))).toMatchObject({
      code: "malformed",
    });
  });

  test("a key that cannot be sent is a bad key, and is not quoted", async () => {
    const provider = createProvider({ kind: "openai", apiKey: "sk-secret\nx", retry: false });
    const error = await failureOf(collect(provider.stream(aRequest(), aCall())));
    expect(error).toMatchObject({ code: "bad_key" });
    expect(Bun.inspect(error)).not.toContain("sk-secret");
  });
});

/** The text of an answer whose deltas carry these JSON string contents, one network read each. */
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
  return createProvider({ kind: "openai", retry: false, fetch }).stream(aRequest(), aCall());
}

import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { anthropicServer } from "../../test/providers/anthropic-server.ts";
import {
  aCall,
  aRequest,
  type Collected,
  collect,
  eventually,
  failureOf,
} from "../../test/providers/contract.ts";
import { googleServer } from "../../test/providers/google-server.ts";
import { openAiServer } from "../../test/providers/openai-server.ts";
import type { Fault } from "../../test/providers/scenario.ts";
import { createAdapter, ProviderError, type ProviderErrorCode } from "./index.ts";

const KEY = "sk-secret-0123456789";
const TEXT = "A first sentence, then a second one, and at last a third one. 🦦";

const vendors = [
  { vendor: "Anthropic", kind: "anthropic" as const, server: anthropicServer().start(), path: "" },
  { vendor: "Google", kind: "google" as const, server: googleServer().start(), path: "" },
  { vendor: "OpenAI", kind: "openai" as const, server: openAiServer().start(), path: "/v1" },
];

/** Faults before the first word, with the expected error and whether the provider may charge. */
const failures: [Fault, ProviderErrorCode, { billable: boolean; retryable: boolean }][] = [
  [{ kind: "bad_key" }, "bad_key", { billable: false, retryable: false }],
  [{ kind: "no_credit" }, "no_credit", { billable: false, retryable: false }],
  [{ kind: "unknown_model" }, "unknown_model", { billable: false, retryable: false }],
  [{ kind: "context_too_long" }, "context_too_long", { billable: false, retryable: false }],
  [{ kind: "refused" }, "refused", { billable: false, retryable: false }],
  [{ kind: "invalid_request" }, "invalid_request", { billable: false, retryable: false }],
  [{ kind: "rate_limited" }, "rate_limited", { billable: false, retryable: true }],
  [{ kind: "overloaded", status: 529 }, "overloaded", { billable: false, retryable: true }],
  [{ kind: "overloaded", status: 503 }, "overloaded", { billable: false, retryable: true }],
  [{ kind: "server_error" }, "provider_fault", { billable: false, retryable: true }],
  [{ kind: "redirect" }, "wrong_address", { billable: false, retryable: false }],
  [{ kind: "document" }, "malformed", { billable: false, retryable: false }],
  [{ kind: "silent_start" }, "silent", { billable: true, retryable: false }],
  [{ kind: "hang_up" }, "unreachable", { billable: true, retryable: false }],
  [{ kind: "malformed" }, "malformed", { billable: true, retryable: false }],
  [{ kind: "oversized" }, "malformed", { billable: true, retryable: false }],
  [{ kind: "error_event" }, "overloaded", { billable: false, retryable: true }],
  [{ kind: "truncated" }, "cut", { billable: true, retryable: false }],
  [{ kind: "cut", afterBytes: 0 }, "cut", { billable: true, retryable: false }],
  [{ kind: "cut", afterBytes: 20 }, "cut", { billable: true, retryable: false }],
  [{ kind: "cut", afterBytes: 20, reset: true }, "cut", { billable: true, retryable: false }],
];

/** Faults in the middle of an answer: received text stays, and nothing is retried. */
const interruptions: [Fault, ProviderErrorCode][] = [
  [{ kind: "malformed", afterDeltas: 3 }, "malformed"],
  [{ kind: "oversized", afterDeltas: 3 }, "malformed"],
  [{ kind: "error_event", afterDeltas: 3 }, "overloaded"],
  [{ kind: "truncated", afterDeltas: 3 }, "cut"],
  [{ kind: "cut", afterBytes: 1400 }, "cut"],
];

for (const { vendor, kind, server, path } of vendors) {
  const baseUrl = `${server.origin}${path}`;
  const adapter = createAdapter({ kind, apiKey: KEY, baseUrl, retry: false });
  const ask = (idleTimeoutMs = 2000) => adapter.stream(aRequest(), aCall({ idleTimeoutMs }));

  describe(`${vendor}, faults`, () => {
    afterEach(() => server.reset());
    afterAll(() => server.stop());

    test.each(failures)("%j is reported as %s", async (fault, code, { billable, retryable }) => {
      server.scenario = { text: TEXT, fault };
      let mayBeCharged: boolean | undefined;
      const call = aCall({
        idleTimeoutMs: fault.kind === "silent_start" ? 60 : 2000,
        onBillable: (value) => {
          mayBeCharged = value;
        },
      });
      const error = await failureOf(collect(adapter.stream(aRequest(), call)));
      expect(error).toBeInstanceOf(ProviderError);
      expect(error).toMatchObject({ code, retryable });
      expect(mayBeCharged).toBe(billable);
      await eventually(() => server.running.length === 0);
    });

    test.each(interruptions)(
      "%j in the middle is %s and keeps the received text",
      async (fault, code) => {
        const into: Collected = { text: "", reasoning: "", usage: undefined, events: [], reads: 0 };
        const when = () => eventually(() => into.text !== "");
        const held = fault.kind === "cut" ? { ...fault, when } : fault;
        server.scenario = { text: TEXT, deltaChars: 6, chunkMs: 3, fault: held };
        const error = await failureOf(collect(ask(), into));
        expect(error).toMatchObject({ code, retryable: false });
        expect(into.text.length).toBeGreaterThan(0);
        expect(TEXT.startsWith(into.text)).toBe(true);
      },
    );

    test("the delay of a rate limit is passed on, in seconds or as a date", async () => {
      server.queue({ fault: { kind: "rate_limited", retryAfter: "7" } });
      expect(await failureOf(collect(ask()))).toMatchObject({ retryAfterMs: 7000, status: 429 });
      const soon = new Date(Date.now() + 60_000).toUTCString();
      server.queue({ fault: { kind: "rate_limited", retryAfter: soon } });
      const error = await failureOf(collect(ask()));
      if (!(error instanceof ProviderError)) throw error;
      expect(error.retryAfterMs).toBeWithin(50_000, 60_001);
    });

    test("no error carries the key, the address or the prompt", async () => {
      const told: string[] = [];
      for (const [fault] of failures) {
        server.scenario = { fault };
        const error = await failureOf(collect(ask(50)));
        told.push(Bun.inspect(error), JSON.stringify(error));
      }
      const nowhere = createAdapter({
        kind,
        apiKey: KEY,
        baseUrl: "http://127.0.0.1:9",
        retry: false,
      });
      const error = await failureOf(collect(nowhere.stream(aRequest(), aCall())));
      expect(error).toMatchObject({ code: "unreachable", retryable: true });
      told.push(Bun.inspect(error));
      const all = told.join("\n");
      for (const secret of [KEY, "127.0.0.1", "otters", "helpful"])
        expect(all).not.toContain(secret);
    });

    test("a wrong path on a running host is reported as a wrong address", async () => {
      const lost = createAdapter({
        kind,
        apiKey: KEY,
        baseUrl: `${server.origin}/nowhere`,
        retry: false,
      });
      const error = await failureOf(collect(lost.stream(aRequest(), aCall())));
      expect(error).toMatchObject({ code: "wrong_address", retryable: false });
    });

    test("an answer that was refused ends as refusal, not as an error", async () => {
      server.scenario = { text: "I cannot help with that.", end: "refusal" };
      const { events, text } = await collect(ask());
      expect(text).toBe("I cannot help with that.");
      expect(events.at(-1)).toEqual({ type: "end", reason: "refusal" });
    });

    test("an answer at its output cap ends as length", async () => {
      server.scenario = { text: "word ".repeat(200) };
      const request = aRequest({ maxOutputTokens: 20 });
      const { events, usage } = await collect(adapter.stream(request, aCall()));
      expect(events.at(-1)).toEqual({ type: "end", reason: "length" });
      expect(usage?.outputTokens).toBe(20);
    });

    test("missing usage is no error, and usage sent twice is not added up", async () => {
      server.queue({ text: TEXT, usage: "missing" });
      expect((await collect(ask())).usage).toBeUndefined();
      server.queue({ text: TEXT, usage: "twice" });
      const { usage } = await collect(ask());
      expect(usage).toEqual(server.calls.at(-1)?.reportedUsage);
    });

    test("a connection serves many answers one after the other", async () => {
      for (let n = 0; n < 5; n++) await collect(ask());
      await Bun.sleep(20);
      expect(server.openConnections).toBeLessThanOrEqual(2);
    });
  });
}

import { afterAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { anthropicFormat, anthropicServer } from "../../test/providers/anthropic-server.ts";
import { aCall, aRequest, collect } from "../../test/providers/contract.ts";
import { googleFormat, googleServer } from "../../test/providers/google-server.ts";
import { openAiFormat, openAiServer } from "../../test/providers/openai-server.ts";
import type { ModelAnswer, Scenario } from "../../test/providers/scenario.ts";
import { createAdapter, type TokenUsage } from "./index.ts";

const vendors = [
  {
    kind: "anthropic" as const,
    format: anthropicFormat,
    server: anthropicServer().start(),
    path: "",
  },
  { kind: "google" as const, format: googleFormat, server: googleServer().start(), path: "" },
  { kind: "openai" as const, format: openAiFormat, server: openAiServer().start(), path: "/v1" },
];

const counts = fc.nat({ max: 2_000_000 });
/** Any usage that the formats can express. */
const usages: fc.Arbitrary<TokenUsage> = fc
  .tuple(counts, counts, counts, counts, counts)
  .map(([inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoning]) => ({
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens: Math.min(reasoning, outputTokens),
  }));

const answers: fc.Arbitrary<ModelAnswer> = fc.record({
  model: fc.constant("test-model"),
  reasoning: fc.string({ unit: "grapheme", maxLength: 80 }),
  text: fc.string({ unit: "grapheme", maxLength: 400 }),
  endless: fc.constant(false),
  deltaChars: fc.integer({ min: 1, max: 40 }),
  end: fc.constantFrom("stop", "length", "refusal"),
  usage: usages,
  reportUsage: fc.constantFrom("once", "twice"),
});

for (const { kind, format, server, path } of vendors) {
  describe(`${kind}: bytes on the wire`, () => {
    afterAll(() => server.stop());

    test("text, reasoning and usage do not depend on how the network splits the bytes", async () => {
      const newlines = fc.constantFrom("\n", "\r\n", "\r");
      const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(answers, sizes, newlines, async (any, writeSizes, newline) => {
          // Google writes caches on its own account.
          const answer = kind === "google" ? { ...any, usage: withoutWrites(any.usage) } : any;
          const bytes = encode([...format.frames(answer)], newline);
          const adapter = createAdapter({
            kind,
            apiKey: "key",
            retry: false,
            fetch: async () => new Response(cut(bytes, writeSizes), { headers: eventStream }),
          });
          const { text, reasoning, usage, events } = await collect(
            adapter.stream(aRequest(), aCall()),
          );
          expect(text).toBe(answer.text);
          expect(reasoning).toBe(answer.reasoning);
          expect(usage).toEqual(answer.usage);
          expect(events.at(-1)).toEqual({ type: "end", reason: answer.end });
        }),
        { numRuns: 200 },
      );
    });

    const forms: [string, Scenario][] = [
      ["one byte at a time", { writeSizes: [1] }],
      ["CR and LF, split between them", { newline: "\r\n", writeSizes: [7, 1, 3] }],
      ["comments between the events", { comments: true }],
      ["compressed", { gzip: true }],
      ["everything in large reads", { deltaChars: 3, writeSizes: [100_000] }],
    ];
    test.each(forms)("an answer arrives complete: %s", async (_, form) => {
      const text = "Grüße aus 東京 👩‍👩‍👧‍👦 — ‘fin’.\r\n\tdata: x\n\n".repeat(3);
      server.queue({ ...form, text, reasoning: "Let me think… 🤔" });
      const adapter = createAdapter({ kind, apiKey: "key", baseUrl: `${server.origin}${path}` });
      const answer = await collect(adapter.stream(aRequest(), aCall()));
      expect(answer.text).toBe(text);
      expect(answer.reasoning).toBe("Let me think… 🤔");
      expect(answer.usage).toEqual(server.calls.at(-1)?.reportedUsage);
    });

    test("the events of one read arrive as one batch with merged text", async () => {
      const answer = { ...someAnswer, text: "word ".repeat(100), deltaChars: 5 };
      const bytes = encode([...format.frames(answer)], "\n");
      const adapter = createAdapter({
        kind,
        apiKey: "key",
        fetch: async () => new Response(cut(bytes, [bytes.length]), { headers: eventStream }),
      });
      const { events, reads } = await collect(adapter.stream(aRequest(), aCall()));
      expect(reads).toBe(1);
      expect(events.filter(({ type }) => type === "text")).toHaveLength(1);
    });

    test("a repeated prefix is reported as read from the cache", async () => {
      const adapter = createAdapter({ kind, apiKey: "key", baseUrl: `${server.origin}${path}` });
      const system = [{ text: "The house rules. ".repeat(400), cacheable: true }];
      const first = await collect(adapter.stream(aRequest({ system }), aCall()));
      const second = await collect(adapter.stream(aRequest({ system }), aCall()));
      expect(first.usage?.cacheReadTokens).toBe(0);
      expect(second.usage?.cacheReadTokens).toBeGreaterThanOrEqual(1024);
      expect(totalInput(second.usage)).toBe(totalInput(first.usage));
    });
  });
}

const eventStream = { "content-type": "text/event-stream" };
const someAnswer: ModelAnswer = {
  model: "test-model",
  reasoning: "",
  text: "",
  endless: false,
  deltaChars: 5,
  end: "stop",
  usage: {
    inputTokens: 1,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
  },
  reportUsage: "once",
};

function withoutWrites(usage: TokenUsage): TokenUsage {
  const inputTokens = usage.inputTokens + usage.cacheWriteTokens;
  return { ...usage, inputTokens, cacheWriteTokens: 0 };
}

function encode(frames: { event?: string; data: string }[], newline: string): Uint8Array {
  const lines = frames.map(
    ({ event, data }) =>
      `${event ? `event: ${event}${newline}` : ""}data: ${data}${newline}${newline}`,
  );
  return new TextEncoder().encode(lines.join(""));
}

function cut(bytes: Uint8Array, sizes: number[]): ReadableStream<Uint8Array> {
  let at = 0;
  let n = 0;
  return new ReadableStream({
    pull(controller) {
      const size = sizes[n++ % sizes.length] ?? 1;
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
      if (at >= bytes.length) controller.close();
    },
  });
}

function totalInput(usage: TokenUsage | undefined): number {
  if (!usage) throw new Error("no usage");
  return usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

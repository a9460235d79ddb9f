import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect } from "../../../test/providers/contract.ts";
import { slowness } from "../../../test/support/slowness.ts";
import { estimateRequestTokens, estimateTokens } from "../estimate-tokens.ts";
import type { PromptSource } from "../port.ts";
import { excerptsAdapter } from "./adapter.ts";

const SOURCES: PromptSource[] = [
  {
    label: "S1",
    title: "Otters",
    text: `# Otters

Otters live in rivers and along
coasts. They eat fish, crabs and "sea urchins".

- Pups are born in spring.
- A group of resting otters is called a raft.`,
  },
  {
    label: "S2",
    title: "Contract",
    text: "The notice period is three months. Payment is due within 30 days. 水獺は魚を食べます。それは速い。",
  },
];

describe("the built-in excerpts model", () => {
  test("quotes the sentence that answers, with a citation of its exact words", async () => {
    const { text } = await ask("How long is the notice period?");
    expect(text).toContain(
      'The notice period is three months. [S2: "The notice period is three months."]',
    );
    expect(text).not.toContain("Pups");
  });

  test("every citation occurs in its source, whatever is asked", async () => {
    const questions = [
      "Where do otters live?",
      "urchins?",
      "raft",
      "payment days",
      "水獺は何を食べますか",
      "spring pups",
    ];
    for (const question of questions) {
      const { text } = await ask(question);
      const citations = [...text.matchAll(/\[(S\d+): "([^"]+)"\]/g)];
      expect(citations.length).toBeGreaterThan(0);
      for (const [, label, words = ""] of citations) {
        expect(SOURCES.find((source) => source.label === label)?.text).toContain(words);
      }
    }
  });

  test("matches other word forms, and Japanese words without spaces", async () => {
    expect((await ask("Is a pup born?")).text).toContain("Pups are born in spring.");
    expect((await ask("水獺は何を食べますか")).text).toContain("水獺は魚を食べます。");
  });

  test("says plainly that nothing matches, what it is, and how to connect a real provider", async () => {
    for (const question of ["quantum chromodynamics", "What is it about?", ""]) {
      const { text } = await ask(question);
      expect(text).toMatch(/no passage.*built-in excerpts model.*connect a provider/s);
      expect(text).not.toContain("[S");
    }
  });

  test("says plainly that there are no files", async () => {
    expect((await ask("Hello?", [])).text).toMatch(/no files.*built-in excerpts model/s);
  });

  test("quotes four sentences at most, none twice, and none that is far worse than the best", async () => {
    const many = Array.from({ length: 6 }, (_, n) => `Rent number ${n} is high.`).join(" ");
    const { text } = await ask("rent", [{ label: "S1", title: "", text: `${many} ${many}` }]);
    expect(text.match(/^- /gm)).toHaveLength(4);
    expect(new Set(text.match(/^- .*$/gm)).size).toBe(4);
    const filler = Array.from({ length: 30 }, (_, n) => `Rent note ${n}.`).join(" ");
    const noisy = `The quarterly deposit for the rent is due. ${filler}`;
    const best = await ask("quarterly deposit", [{ label: "S1", title: "", text: noisy }]);
    expect(best.text.match(/^- /gm)).toHaveLength(1);
  });

  test("the first sentence of another document needs a lower score than a second one of the same", async () => {
    const strong = "Deposit, deposit, deposit.";
    const weak = `A deposit ${"stands among many other things ".repeat(8)}here.`;
    const other = (label: string) => ({ label, title: "", text: weak });
    const same = { label: "S1", title: "", text: `${strong} ${weak}` };
    const labelsOf = async (sources: PromptSource[]) =>
      [...(await ask("deposit", sources)).text.matchAll(/\[(S\d)/g)].map(([, s]) => s);
    expect(await labelsOf([same])).toEqual(["S1"]);
    expect(await labelsOf([{ ...same, text: strong }, other("S2")])).toEqual(["S1", "S2"]);
  });

  test("a citation quotes the longest run on one line between quotation marks", async () => {
    const { text } = await ask("urchins");
    expect(text).toBe(
      'These passages match your question best:\n\n- They eat fish, crabs and "sea urchins". [S1: "They eat fish, crabs and"]',
    );
    expect((await ask("coasts rivers")).text).toContain(
      '- Otters live in rivers and along coasts. [S1: "Otters live in rivers and along"]',
    );
    const quotes = [{ label: "S1", title: "rent", text: '"""' }];
    expect((await ask("rent", quotes)).text).toContain("I found no passage");
  });

  test("the question is the last user message, all of its texts", async () => {
    const messages = [
      { role: "user" as const, parts: [{ type: "text" as const, text: "payment" }] },
      { role: "assistant" as const, parts: [{ type: "text" as const, text: "raft" }] },
      {
        role: "user" as const,
        parts: [
          { type: "text" as const, text: "notice" },
          { type: "image" as const, mediaType: "image/png", data: "AA" },
          { type: "text" as const, text: "period" },
        ],
      },
    ];
    const request = aRequest({ messages, sources: SOURCES });
    const { text } = await collect(excerptsAdapter().stream(request, aCall()));
    expect(text).toContain("notice period");
    expect(text).not.toContain("Payment");
    expect(text).not.toContain("raft");
    const none = await collect(
      excerptsAdapter().stream(aRequest({ messages: [], sources: SOURCES }), aCall()),
    );
    expect(none.text).toContain("no passage");
  });

  test("reports usage for prompt and answer, and streams in groups of four words", async () => {
    const { text, usage, events } = await ask("notice period");
    const request = aRequest({
      messages: [{ role: "user", parts: [{ type: "text", text: "notice period" }] }],
      sources: SOURCES,
    });
    expect(usage).toEqual({
      inputTokens: estimateRequestTokens(request),
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: estimateTokens(text),
      reasoningTokens: 0,
    });
    const pieces = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
    expect(pieces[0]).toBe("These passages match your");
    expect(pieces[1]).toBe(" question best:\n\n- The");
    expect(pieces.slice(0, -1).every((piece) => piece.trim().split(/\s+/).length === 4)).toBe(true);
  });

  test("keeps its pace between the words, and an abort ends it", async () => {
    const abort = new AbortController();
    const reading = (async () => {
      for await (const _ of excerptsAdapter({ paceMs: 60_000 }).stream(
        aRequest({ sources: SOURCES }),
        aCall({ signal: abort.signal }),
      ))
        setTimeout(() => abort.abort(new Error("stop")));
    })();
    await expect(reading).rejects.toThrow("stop");
  });

  test("an abort between two words without a pause ends it too", async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const batch of excerptsAdapter().stream(
        aRequest({ sources: SOURCES }),
        aCall({ signal: abort.signal }),
      )) {
        seen.push(batch.length);
        abort.abort(new Error("stop"));
      }
    })();
    await expect(reading).rejects.toThrow("stop");
    expect(seen).toEqual([1]);
  });

  test("stops at the output cap like any model", async () => {
    const request = aRequest({ sources: SOURCES, maxOutputTokens: 6 });
    const { events, usage } = await collect(
      excerptsAdapter({ paceMs: 0 }).stream(request, aCall()),
    );
    expect(events.at(-1)).toEqual({ type: "end", reason: "length" });
    expect(usage?.outputTokens).toBe(0);
    const enough = aRequest({ sources: SOURCES, maxOutputTokens: 8 });
    const { text } = await collect(excerptsAdapter().stream(enough, aCall()));
    expect(text).toBe("These passages match your");
  });

  test("reads a very long source without blocking the event loop", async () => {
    const text = "Some filler sentence about nothing at all. ".repeat(40_000);
    const source = { label: "S1", title: "Long", text: `${text} The needle is here.` };
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const answer = await ask("needle", [source]);
    clearInterval(beat);
    expect(answer.text).toContain("The needle is here.");
    expect(longest).toBeLessThan(500 * slowness());
  });
});

function ask(question: string, sources = SOURCES) {
  const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: question }] }];
  return collect(excerptsAdapter({ paceMs: 0 }).stream(aRequest({ messages, sources }), aCall()));
}

import { describe, expect, test } from "bun:test";
import { aCall, aRequest, collect } from "../../../test/providers/contract.ts";
import { slowness } from "../../../test/support/slowness.ts";
import type { PromptSource } from "../port.ts";
import { excerptsProvider } from "./adapter.ts";

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
  test("quotes the sentence that answers, with a citation of words that stand there exactly", async () => {
    const { text } = await ask("How long is the notice period?");
    expect(text).toContain(
      'The notice period is three months. [S2: "The notice period is three months."]',
    );
    expect(text).not.toContain("Pups");
  });

  test("every citation stands in its source, whatever is asked", async () => {
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

  test("finds words in other forms, and words of Japanese without spaces", async () => {
    expect((await ask("Is a pup born?")).text).toContain("Pups are born in spring.");
    expect((await ask("水獺は何を食べますか")).text).toContain("水獺は魚を食べます。");
  });

  test("says honestly that nothing matches, what it is, and how to connect a real provider", async () => {
    for (const question of ["quantum chromodynamics", "What is it about?", ""]) {
      const { text } = await ask(question);
      expect(text).toMatch(/no passage.*built-in excerpts model.*connect a provider/s);
      expect(text).not.toContain("[S");
    }
  });

  test("says honestly that there are no files", async () => {
    expect((await ask("Hello?", [])).text).toMatch(/no files.*built-in excerpts model/s);
  });

  test("stops at the output cap like any model", async () => {
    const request = aRequest({ sources: SOURCES, maxOutputTokens: 6 });
    const { events, usage } = await collect(
      excerptsProvider({ paceMs: 0 }).stream(request, aCall()),
    );
    expect(events.at(-1)).toEqual({ type: "end", reason: "length" });
    expect(usage?.outputTokens).toBeLessThanOrEqual(6);
  });

  test("reads a very long source without holding up anybody else", async () => {
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
  return collect(excerptsProvider({ paceMs: 0 }).stream(aRequest({ messages, sources }), aCall()));
}

import { describe, expect, spyOn, test } from "bun:test";
import type { PromptSource } from "../port.ts";
import { rankSentences } from "./rank-sentences.ts";

/** Copied from the file; the test checks the effect of each. */
const COMMON =
  "a about above after again all also am an and any are as at be because been before being below between " +
  "both but by can could did do does doing during each few for from further had has have having he her " +
  "here hers him his how i if in into is it its just me more most my no nor not now of off on once only or " +
  "other our out over own please s same she should so some such t tell than that the their them then there " +
  "these they this those through to too under until up us very was we were what when where which while who " +
  "whom why will with would you your say says give show explain describe";

const live = new AbortController().signal;
const source = (text: string, change: Partial<PromptSource> = {}): PromptSource => ({
  label: "S1",
  title: "",
  text,
  ...change,
});
const rank = (question: string, ...sources: PromptSource[]) =>
  rankSentences(question, sources, live);
const textsOf = async (question: string, text: string) =>
  (await rank(question, source(text))).map((sentence) => sentence.text);

describe("which sentences answer a question", () => {
  test("BM25 over the sentences: rare words weigh more, long sentences less", async () => {
    const text =
      "The rent is high. The rent is due on the first day of each month.\n\n---\n\nCats sleep. Rent, rent and rent.";
    const ranked = await rank("rent day", source(text));
    // k1 1.2, b 0.75; 4 sentences of 4, 11, 2 and 4 words, 5.25 on average; "rent" in 3, "day" in 1.
    expect(ranked.map((sentence) => [sentence.text, Number(sentence.score.toFixed(6))])).toEqual([
      ["The rent is due on the first day of each month.", 1.077757],
      ["Rent, rent and rent.", 0.590623],
      ["The rent is high.", 0.395165],
    ]);
  });

  test("names the source of a sentence, and counts a title word once for each", async () => {
    const ranked = await rank(
      "lease deposit",
      source("The deposit is 500. Nothing more.", { label: "S1", title: "House rules" }),
      source("The deposit is 900.", { label: "S2", title: "Lease, lease" }),
    );
    expect(ranked.map(({ label, title, text }) => ({ label, title, text }))).toEqual([
      { label: "S2", title: "Lease, lease", text: "The deposit is 900." },
      { label: "S1", title: "House rules", text: "The deposit is 500." },
    ]);
  });

  test("a title adds only its words that occur in the question", async () => {
    const ranked = await rank(
      "lease deposit",
      source("The deposit is high. Cats sleep.", { title: "Lease of the old house" }),
      source("Nothing of it. Nothing at all here."),
    );
    // Sentences of 5, 3, 3 and 4 words, 3.75 on average; "lease" in 2, "deposit" in 1.
    expect(ranked.map((sentence) => [sentence.text, Number(sentence.score.toFixed(6))])).toEqual([
      ["The deposit is high.", 1.669466],
      ["Cats sleep.", 0.754913],
    ]);
  });

  test("stop words are ignored, in any form", async () => {
    for (const word of COMMON.split(" "))
      expect({ word, found: await textsOf(word, `Cats ${word} here. Nothing.`) }).toEqual({
        word,
        found: [],
      });
  });

  test("stop words match nothing, and neither does a question of only stop words", async () => {
    expect(await textsOf("What is it about?", "What is it about? It is about what it is.")).toEqual(
      [],
    );
    expect(await textsOf("the rent", "The cat sleeps. The rent is high.")).toEqual([
      "The rent is high.",
    ]);
  });

  test.each([
    ["parties", "party"],
    ["tried", "try"],
    ["renting", "rents"],
    ["rented", "rent"],
    ["boxes", "boxed"],
    ["cats", "cat"],
    ["Café", "cafe"],
    ["GRÜSSE", "grüsse"],
    ["resumes", "résumés"],
  ])("%p finds a sentence with %p", async (asked, written) => {
    expect(await textsOf(asked, `Zebra here. Say ${written} now.`)).toEqual([
      `Say ${written} now.`,
    ]);
  });

  test.each([
    ["pass", "pas"],
    ["bus", "bu"],
    ["red", "r"],
  ])("%p does not find %p: short words have no ending to lose", async (asked, written) => {
    expect(await textsOf(asked, `Zebra here. Say ${written} now.`)).toEqual([]);
  });

  test("Chinese and Japanese match by pairs of characters, and a single character by itself", async () => {
    expect(await textsOf("食べる", "水獺は魚を食べます。それは速い。")).toEqual([
      "水獺は魚を食べます。",
    ]);
    expect(await textsOf("水", "水。火。")).toEqual(["水。"]);
    expect(await textsOf("食べる", "る。べ。食べる。")).toEqual(["食べる。"]);
  });

  test("yields to the event loop every 64 KiB, where an abort ends it", async () => {
    const readAndStop = (characters: number) => {
      const abort = new AbortController();
      const text = "The rent is high. ".repeat(Math.ceil(characters / 18));
      const reading = rankSentences("rent", [source(text)], abort.signal);
      abort.abort(new Error("stop"));
      return reading;
    };
    await expect(readAndStop(75_000)).rejects.toThrow("stop");
    expect(await readAndStop(65_000)).not.toEqual([]);
    const turns = spyOn(globalThis, "setImmediate");
    await rank("rent", source("The rent is high. ".repeat(8_000)));
    expect(turns).toHaveBeenCalledTimes(2);
    turns.mockRestore();
  });
});

describe("a sentence", () => {
  test.each([
    ["One rent. Two rents! Three rents?", ["One rent.", "Two rents!", "Three rents?"]],
    ['He said "no rent." Rent is due.', ['He said "no rent."', "Rent is due."]],
    ["租金很高。租金到期！", ["租金很高。", "租金到期！"]],
    ["First rent\n\nSecond rent", ["First rent", "Second rent"]],
    ["First rent\n \t\nSecond rent", ["First rent", "Second rent"]],
    ["- rent one\n* rent two\n+ rent three", ["rent one", "rent two", "rent three"]],
    ["> rent one\n1. rent two\n12) rent three", ["rent one", "rent two", "rent three"]],
    ["| rent | 5 |\n| rents | 6 |", ["rent | 5 |", "rents | 6 |"]],
    ["The rent\nis high", ["The rent\nis high"]],
    ["# Rent\nThe rent is high.", ["The rent is high."]],
    ["# Rent\n## Rents\nThe rent is high.", ["The rent is high."]],
    ["# Rent", []],
    ["3.5 rents", ["3.5 rents"]],
    ["  One rent  \n- two rents \t\n", ["One rent", "two rents"]],
  ])("%j", async (text, sentences) => {
    const found = await textsOf(text.includes("租") ? "租金" : "rent", text);
    expect(found.sort()).toEqual([...sentences].sort());
  });

  test("without letter or digit is none", async () => {
    expect(await textsOf("rent", "---\n\n***\n\nrent")).toEqual(["rent"]);
  });

  test("of 400 characters stays whole, a longer one is cut before a blank", async () => {
    const word = "abcdefg ";
    const whole = `${word.repeat(49)}abcdefgh`;
    expect(whole).toHaveLength(400);
    expect(await textsOf("abcdefg", whole)).toEqual([whole]);
    const [first, second] = await textsOf("abcdefg abcdefghi", `${whole}i rest abcdefg`);
    expect([first, second].sort()).toEqual(
      [word.repeat(49).trimEnd(), "abcdefghi rest abcdefg"].sort(),
    );
  });

  test("has no blanks at a cut, however many there were", async () => {
    const long = `${"a".repeat(390)} rent  ${"b".repeat(10)} rent`;
    expect((await textsOf("rent", long)).sort()).toEqual(
      [`${"a".repeat(390)} rent`, `${"b".repeat(10)} rent`].sort(),
    );
  });

  test("a line break counts as a blank", async () => {
    const line = `${"rent\n".repeat(90)}end`;
    const found = await textsOf("rent end", line);
    for (const piece of found) expect(piece).toMatch(/^(rent\n?)+(end)?$/);
    expect(found.join("\n").length).toBe(line.length);
  });

  test("a word that fills half the limit is cut by length, never through a character", async () => {
    const lengthsOf = async (text: string) =>
      (await textsOf("rent", text)).map((piece) => piece.length);
    expect(await lengthsOf(`${"a".repeat(195)} rent ${"b".repeat(500)}`)).toEqual([400]);
    expect(await lengthsOf(`${"a".repeat(196)} rent ${"b".repeat(500)}`)).toEqual([201]);
    // A surrogate pair right at the cut.
    const odd = await textsOf("水", `水, ${"b".repeat(396)}🦦${"b".repeat(50)}`);
    expect(odd).toEqual([`水, ${"b".repeat(396)}`]);
    const even = await textsOf("水", `水, ${"b".repeat(395)}🦦${"b".repeat(50)}`);
    expect(even).toEqual([`水, ${"b".repeat(395)}🦦`]);
  });

  test("a line without an end is read in time", async () => {
    const found = await textsOf("rent", "rent ".repeat(200_000));
    expect(found.length).toBeGreaterThan(2_000);
  });
});

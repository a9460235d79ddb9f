import fc from "fast-check";
import type { LogEvent } from "../../src/features/generation/schema.ts";
import type { MessagePart } from "../../src/features/threads/schema.ts";

/**
 * Events of an answer and the expected parts, for both consumers: the server that stores the message, and the
 * page that shows the stream. Both are tested with these, so that a thread looks the same before and after a
 * reload.
 */
export const citation: Extract<MessagePart, { type: "citation" }> = {
  type: "citation",
  marker: "S1",
  quote: "words",
  fileId: "01a20884-dd4d-70ab-a5e0-6588f2fcb8b2",
  fileVersionId: "01a20884-dd4d-70ab-a5e0-6588f2fcb8b3",
  fileName: "a.md",
  start: 0,
  end: 5,
  verified: true,
};
const other = { ...citation, marker: "S2", verified: false };

const text = (words: string): LogEvent => ({ type: "delta", text: words });
const thought = (words: string): LogEvent => ({ type: "reasoning", text: words });
const signed = (words: string, signature = "sig"): LogEvent => ({
  type: "reasoning",
  text: words,
  signature,
});
const hidden = (signature: string): LogEvent => ({
  type: "reasoning",
  text: "",
  signature,
  redacted: true,
});
const cited = (part: MessagePart): LogEvent => ({ type: "citation", citation: part });

export const answers: readonly { name: string; events: LogEvent[]; parts: MessagePart[] }[] = [
  { name: "nothing yet", events: [], parts: [] },
  {
    name: "text in pieces is one part",
    events: [text("Hel"), text(""), text("lo")],
    parts: [{ type: "text", text: "Hello" }],
  },
  {
    name: "thinking stands before the text it led to",
    events: [thought("let "), thought("me see"), text("Yes")],
    parts: [
      { type: "reasoning", text: "let me see" },
      { type: "text", text: "Yes" },
    ],
  },
  {
    name: "thinking between texts stays between them",
    events: [text("One."), thought("and now"), text("Two."), thought("done")],
    parts: [
      { type: "text", text: "One." },
      { type: "reasoning", text: "and now" },
      { type: "text", text: "Two." },
      { type: "reasoning", text: "done" },
    ],
  },
  {
    name: "a signature ends a block of thinking, and the next is another",
    events: [thought("first"), signed("", "a"), thought("second"), signed(" end", "b"), text("x")],
    parts: [
      { type: "reasoning", text: "first", signature: "a" },
      { type: "reasoning", text: "second end", signature: "b" },
      { type: "text", text: "x" },
    ],
  },
  {
    name: "a signature without words is kept, as its provider wants it back",
    events: [signed("", "a"), text("x")],
    parts: [
      { type: "reasoning", text: "", signature: "a" },
      { type: "text", text: "x" },
    ],
  },
  {
    name: "thinking that only its provider can read is a part of its own",
    events: [thought("open"), hidden("secret"), thought("again"), hidden("more"), hidden("yet")],
    parts: [
      { type: "reasoning", text: "open" },
      { type: "reasoning", text: "", signature: "secret", redacted: true },
      { type: "reasoning", text: "again" },
      { type: "reasoning", text: "", signature: "more", redacted: true },
      { type: "reasoning", text: "", signature: "yet", redacted: true },
    ],
  },
  {
    name: "a citation stands behind the text that it interrupts, and does not cut it",
    events: [text("one "), cited(citation), text("two "), cited(other), text("three")],
    parts: [{ type: "text", text: "one two three" }, citation, other],
  },
  {
    name: "a citation before more thinking stays before it",
    events: [text("one"), cited(citation), thought("hm"), text("two"), cited(other)],
    parts: [
      { type: "text", text: "one" },
      citation,
      { type: "reasoning", text: "hm" },
      { type: "text", text: "two" },
      other,
    ],
  },
  {
    name: "thinking goes on behind a citation too",
    events: [thought("a"), cited(citation), thought("b"), signed("")],
    parts: [{ type: "reasoning", text: "ab", signature: "sig" }, citation],
  },
  {
    name: "text that turns out to be thinking becomes a part before the answer, without its citations",
    events: [
      text("Let me "),
      cited(citation),
      text("see."),
      { type: "thought" },
      text("Yes"),
      cited(other),
    ],
    parts: [{ type: "reasoning", text: "Let me see." }, { type: "text", text: "Yes" }, other],
  },
  {
    name: "thinking stays open behind text that turned out to be thinking",
    events: [signed("a"), text("b"), { type: "thought" }, thought("c"), text("d")],
    parts: [
      { type: "reasoning", text: "a", signature: "sig" },
      { type: "reasoning", text: "bc" },
      { type: "text", text: "d" },
    ],
  },
  {
    name: "without any text nothing turns out to be thinking",
    events: [thought("a"), { type: "thought" }, text("b")],
    parts: [
      { type: "reasoning", text: "a" },
      { type: "text", text: "b" },
    ],
  },
  {
    name: "what is not said is no part",
    events: [
      { type: "start", messageId: "01a20884-dd4d-70ab-a5e0-6588f2fcb8b4" },
      text(""),
      thought(""),
      {
        type: "usage",
        usage: {
          inputTokens: 1,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          outputTokens: 1,
          reasoningTokens: 0,
        },
        costMicroUsd: 1,
      },
    ],
    parts: [],
  },
];

const words = fc.string({ minLength: 1, maxLength: 12 });
/** A part, and what may follow it without merging. */
const block = fc.oneof(
  words.map((said): MessagePart => ({ type: "text", text: said })),
  words.map((said): MessagePart => ({ type: "reasoning", text: said })),
  fc
    .tuple(words, words)
    .map(([said, signature]): MessagePart => ({ type: "reasoning", text: said, signature })),
  words.map(
    (signature): MessagePart => ({ type: "reasoning", text: "", signature, redacted: true }),
  ),
);

const open = (part: MessagePart | undefined) =>
  part?.type === "text" ||
  (part?.type === "reasoning" && part.signature === undefined && !part.redacted);

/** Parts, and events for them: in pieces, with citations in any places. */
export const saidInPieces: fc.Arbitrary<{ parts: MessagePart[]; events: LogEvent[] }> = fc
  .tuple(fc.array(fc.tuple(block, fc.nat(2)), { maxLength: 8 }), fc.infiniteStream(fc.nat(1_000)))
  .map(([blocks, numbers]) => {
    const parts: MessagePart[] = [];
    const events: LogEvent[] = [];
    const next = (below: number) => (below === 0 ? 0 : (numbers.next().value ?? 0) % below);
    let before: MessagePart | undefined;
    for (const [part, citations] of blocks) {
      if (part.type !== "text" && part.type !== "reasoning") continue;
      const redacted = part.type === "reasoning" && part.redacted;
      // Two open parts of a kind would merge.
      if (before?.type === part.type && open(before) && !redacted) continue;
      before = part;
      const own = Array.from({ length: citations }, (_, index) => ({
        ...citation,
        quote: `${events.length}.${index}`,
      }));
      parts.push(part, ...own);
      const said = pieces(part, next);
      // Each citation arrives after some of the part, in order.
      let at = 1;
      for (const one of own) {
        at += next(said.length - at + 1);
        said.splice(at, 0, cited(one));
        at++;
      }
      events.push(...said);
    }
    return { parts, events };
  });

function pieces(part: MessagePart, next: (below: number) => number): LogEvent[] {
  if (part.type === "text") return cut(part.text, next).map(text);
  if (part.type !== "reasoning") return [];
  const { signature } = part;
  if (part.redacted) return [hidden(signature ?? "")];
  const said = cut(part.text, next).map(thought);
  return signature === undefined ? said : [...said, signed("", signature)];
}

function cut(whole: string, next: (below: number) => number): string[] {
  const at = 1 + next(whole.length);
  return at >= whole.length ? [whole] : [whole.slice(0, at), ...cut(whole.slice(at), next)];
}

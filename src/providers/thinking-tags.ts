/**
 * Tells thinking from the answer where a model writes both as text: thinking in tags at the start, or, where the
 * prompt template holds the opening tag, all text up to a closing one.
 */

export interface TaggedText {
  text(text: string): void;
  reasoning(text: string): void;
  /** All text so far was reasoning. */
  thought(): void;
}

/** The tags in use, lower case; a `lone` closing tag counts without its opening one. */
const TAGS: readonly { open: string; close: string; lone: boolean }[] = [
  ...["think", "thinking", "thought", "thoughts", "reason", "reasoning", "seed:think"].map(
    (name) => ({ open: `<${name}>`, close: `</${name}>`, lone: true }),
  ),
  // Magistral, Kimi-VL, Command A, MedGemma, gpt-oss.
  { open: "[think]", close: "[/think]", lone: true },
  { open: "◁think▷", close: "◁/think▷", lone: true },
  { open: "<|start_thinking|>", close: "<|end_thinking|>", lone: true },
  { open: "<unused94>thought", close: "<unused95>", lone: true },
  {
    open: "<|channel|>analysis<|message|>",
    close: "<|end|><|start|>assistant<|channel|>final<|message|>",
    lone: false,
  },
];
const OPENING = TAGS.map(({ open }) => open);
const LONE = TAGS.filter(({ lone }) => lone).map(({ close }) => close);
const ANY_OPENING = anyOf(OPENING);
const ANY_LONE = anyOf(LONE);
const LONGEST = Math.max(...TAGS.flatMap(({ open, close }) => [open.length, close.length]));
/** The first character of every tag. */
const MARK = /[<[◁]/;
const QUOTE = /["'`“‘«]$/;

/** The filter of one answer. */
export class ThinkingTags {
  readonly #out: TaggedText;
  /** `text`: a lone closing tag may still follow; `plain`: no tag counts any more. */
  #state: "start" | "inside" | "text" | "plain" = "start";
  /** What may be the beginning of a tag. */
  #waiting = "";
  /** The tag that ends the block, and what finds it. */
  #close = "";
  #closing = anyOf([]);
  /** Nothing of the block has been passed on. */
  #fresh = true;
  /** Reasoning came, in tags or by itself: a lone closing tag means nothing. */
  #reasoned = false;
  /** A block has ended: the blanks behind it are not part of the answer. */
  #ended = false;
  /** The end of the text so far, as long as a tag. */
  #tail = "";
  #backticks = 0;
  /** An opening tag stands somewhere in the text. */
  #opened = false;

  constructor(out: TaggedText) {
    this.#out = out;
  }

  /** Takes a piece of text, cut anywhere, inside a tag too. */
  feed(text: string): void {
    this.#waiting += text;
    while (this.#waiting !== "" && this.#step(false));
  }

  /** Passes on what waits for the rest of a tag. */
  flush(): void {
    while (this.#waiting !== "" && this.#step(true));
  }

  /** Tells that reasoning came by itself. */
  reasoned(): void {
    this.#reasoned = true;
    if (this.#state === "text") this.#state = "plain";
  }

  /** @returns whether the rest is to be looked at again, in another state. */
  #step(last: boolean): boolean {
    switch (this.#state) {
      case "start":
        return this.#start(last);
      case "inside":
        return this.#inside(last);
      case "text":
        return this.#text(last);
      case "plain":
        this.#say(this.#waiting.length);
        return false;
    }
  }

  #start(last: boolean): boolean {
    const said = this.#waiting.trimStart();
    const head = said.slice(0, LONGEST).toLowerCase();
    const tag = TAGS.find(({ open }) => head.startsWith(open));
    if (tag !== undefined) {
      this.#state = "inside";
      this.#close = tag.close;
      this.#closing = anyOf([tag.close]);
      this.#fresh = true;
      this.#reasoned = true;
      this.#waiting = said.slice(tag.open.length);
      return true;
    }
    if (!last && OPENING.some((open) => open.startsWith(head))) return false;
    if (this.#ended) this.#waiting = said;
    this.#state = this.#reasoned ? "plain" : "text";
    return true;
  }

  #inside(last: boolean): boolean {
    if (this.#fresh) this.#waiting = this.#waiting.trimStart();
    const at = this.#waiting.search(this.#closing);
    const held = at === -1 && !last ? startOfTag(this.#waiting, [this.#close]) : 0;
    const words = this.#waiting.slice(0, at === -1 ? this.#waiting.length - held : at).trimEnd();
    if (words !== "") {
      this.#out.reasoning(words);
      this.#fresh = false;
    }
    if (at === -1) {
      this.#waiting = last ? "" : this.#waiting.slice(words.length);
      return false;
    }
    this.#waiting = this.#waiting.slice(at + this.#close.length);
    this.#ended = true;
    this.#state = "start";
    return true;
  }

  #text(last: boolean): boolean {
    const found = MARK.test(this.#waiting) ? ANY_LONE.exec(this.#waiting) : null;
    if (found === null) {
      const held = last ? 0 : startOfTag(this.#waiting, LONE);
      this.#say(this.#waiting.length - held);
      return false;
    }
    const { length } = found[0];
    this.#say(found.index);
    // The character behind it shows whether it is only spoken of.
    if (!last && this.#waiting.length === length) return false;
    if (this.#isSpokenOf(this.#waiting.charAt(length))) {
      this.#say(length);
      return true;
    }
    if (this.#tail !== "") this.#out.thought();
    this.#waiting = this.#waiting.slice(length);
    this.#reasoned = true;
    this.#ended = true;
    this.#state = "start";
    return true;
  }

  /** Whether the tag at the beginning of the rest is a word of the text: in code, in quotes, in a sentence. */
  #isSpokenOf(next: string): boolean {
    return (
      this.#opened ||
      this.#backticks % 2 === 1 ||
      QUOTE.test(this.#tail) ||
      (this.#tail.endsWith(" ") && next === " ")
    );
  }

  #say(length: number): void {
    const words = this.#waiting.slice(0, length);
    this.#waiting = this.#waiting.slice(length);
    if (words === "") return;
    this.#out.text(words);
    if (this.#state === "plain") return;
    const end = this.#tail + words;
    this.#opened ||= MARK.test(end) && ANY_OPENING.test(end);
    this.#backticks += words.split("`").length - 1;
    this.#tail = end.slice(-LONGEST);
  }
}

/** Matches one of the tags, in any case. */
function anyOf(tags: readonly string[]): RegExp {
  return new RegExp(tags.map((tag) => tag.replace(/[[\]|]/g, "\\$&")).join("|"), "i");
}

/** How many characters at the end may be the beginning of a tag. */
function startOfTag(text: string, tags: readonly string[]): number {
  const end = text.slice(-LONGEST);
  for (let at = end.search(MARK); at >= 0 && at < end.length; at++) {
    const rest = end.slice(at).toLowerCase();
    if (tags.some((tag) => tag.startsWith(rest))) return end.length - at;
  }
  return 0;
}

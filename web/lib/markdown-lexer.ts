import { Lexer, type MarkedOptions, type Token, Tokenizer, type TokensList } from "marked";

/** Maximum nesting of quotes, lists, emphasis and links; deeper text stays plain. */
export const MAX_DEPTH = 64;
/** A table with more columns stays plain. */
export const MAX_COLUMNS = 64;
/** Maximum cost of a run of text to parse, in units of `inlineCost`. */
export const MAX_RUN_COST = 1_000_000;
/** Maximum total cost of a segment. */
export const MAX_SEGMENT_COST = 2_000_000;
/** Fixed cost of each list item, table cell and emphasis. */
const CALL_COST = 500;

/** The characters at which marked stops to try its rules. */
const DELIMITERS = /[\\<![`*~_@]|:\/\/|www\./g;
const RUNS = /\S{32,}|\s{32,}/g;

/**
 * About how many characters marked looks at to read a run of text: at each delimiter it may search
 * the whole run for the other half, and at each letter of a word or space of a gap the rest of it.
 */
export function inlineCost(text: string): number {
  let cost = text.length * (1 + (text.match(DELIMITERS)?.length ?? 0));
  for (const [run] of text.matchAll(RUNS)) cost += (run.length * run.length) / 16;
  return cost;
}

/** An underlined heading is no longer than this. */
const MAX_HEADING = 4_096;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/m;

class BoundedTokenizer extends Tokenizer {
  /** Some browsers are slow to find that a long paragraph has no underline, so that is asked first. */
  override lheading(src: string) {
    const head = src.slice(0, MAX_HEADING);
    return UNDERLINE.test(head) ? super.lheading(head) : undefined;
  }

  /** A table with too many columns is none: each of its rows would be as wide. */
  override table(src: string) {
    const newline = src.indexOf("\n");
    const head = newline === -1 ? src : src.slice(0, newline);
    return head.split("|", MAX_COLUMNS + 3).length > MAX_COLUMNS + 2 ? undefined : super.table(src);
  }
}

/**
 * Marked's lexer with bounds: it calls itself for what stands in a quote, a list, emphasis or a link,
 * and on some texts takes time that grows with the square of their length. Past a bound the text
 * stays as it is written.
 */
export class BoundedLexer extends Lexer {
  /** What has been read so far, in units of `inlineCost`. */
  cost = 0;
  #depth = 0;

  constructor(options: MarkedOptions) {
    super({ ...options, tokenizer: new BoundedTokenizer(options) });
  }

  override blockTokens(src: string, tokens?: Token[], clipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, clipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = [], clipped = false): Token[] {
    if (!this.#enter(src.length + CALL_COST)) return keep(src, tokens);
    try {
      return super.blockTokens(src, tokens, clipped);
    } finally {
      this.#depth--;
    }
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    const cost = inlineCost(src) + CALL_COST;
    if (cost > MAX_RUN_COST || !this.#enter(cost)) return keep(src, tokens);
    try {
      return super.inlineTokens(src, tokens);
    } finally {
      this.#depth--;
    }
  }

  #enter(cost: number): boolean {
    if (this.#depth >= MAX_DEPTH || this.cost + cost > MAX_SEGMENT_COST) return false;
    this.cost += cost;
    this.#depth++;
    return true;
  }
}

function keep(src: string, tokens: Token[]): Token[] {
  tokens.push({ type: "text", raw: src, text: src, escaped: false });
  return tokens;
}

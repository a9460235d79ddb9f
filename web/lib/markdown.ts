import type { Links, Marked } from "marked";
import { withoutUnfinished } from "./citation-marker.ts";
import { escapeHtml } from "./escape-html.ts";
import { BoundedLexer } from "./markdown-lexer.ts";
import { type CitationChip, createRenderer, type ResolveCitation } from "./markdown-renderer.ts";
import { type Segment, splitSegments } from "./markdown-segments.ts";

export type MarkdownOptions = {
  cite?: ResolveCitation | undefined;
  /** True while more text may arrive: a partial citation marker at the end is held back. */
  streaming?: boolean | undefined;
};

/** A segment with more characters or lines stays plain, unless it is a code block. */
const MAX_LENGTH = 32_768;
const MAX_LINES = 1_000;
/** Maximum cost of a whole text, in units of `inlineCost`; the rest stays plain. */
const MAX_COST = 12_000_000;
/** Fixed cost of each segment. */
const SEGMENT_COST = 6_000;
/** Maximum number of reference definitions. */
const MAX_DEFINITIONS = 200;
/** Plain text is split into blocks of this length, so that appending redraws only the last. */
const PIECE = 8_192;
/** Time limit of one call in ms; the rest is plain until the next call. */
const SLICE = 50;

type Asked = { marker: string; quote: string; chip: CitationChip | undefined };
type Read = { blocks: readonly string[]; cost: number; asked: readonly Asked[] };

/**
 * Renders Markdown to HTML, block by block, for a growing text. Never throws, and its cost is bounded: an
 * unchanged segment is not parsed again, and beyond a limit of depth, size or cost the text stays plain.
 * Unchanged blocks are the same strings.
 */
export class Markdown {
  readonly #clean: Memory;
  readonly #now: () => number;
  readonly #renderer: Marked;
  #cite: ResolveCitation | undefined;
  #asked: Asked[] = [];
  #text = "";
  #segments: readonly Segment[] = [];
  #definitions = "";
  #links: Links = {};
  #known = new Map<string, Read>();
  #behind = false;

  /**
   * @param clean sanitizes each block.
   * @param now a clock in ms.
   */
  constructor(clean: (html: string) => string, now: () => number = () => performance.now()) {
    this.#clean = new Memory(clean);
    this.#now = now;
    this.#renderer = createRenderer((marker, quote) => this.#resolve(marker, quote));
  }

  /** Whether the last call left something plain only for lack of time. */
  get behind(): boolean {
    return this.#behind;
  }

  /** The blocks of a text. Texts with a common beginning share the work. */
  render(text: string, options: MarkdownOptions = {}): string[] {
    this.#cite = options.cite;
    this.#split(text, options.streaming ?? false);
    const known = new Map<string, Read>();
    const blocks: string[] = [];
    const until = this.#now() + SLICE;
    let cost = 0;
    this.#behind = false;
    for (const segment of this.#segments) {
      const source = this.#text.slice(segment.start, segment.end);
      let read = this.#known.get(source);
      const ready = read !== undefined && this.#current(read);
      this.#behind = !ready && this.#now() > until;
      if (this.#behind || cost > MAX_COST) {
        blocks.push(...this.#plain(this.#text.slice(segment.start)));
        break;
      }
      if (read === undefined || !ready) read = this.#read(source, segment);
      known.set(source, read);
      cost += read.cost + SEGMENT_COST;
      blocks.push(...read.blocks);
    }
    this.#known = known;
    this.#clean.forgetUnused();
    return blocks;
  }

  /** Finds the segments of a text; reuses those of the last text if it is continued. */
  #split(whole: string, streaming: boolean): void {
    const text = streaming ? withoutUnfinished(whole) : whole;
    const last = text.startsWith(this.#text) ? this.#segments.at(-1) : undefined;
    this.#segments = last
      ? [...this.#segments.slice(0, -1), ...splitSegments(text, last.start)]
      : splitSegments(text);
    this.#text = text;
    // A definition in progress would change each time.
    const complete = streaming ? this.#segments.slice(0, -1) : this.#segments;
    this.#define(complete.flatMap((segment) => segment.definitions).slice(0, MAX_DEFINITIONS));
  }

  /** Updates the reference definitions; segments that may use one are parsed again when they changed. */
  #define(lines: readonly string[]): void {
    const definitions = lines.join("\n");
    if (definitions === this.#definitions) return;
    this.#definitions = definitions;
    this.#links = this.#lexer().lex(definitions).links;
    for (const source of this.#known.keys()) {
      if (source.includes("[")) this.#known.delete(source);
    }
  }

  #lexer(): BoundedLexer {
    return new BoundedLexer(this.#renderer.defaults);
  }

  #read(source: string, segment: Segment): Read {
    this.#asked = [];
    if (!segment.fence && (source.length > MAX_LENGTH || segment.lines > MAX_LINES))
      return { blocks: this.#plain(source), cost: 0, asked: [] };
    const lexer = this.#lexer();
    try {
      Object.assign(lexer.tokens.links, this.#links);
      const blocks = lexer
        .lex(source)
        .filter(({ type }) => type !== "space" && type !== "def")
        .map((token) => this.#clean.of(String(this.#renderer.parser([token]))));
      return { blocks, cost: lexer.cost, asked: this.#asked };
    } catch {
      // Whatever a text does to the library, it can be shown plain.
      return { blocks: this.#plain(source), cost: lexer.cost, asked: [] };
    }
  }

  #plain(source: string): string[] {
    return pieces(source.replace(/^\n+/, "").trimEnd()).map((piece) =>
      this.#clean.of(`<p class="as-written">${escapeHtml(piece)}</p>`),
    );
  }

  #resolve(marker: string, quote: string): CitationChip | undefined {
    const chip = this.#cite?.(marker, quote);
    this.#asked.push({ marker, quote, chip });
    return chip;
  }

  /** Whether the citations in a parsed segment are unchanged. */
  #current({ asked }: Read): boolean {
    return asked.every(({ marker, quote, chip }) => {
      const now = this.#cite?.(marker, quote);
      return (
        now?.number === chip?.number &&
        now?.verified === chip?.verified &&
        now?.label === chip?.label
      );
    });
  }
}

/** A cache for a function of texts; keeps what was used since the last sweep. */
class Memory {
  readonly #make: (text: string) => string;
  #kept = new Map<string, string>();
  #used = new Map<string, string>();

  constructor(make: (text: string) => string) {
    this.#make = make;
  }

  of(text: string): string {
    const made = this.#used.get(text) ?? this.#kept.get(text) ?? this.#make(text);
    this.#used.set(text, made);
    return made;
  }

  forgetUnused(): void {
    this.#kept = this.#used;
    this.#used = new Map();
  }
}

/** Splits text into pieces of bounded length, at line ends where possible. */
function pieces(text: string): string[] {
  const cut: string[] = [];
  let start = 0;
  while (text.length - start > PIECE) {
    const newline = text.lastIndexOf("\n", start + PIECE);
    const wanted = newline > start ? newline + 1 : start + PIECE;
    // Do not split a surrogate pair.
    const end = /[\uDC00-\uDFFF]/.test(text.charAt(wanted)) ? wanted - 1 : wanted;
    cut.push(text.slice(start, end));
    start = end;
  }
  cut.push(text.slice(start));
  return cut;
}

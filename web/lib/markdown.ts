import type { Links, Marked } from "marked";
import { withoutUnfinished } from "./citation-marker.ts";
import { escapeHtml } from "./escape-html.ts";
import { BoundedLexer } from "./markdown-lexer.ts";
import { type CitationChip, createRenderer, type ResolveCitation } from "./markdown-renderer.ts";
import { type Segment, splitSegments } from "./markdown-segments.ts";

export type MarkdownOptions = {
  cite?: ResolveCitation | undefined;
  /** True while more text may come: an unfinished citation marker at the end is held back. */
  streaming?: boolean | undefined;
};

/** A segment with more characters or lines stays plain, unless it is a block of code. */
const MAX_LENGTH = 32_768;
const MAX_LINES = 1_000;
/** What reading a whole text may cost, in units of `inlineCost`; what follows stays plain. */
const MAX_COST = 12_000_000;
/** What each segment adds to that. */
const SEGMENT_COST = 6_000;
/** So many definitions of references are read. */
const MAX_DEFINITIONS = 200;
/** Plain text is cut into blocks of this length, so that what is added to it draws only the last. */
const PIECE = 8_192;
/** After so many ms one call reads nothing more; the rest is plain until the next call. */
const SLICE = 50;

type Asked = { marker: string; quote: string; chip: CitationChip | undefined };
type Read = { blocks: readonly string[]; cost: number; asked: readonly Asked[] };

/**
 * Markdown as HTML, block by block, for a text that may grow. It never throws, and what it costs is
 * bounded: a segment that is unchanged is not read again, and past a bound of depth, size or cost
 * the text stays as it is written. Blocks that did not change are the same strings.
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
   * @param clean what each block passes before it reaches the page.
   * @param now a clock in ms.
   */
  constructor(clean: (html: string) => string, now: () => number = () => performance.now()) {
    this.#clean = new Memory(clean);
    this.#now = now;
    this.#renderer = createRenderer((marker, quote) => this.#resolve(marker, quote));
  }

  /** Whether the last call left something plain only for want of time. */
  get behind(): boolean {
    return this.#behind;
  }

  /** The blocks of a text. Texts that begin alike share the work. */
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

  /** Finds the segments of a text; those of its beginning are known when it goes on with the last one. */
  #split(whole: string, streaming: boolean): void {
    const text = streaming ? withoutUnfinished(whole) : whole;
    const last = text.startsWith(this.#text) ? this.#segments.at(-1) : undefined;
    this.#segments = last
      ? [...this.#segments.slice(0, -1), ...splitSegments(text, last.start)]
      : splitSegments(text);
    this.#text = text;
    // A definition that is still being written would be another one each time.
    const complete = streaming ? this.#segments.slice(0, -1) : this.#segments;
    this.#define(complete.flatMap((segment) => segment.definitions).slice(0, MAX_DEFINITIONS));
  }

  /** Takes over where references lead; what may hold a reference is read again when that changed. */
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
      // Whatever a text does to the library, it can still be read as it is written.
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

  /** Whether the citations of what was read still are what they were. */
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

/** A function of texts that is asked again and again: what was used since the last time is kept. */
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

/** Text in pieces of bounded length, cut at the end of a line where there is one. */
function pieces(text: string): string[] {
  const cut: string[] = [];
  let start = 0;
  while (text.length - start > PIECE) {
    const newline = text.lastIndexOf("\n", start + PIECE);
    const wanted = newline > start ? newline + 1 : start + PIECE;
    // Not through the middle of a character.
    const end = /[\uDC00-\uDFFF]/.test(text.charAt(wanted)) ? wanted - 1 : wanted;
    cut.push(text.slice(start, end));
    start = end;
  }
  cut.push(text.slice(start));
  return cut;
}

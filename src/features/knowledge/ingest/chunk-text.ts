import { tokenTenths } from "../../../providers/estimate-tokens.ts";
import type { Span } from "../search/verify-quote.ts";

/** A passage of a text: `text.slice(start, end)`, and its tokens, an upper estimate. */
export interface Chunk extends Span {
  tokens: number;
}

export interface ChunkSizes {
  /** A passage ends at the best break between `minTokens` and `maxTokens`. */
  minTokens: number;
  maxTokens: number;
  /** Overlap between adjacent passages, so that a sentence at the seam is found whole. */
  overlapTokens: number;
}

export const CHUNK_SIZES: ChunkSizes = { minTokens: 200, maxTokens: 340, overlapTokens: 30 };

/** Strength of a break; the strongest within reach wins, and of equals the last. */
const BREAK = { none: 0, word: 1, sentence: 2, line: 3, paragraph: 4, heading: 5 } as const;

/**
 * Splits a text into passages that together cover all of it, in order, each an exact span in UTF-16 code units.
 * A passage ends before a heading, else between paragraphs, lines, sentences or words, and within a word only
 * when that is longer than a whole passage; never within a surrogate pair.
 */
export function chunkText(text: string, sizes: ChunkSizes = CHUNK_SIZES): Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  while (start < text.length) {
    const { end, tokens } = closePassage(text, start, sizes);
    chunks.push({ start, end, tokens });
    if (end >= text.length) break;
    start = overlapStart(text, start, end, sizes.overlapTokens);
  }
  return chunks;
}

function closePassage(
  text: string,
  start: number,
  sizes: ChunkSizes,
): { end: number; tokens: number } {
  let tenths = 0;
  let best = { end: start, tenths: 0, strength: -1 };
  for (let at = start; at < text.length; at++) {
    const next = tenths + tokenTenths(text.charCodeAt(at));
    if (next > sizes.maxTokens * 10 && best.strength >= 0) {
      return { end: best.end, tokens: Math.ceil(best.tenths / 10) };
    }
    tenths = next;
    const end = at + 1;
    if (splitsPair(text, end)) continue;
    const strength = breakAt(text, end);
    // A heading may start a new passage earlier than a paragraph may.
    const reached = tenths >= sizes.minTokens * (strength === BREAK.heading ? 5 : 10);
    if (strength === BREAK.heading && tenths >= sizes.minTokens * 10) {
      return { end, tokens: Math.ceil(tenths / 10) };
    }
    const counts = reached ? strength : BREAK.none;
    if (counts >= best.strength) best = { end, tenths, strength: counts };
  }
  return { end: text.length, tokens: Math.ceil(tenths / 10) };
}

/** Goes back from a seam to the start of a sentence, or else a word, within the overlap; not past a heading. */
function overlapStart(text: string, start: number, end: number, overlapTokens: number): number {
  if (breakAt(text, end) >= BREAK.heading) return end;
  let tenths = 0;
  let word = end;
  for (let at = end - 1; at > start; at--) {
    tenths += tokenTenths(text.charCodeAt(at));
    if (tenths > overlapTokens * 10) break;
    if (splitsPair(text, at)) continue;
    const strength = breakAt(text, at);
    if (strength >= BREAK.sentence) return at;
    if (strength === BREAK.word) word = at;
  }
  return word;
}

/** Strength of the break between code units `at - 1` and `at`. */
function breakAt(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  if (before === LINE_FEED || before === FORM_FEED) {
    if (text.charCodeAt(at) === HASH && /^#{1,6}[ \t]/.test(text.slice(at, at + 8)))
      return BREAK.heading;
    const ahead = text.charCodeAt(at);
    // Break after the last blank line, so that white space stays with the following text.
    const blank = /\n[ \t\r]*\n$/.test(text.slice(Math.max(0, at - 12), at));
    return blank && ahead !== LINE_FEED && ahead !== CARRIAGE_RETURN ? BREAK.paragraph : BREAK.line;
  }
  if (IDEOGRAPHIC_STOPS.includes(text.charAt(at - 1))) return BREAK.sentence;
  if (!isSpace(before) || isSpace(text.charCodeAt(at))) return BREAK.none;
  return /[.!?…:;]["'”’)\]]?\s$/.test(text.slice(Math.max(0, at - 3), at))
    ? BREAK.sentence
    : BREAK.word;
}

const LINE_FEED = 10;
const FORM_FEED = 12;
const CARRIAGE_RETURN = 13;
const HASH = 35;
const IDEOGRAPHIC_STOPS = "。！？";

const isSpace = (code: number): boolean =>
  code === 32 || (code >= 9 && code <= 13) || code === 0xa0;

function splitsPair(text: string, at: number): boolean {
  const after = text.charCodeAt(at);
  if (!(after >= 0xdc00 && after <= 0xdfff)) return false;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

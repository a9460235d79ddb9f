import { INVISIBLE } from "./fold-accents.ts";
import type { Span } from "./verify-quote.ts";

/** A word as looked up, and its position in the text. */
export interface Word extends Span {
  /** Unicode NFKC without invisible characters, in lower case unless it may be an acronym ({@link ACRONYM}). */
  word: string;
}

const ASCII = /^\p{ASCII}*$/u;
const ASCII_RUN = /[A-Za-z0-9]+/g;
/** Letters and digits, with marks and invisible characters between them; or one symbol or flag. */
const RUN =
  /[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}[\p{DI}--\u200b]]*[\p{L}\p{N}\p{M}])?|\p{RI}{2}|\p{Extended_Pictographic}/gv;

/**
 * Scripts without spaces, and Korean, whose words end in particles: each pair of adjacent characters counts as a
 * word, and where a character can be a word of its own, each character of a text too.
 */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;
const UNSPACED_RUN =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{M}\p{DI}ー]+|[^\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]+/gu;
/** A syllable of Korean in letters, a letter with its sound mark, or any other character. */
const CHARACTER = /[\u1100-\u115e][\u1161-\u11a7][\u11a8-\u11ff]?|.[\u3099\u309a]?/gsu;
const WORD_CHARACTER = /^[\p{sc=Han}\p{sc=Hang}]/u;

const HUMPED = /\p{Ll}\p{Lu}/u;
const HUMP = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+|[^\p{Lu}\p{Ll}\p{N}]+/gu;

/** Capitals that stay so, because in lower case they may be a stop word: WHO, IT, US. */
export const ACRONYM = /^[A-Z]{2,4}$/;

/** What joins runs to one word: ABC-123, Node.js, get_user_name, AT&T; or a place where a line may break. */
const JOINER = /^[-.&·\u200b\u2010\u2011_]$/u;
const LINE_END = /^[-\u00ad\u2010]\p{DI}*[^\S\n]*\n\s*$/u;
const MAX_JOINED = { parts: 4, units: 40 };
/** A number with grouped digits: 1,299 or 1.299.000, but no list of numbers. */
const GROUPED =
  /(?<![\p{L}\p{N}][,.'’]?)\d{1,3}([,.'’\u00a0\u202f ])\d{3}(?:\1\d{3}){0,4}(?!\1?\d)/gu;
/** A telephone number: `+` or 0, then digits in groups. */
const TELEPHONE = /(?<![\p{L}\p{N}+])(?:\+|\(?0)\d?[\d ()/.\-\u00a0]{5,22}\d(?![\p{L}\p{N}])/gu;

/** Longer runs are encoded data; a SHA-512 in hexadecimal is still indexed. */
const MAX_WORD_UNITS = 128;

/**
 * The words of a text, used for index, highlights and, by {@link queryWords}, for queries alike. A name in
 * camelCase and a word joined by hyphens or dots, also over the end of a line, counts whole and in parts; a
 * number counts with and without its separators.
 */
export function splitWords(text: string): Word[] {
  return wordsOf(text, true);
}

/** The distinct words that a query asks for. */
export function queryWords(query: string): string[] {
  return [...new Set(wordsOf(query, false).map(({ word }) => word))];
}

function wordsOf(text: string, withCharacters: boolean): Word[] {
  const words: Word[] = [];
  const chain = new Chain(text, words);
  const plain = ASCII.test(text);
  for (const { 0: run, index } of text.matchAll(plain ? ASCII_RUN : RUN)) {
    chain.meet(index, run);
    if (!plain && UNSPACED.test(run)) addUnspaced(words, run, index, withCharacters);
    else addRun(words, run, index, text);
  }
  chain.end();
  if (/\d/.test(text)) addNumbers(words, text);
  return words;
}

function addRun(words: Word[], run: string, start: number, text: string): void {
  if (run.length > MAX_WORD_UNITS) return;
  add(words, run, start);
  const end = start + run.length;
  addSigned(words, text, start, end);
  if (!HUMPED.test(run)) return;
  for (const { 0: part, index } of run.matchAll(HUMP)) {
    if (part.length > 1) add(words, part, start + index);
  }
}

/** Names that differ by a sign only: C++, C#, .NET. */
function addSigned(words: Word[], text: string, start: number, end: number): void {
  const after = text.startsWith("++", end) ? "++" : text.charAt(end) === "#" ? "#" : "";
  if (after !== "" && !/^[\p{L}\p{N}+#]/u.test(text.slice(end + after.length, end + 4)))
    add(words, text.slice(start, end + after.length), start);
  if (text.charAt(start - 1) === "." && /^(?:|[\s("'`/])$/u.test(text.slice(start - 2, start - 1)))
    add(words, text.slice(start - 1, end), start - 1);
}

function addUnspaced(words: Word[], run: string, start: number, withCharacters: boolean): void {
  for (const { 0: piece, index } of run.matchAll(UNSPACED_RUN)) {
    if (!UNSPACED.test(piece)) {
      addRun(words, piece, start + index, "");
      continue;
    }
    const characters = [...piece.matchAll(CHARACTER)].filter(({ 0: one }) => visible(one) !== "");
    for (const [i, { 0: character, index: at }] of characters.entries()) {
      const from = start + index + at;
      const next = characters[i + 1];
      const alone = characters.length === 1;
      if (alone || (withCharacters && WORD_CHARACTER.test(character))) add(words, character, from);
      if (next) add(words, piece.slice(at, next.index + next[0].length), from);
    }
  }
}

function addNumbers(words: Word[], text: string): void {
  for (const { 0: number, index } of text.matchAll(GROUPED))
    words.push({ word: number.replace(/\D/g, ""), start: index, end: index + number.length });
  for (const { 0: number, index } of text.matchAll(TELEPHONE)) {
    const international = number.replace("(0)", "").replace(/^00/, "+");
    const digits = (international.startsWith("+") ? international : number).replace(/\D/g, "");
    if (digits.length < 7 || digits.length > 15 || /^\+?\d+$/.test(number)) continue;
    words.push({ word: digits, start: index, end: index + number.length });
  }
}

/** Collects runs that are joined to one word. */
class Chain {
  readonly #text: string;
  readonly #words: Word[];
  #parts: string[] = [];
  #start = 0;
  #end = 0;

  constructor(text: string, words: Word[]) {
    this.#text = text;
    this.#words = words;
  }

  meet(start: number, run: string): void {
    if (!this.#joins(start, run)) {
      this.end();
      this.#start = start;
    }
    this.#parts.push(run);
    this.#end = start + run.length;
  }

  end(): void {
    const joined = this.#parts.join("");
    const { parts, units } = MAX_JOINED;
    const fits = this.#parts.length <= parts && joined.length <= units;
    if (this.#parts.length > 1 && fits && /\p{L}/u.test(joined) && !UNSPACED.test(joined))
      this.#words.push({ word: normalOf(joined), start: this.#start, end: this.#end });
    this.#parts = [];
  }

  #joins(start: number, run: string): boolean {
    const gap = start - this.#end;
    if (this.#parts.length === 0 || gap === 0 || gap > 40) return false;
    const between = this.#text.slice(this.#end, start);
    if (JOINER.test(between)) return true;
    return (
      LINE_END.test(between) && /^\p{Ll}/u.test(run) && /\p{L}$/u.test(this.#parts.at(-1) ?? "")
    );
  }
}

function add(words: Word[], raw: string, start: number): void {
  const word = ACRONYM.test(raw) ? raw : normalOf(raw);
  if (word !== "") words.push({ word, start, end: start + raw.length });
}

function normalOf(raw: string): string {
  if (ASCII.test(raw)) return raw.toLowerCase();
  // The lower case of the Turkish İ is i with a dot above, which looks like i.
  return visible(raw.normalize("NFKC")).toLowerCase().replaceAll("i\u0307", "i");
}

/** Without {@link INVISIBLE} characters. */
function visible(text: string): string {
  return text.replace(INVISIBLE, "");
}

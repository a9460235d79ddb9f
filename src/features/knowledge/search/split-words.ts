import type { Span } from "./verify-quote.ts";

/** A word as indexed, and its position in the text. */
export interface Word extends Span {
  /** Lower case, Unicode NFKC. */
  word: string;
}

const ASCII = /^\p{ASCII}*$/u;
const ASCII_RUN = /[A-Za-z0-9]+/g;
const RUN = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
/** Scripts without spaces: each pair of adjacent characters counts as a word. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;
const UNSPACED_RUN =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{M}ー]+|[^\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]+/gu;
const HUMPED = /\p{Ll}\p{Lu}/u;
const HUMP = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+|[^\p{Lu}\p{Ll}\p{N}]+/gu;

/** Longer runs are encoded data; a SHA-512 in hexadecimal is still indexed. */
const MAX_WORD_UNITS = 128;

/**
 * The words of a text in order, used for index, query and highlights alike. camelCase names count whole and in
 * parts.
 */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  const plain = ASCII.test(text);
  for (const { 0: run, index } of text.matchAll(plain ? ASCII_RUN : RUN)) {
    if (!plain && UNSPACED.test(run)) addUnspaced(words, run, index);
    else addRun(words, run, index);
  }
  return words;
}

function addRun(words: Word[], run: string, start: number): void {
  if (run.length > MAX_WORD_UNITS) return;
  add(words, run, start);
  if (!HUMPED.test(run)) return;
  for (const { 0: part, index } of run.matchAll(HUMP)) {
    if (part.length > 1) add(words, part, start + index);
  }
}

function addUnspaced(words: Word[], run: string, start: number): void {
  for (const { 0: piece, index } of run.matchAll(UNSPACED_RUN)) {
    if (!UNSPACED.test(piece)) {
      addRun(words, piece, start + index);
      continue;
    }
    const characters = [...piece];
    let at = start + index;
    for (const [i, character] of characters.entries()) {
      const next = characters[i + 1];
      if (next !== undefined) add(words, character + next, at);
      else if (characters.length === 1) add(words, character, at);
      at += character.length;
    }
  }
}

function add(words: Word[], raw: string, start: number): void {
  const normal = ASCII.test(raw) ? raw : raw.normalize("NFKC");
  words.push({ word: normal.toLowerCase(), start, end: start + raw.length });
}

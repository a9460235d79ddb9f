/** Ranks the sentences of sources by how well they match a question. */

import type { PromptSource } from "../port.ts";

export interface RankedSentence {
  label: string;
  title: string;
  /** An exact slice of the source's text. */
  text: string;
  score: number;
}

/** BM25's term saturation and length normalisation, at the usual values (Robertson and Zaragoza, 2009). */
const K1 = 1.2;
const B = 0.75;
const MAX_SENTENCE = 400;
/** Characters processed between two turns of the event loop. */
const SLICE_CHARS = 64 * 1024;

/** English stop words; other languages rely on term rarity. */
const COMMON = new Set(
  (
    "a about above after again all also am an and any are as at be because been before being below between " +
    "both but by can could did do does doing during each few for from further had has have having he her " +
    "here hers him his how i if in into is it its just me more most my no nor not now of off on once only or " +
    "other our out over own please s same she should so some such t tell than that the their them then there " +
    "these they this those through to too under until up us very was we were what when where which while who " +
    "whom why will with would you your say says give show explain describe"
  )
    .split(" ")
    .map(stem),
);

interface Sentence {
  source: PromptSource;
  text: string;
  terms: string[];
}

/**
 * Scores each sentence with BM25 against the question, with sentences as the documents; a word of the source's
 * title counts once for all its sentences. Best first, only sentences that share a word with the question. Long
 * sources are read in slices to keep the event loop free.
 */
export async function rankSentences(
  question: string,
  sources: PromptSource[],
  signal: AbortSignal,
): Promise<RankedSentence[]> {
  const wanted = new Set(termsOf(question).filter((term) => !COMMON.has(term)));
  if (wanted.size === 0) return [];
  const sentences: Sentence[] = [];
  let read = 0;
  for (const source of sources) {
    const titleTerms = termsOf(source.title).filter((term) => wanted.has(term));
    for (const text of sentencesOf(source.text)) {
      sentences.push({ source, text, terms: [...termsOf(text), ...titleTerms] });
      read += text.length;
      if (read > SLICE_CHARS) {
        read = 0;
        await new Promise(setImmediate);
        signal.throwIfAborted();
      }
    }
  }
  return score(wanted, sentences);
}

function score(wanted: Set<string>, sentences: Sentence[]): RankedSentence[] {
  const containing = new Map<string, number>();
  let length = 0;
  const counted = sentences.map((sentence) => {
    length += sentence.terms.length;
    const counts = countWanted(wanted, sentence.terms);
    for (const term of counts.keys()) containing.set(term, (containing.get(term) ?? 0) + 1);
    return { ...sentence, counts };
  });
  const average = length / sentences.length;
  const ranked = counted.map(({ source, text, terms, counts }) => {
    let sum = 0;
    for (const [term, count] of counts) {
      const found = containing.get(term) ?? 0;
      const rarity = Math.log(1 + (sentences.length - found + 0.5) / (found + 0.5));
      sum += (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * terms.length) / average));
    }
    return { label: source.label, title: source.title, text, score: sum };
  });
  return ranked.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
}

function countWanted(wanted: Set<string>, terms: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) if (wanted.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Exact slices of the text: sentences, or lines of lists and tables; headings and fragments are skipped. */
function* sentencesOf(text: string): Generator<string> {
  const boundary =
    /(?<=[.!?]["'”’)\]]*)\s+|(?<=[。！？])\s*|\n[ \t]*\n\s*|\n(?=[ \t]*(?:[-*+>|#]|\d+[.)])\s)/gu;
  let from = 0;
  for (const match of text.matchAll(boundary)) {
    yield* tidy(text.slice(from, match.index));
    from = match.index + match[0].length;
  }
  yield* tidy(text.slice(from));
}

function* tidy(slice: string): Generator<string> {
  let body = slice;
  // A heading is not an answer.
  while (/^\s*#/.test(body)) {
    const end = body.indexOf("\n");
    if (end === -1) return;
    body = body.slice(end + 1);
  }
  let rest = body.replace(/^\s*(?:[-*+>|]|\d+[.)])\s+/, "").trim();
  while (rest.length > MAX_SENTENCE) {
    const cut = cutOf(rest);
    yield rest.slice(0, cut).trimEnd();
    rest = rest.slice(cut).trimStart();
  }
  if (/[\p{L}\p{N}]/u.test(rest)) yield rest;
}

/** Where a text that is too long is cut: before a blank, so that no word is quoted in part. */
function cutOf(text: string): number {
  for (let at = MAX_SENTENCE; at > MAX_SENTENCE / 2; at--)
    if (/\s/.test(text.charAt(at))) return at;
  // No blank within reach: Chinese, Japanese, a URL. Do not split a surrogate pair.
  const last = text.codePointAt(MAX_SENTENCE - 1) ?? 0;
  return last > 0xffff ? MAX_SENTENCE - 1 : MAX_SENTENCE;
}

/** Lower-case words without accents and English endings; Chinese and Japanese as pairs of characters. */
function termsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const terms: string[] = [];
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+/gu)) {
    if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word)) {
      for (let at = 0; at < Math.max(1, word.length - 1); at++) terms.push(word.slice(at, at + 2));
    } else {
      terms.push(stem(word));
    }
  }
  return terms;
}

function stem(word: string): string {
  if (word.length < 5) return word.length === 4 && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
  return word.replace(/(?:ies|ied)$/, "y").replace(/(?:ing|ed|es|e|s)$/, "");
}

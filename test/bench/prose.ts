/**
 * Prose with the word frequencies of natural text, made from a seed: function words and a vocabulary
 * of invented words under a Zipf-Mandelbrot law, and topics whose own words cluster in a passage as
 * the words of a subject do. There is no corpus to download, and every run has the same text.
 */

const FUNCTION_WORDS =
  "the of and to in a is that for it as was with be by on not he this are or his from at which but have an had they you were their one all we can her has there been if more when will would who so no she other its may these what them than some him time into only do such my new about out also two any up first could our then most see me should after said your very between made many over must".split(
    " ",
  );

const VOCABULARY = 60_000;
const TOPICS = 1_500;
const TOPIC_WORDS = 80;

export interface Prose {
  /** The next passage-sized paragraph. */
  paragraph(): string;
  /** A question of two to six words about a paragraph: some of its own words, some of its topic's, some of any. */
  question(paragraph: string): string;
}

/** @param seed the same seed gives the same prose */
export function makeProse(seed: number): Prose {
  const random = mulberry32(seed);
  const words = vocabulary(mulberry32(7));
  const general = zipf(words.length, 1.07, 2.7);
  const special = zipf(TOPIC_WORDS, 0.8, 1);
  const rare = words.length - FUNCTION_WORDS.length;
  const topics = Array.from({ length: TOPICS }, () =>
    Array.from(
      { length: TOPIC_WORDS },
      () => words[FUNCTION_WORDS.length + Math.floor(rare * random() ** 2.2)] ?? "",
    ),
  );
  const topic = () => topics[Math.floor(TOPICS * random() ** 1.5)] ?? [];
  const anyWord = () => words[general(random())] ?? "";
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  return {
    paragraph() {
      const [main, side] = [topic(), topic()];
      const length = 100 + Math.floor(random() * 60);
      let text = "";
      for (let i = 0; i < length; i++) {
        const subject = random() < 0.7 ? main : side;
        const word = random() < 0.75 ? anyWord() : (subject[special(random())] ?? "");
        text += i % 12 === 0 ? `${i === 0 ? "" : ". "}${capital(word)}` : ` ${word}`;
      }
      return `${text}.`;
    },
    question(paragraph) {
      const own = paragraph.toLowerCase().match(/[a-z]+/g) ?? [];
      const length = 2 + Math.floor(random() * 5);
      return Array.from({ length }, () => (random() < 0.75 ? pick(own) : anyWord())).join(" ");
    },
  };
}

function vocabulary(random: () => number): string[] {
  const onsets =
    "b br c ch d dr f fl g gr h j k l m n p pl pr qu r s sh sk sl st t th tr v w".split(" ");
  const vowels = "a e i o u ai ea ou io".split(" ");
  const codas = "b ck d f g l ll m n nd ng nt p r rd rm s st t x z".split(" ");
  const one = (from: string[]) => from[Math.floor(random() * from.length)] ?? "";
  const words = new Set(FUNCTION_WORDS);
  while (words.size < VOCABULARY) {
    const syllables = 1 + Math.floor(random() * 3);
    let word = "";
    for (let i = 0; i < syllables; i++) word += one(onsets) + one(vowels);
    words.add(word + one(codas));
  }
  return [...words];
}

/** Ranks under f(r) ∝ 1 / (r + shift)^exponent (Mandelbrot 1953). @returns a rank from 0 for a number in [0, 1) */
function zipf(size: number, exponent: number, shift: number): (at: number) => number {
  const reached = new Float64Array(size);
  let sum = 0;
  for (let rank = 0; rank < size; rank++) {
    sum += 1 / (rank + 1 + shift) ** exponent;
    reached[rank] = sum;
  }
  return (at) => {
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((reached[middle] ?? 0) < at * sum) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The mulberry32 generator (T. Ettinger, public domain): small, fast, and the same everywhere. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

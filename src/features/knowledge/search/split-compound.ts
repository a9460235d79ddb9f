/** Splits a German compound into the words it is made of, and these again; none for any other word. */
export type SplitCompound = (word: string) => string[];

/** Shorter words are too often part of another by chance. */
const MIN_PART = 4;
const MIN_COMPOUND = 9;
/** Adjectives in -isch seem to end in Tische and Nischen. */
const ADJECTIVE = /isch(?:e[mnrs]?)?$/;
const MAX_COMPOUND = 40;
/** What may stand between the parts of a compound. */
const LINKS = ["", "s", "es", "n", "en", "er", "e"];
/** Prefixes and endings that are words, too, but make no compound. */
const AFFIXES = new Set(
  (
    "unter über wider nach hinter nieder wieder zwischen gegen durch voll fest miss " +
    "ange zuge nied wied anis mati annen heit keit schaft lich ling haft isten igen ichen iert ieren " +
    "ungen innen ende enden erin eren eten ster sten stens liche lichen licher liches ität iger iges"
  ).split(" "),
);

let splitter: Promise<SplitCompound> | undefined;

/** The word list takes some megabytes, so it is loaded with the first German text. */
export function loadCompoundSplitter(): Promise<SplitCompound> {
  splitter ??= import("@zxcvbn-ts/language-de").then(({ dictionary }) => {
    const known = [...dictionary.commonWords, ...dictionary.wikipedia].filter(
      (word) => word.length >= MIN_PART && !AFFIXES.has(word) && /[aeiouyäöü]/.test(word),
    );
    return splitterOf(new Set(known));
  });
  return splitter;
}

/** @param known lower-case words */
export function splitterOf(known: ReadonlySet<string>): SplitCompound {
  const split = (word: string): string[] | null => {
    let best: string[] | null = null;
    for (let at = MIN_PART; at <= word.length - MIN_PART; at++) {
      const head = word.slice(0, at);
      if (!known.has(head)) continue;
      for (const link of LINKS) {
        if (!word.startsWith(link, at)) continue;
        const rest = word.slice(at + link.length);
        const tail = known.has(rest) ? [rest] : split(rest);
        if (tail && (best === null || tail.length + 1 <= best.length)) best = [head, ...tail];
      }
    }
    return best;
  };
  const splitAll = (word: string): string[] => {
    if (word.length < MIN_COMPOUND || word.length > MAX_COMPOUND || ADJECTIVE.test(word)) return [];
    const parts = split(word) ?? [];
    return [...parts, ...parts.flatMap(splitAll)];
  };
  return splitAll;
}

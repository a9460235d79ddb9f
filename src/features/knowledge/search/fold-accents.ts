/** Soft hyphens, joiners, direction marks and the like, which people do not see and models do not copy. */
export const INVISIBLE = /\p{DI}/gu;

/** Letters that Unicode does not decompose into a base letter and an accent. */
const LETTERS = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ø", "o"],
  ["ł", "l"],
  ["đ", "d"],
  ["ð", "d"],
  ["þ", "th"],
  ["ħ", "h"],
  ["ı", "i"],
  ["ё", "е"],
  ["ـ", ""],
]);
/** Accents of Latin and Greek letters, the points of Hebrew and the vowel marks of Arabic. */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/gu;
/** Letters whose accent is no accent: Cyrillic й is not и. */
const ACCENTED = /[\p{sc=Latn}\p{sc=Grek}\p{sc=Hebr}\p{sc=Arab}]\p{M}*/gu;

/** A lower-case word as it is typed without accents. */
export function foldAccents(word: string): string {
  if (/^\p{ASCII}*$/u.test(word)) return word;
  const bare = word.replace(ACCENTED, (letter) => letter.normalize("NFD").replace(ACCENTS, ""));
  return [...bare]
    .map((letter) => LETTERS.get(letter) ?? letter)
    .join("")
    .normalize("NFC");
}

/** A German word as it is typed without umlauts. */
export function spellOutUmlauts(word: string): string {
  return word.replace(/[äöü]/g, (umlaut) => `${foldAccents(umlaut)}e`);
}

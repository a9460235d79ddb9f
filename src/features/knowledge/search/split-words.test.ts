import { expect, test } from "bun:test";
import fc from "fast-check";
import { splitWords } from "./split-words.ts";

const wordsOf = (text: string) => splitWords(text).map(({ word }) => word);

test("words are the runs between punctuation and spaces, in lower case", () => {
  expect(wordsOf("The QUICK-brown fox's 2nd den, §4.2!")).toEqual(
    "the quick brown fox s 2nd den 4 2".split(" "),
  );
  expect(wordsOf("Zażółć GĘŚLĄ Straße")).toEqual(["zażółć", "gęślą", "straße"]);
  expect(wordsOf("snake_case and kebab-case")).toEqual(["snake", "case", "and", "kebab", "case"]);
});

test("names in camelCase count whole and in parts", () => {
  expect(wordsOf("getUserName")).toEqual(["getusername", "get", "user", "name"]);
  expect(wordsOf("parseHTTPRequest")).toEqual(["parsehttprequest", "parse", "http", "request"]);
});

test("a part of one letter does not count, numbers and capitals do", () => {
  expect(wordsOf("xAxis iPhone12Pro")).toEqual("xaxis axis iphone12pro phone 12 pro".split(" "));
  expect(wordsOf("ÄpfelMuss")).toEqual(["äpfelmuss", "äpfel", "muss"]);
  expect(wordsOf("WORD Word word")).toEqual(["word", "word", "word"]);
});

test("a mixed run is split where the script changes, and marks stay with their letter", () => {
  expect(splitWords("a契約b")).toEqual([
    { word: "a", start: 0, end: 1 },
    { word: "契約", start: 1, end: 3 },
    { word: "b", start: 3, end: 4 },
  ]);
  expect(wordsOf("コーヒー")).toEqual(["コー", "ーヒ", "ヒー"]);
  expect(wordsOf("ไทย")).toEqual(["ไท", "ทย"]);
  expect(splitWords("𠮷野家")).toEqual([
    { word: "𠮷野", start: 0, end: 3 },
    { word: "野家", start: 2, end: 4 },
  ]);
});

test("scripts without spaces are split into pairs of characters", () => {
  expect(wordsOf("契約書")).toEqual(["契約", "約書"]);
  expect(wordsOf("契")).toEqual(["契"]);
  expect(wordsOf("GPU契約")).toEqual(["gpu", "契約"]);
});

test("a word in two Unicode forms is one word", () => {
  expect(wordsOf("ﬁne")).toEqual(wordsOf("fine"));
  expect(wordsOf("cafe\u0301")).toEqual(wordsOf("café"));
});

test("encoded data is not a word, a checksum is", () => {
  expect(wordsOf("x".repeat(129))).toEqual([]);
  expect(wordsOf("a".repeat(128))).toHaveLength(1);
});

test("for any text, each word is at its offset", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      for (const { word, start, end } of splitWords(text)) {
        expect(start < end && end <= text.length).toBe(true);
        expect(text.slice(start, end).normalize("NFKC").toLowerCase()).toBe(word);
      }
    }),
  );
});

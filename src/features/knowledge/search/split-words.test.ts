import { expect, test } from "bun:test";
import fc from "fast-check";
import { queryWords, splitWords } from "./split-words.ts";

const wordsOf = (text: string) => splitWords(text).map(({ word }) => word);

test("words are the runs between punctuation and spaces, in lower case", () => {
  expect(wordsOf("The QUICK, brown fox's 2nd den, §4!")).toEqual(
    "the quick brown fox s 2nd den 4".split(" "),
  );
  expect(wordsOf("Zażółć GĘŚLĄ Straße")).toEqual(["zażółć", "gęślą", "straße"]);
});

test("names in camelCase count whole and in parts", () => {
  expect(wordsOf("getUserName")).toEqual(["getusername", "get", "user", "name"]);
  expect(wordsOf("parseHTTPRequest")).toEqual(["parsehttprequest", "parse", "HTTP", "request"]);
});

test("a part of one letter does not count, numbers and capitals do", () => {
  expect(wordsOf("xAxis iPhone12Pro")).toEqual("xaxis axis iphone12pro phone 12 pro".split(" "));
  expect(wordsOf("ÄpfelMuss")).toEqual(["äpfelmuss", "äpfel", "muss"]);
  expect(wordsOf("WORLD World world")).toEqual(["world", "world", "world"]);
});

test("short words in capitals stay so, because they may be acronyms", () => {
  expect(wordsOf("WHO is IT? A USERS group")).toEqual(["WHO", "is", "IT", "a", "users", "group"]);
});

test.each([
  ["snake_case", "snake case snakecase"],
  ["kebab-case", "kebab case kebabcase"],
  ["e\u2010mail e\u2011mail", "e mail email e mail email"],
  ["ABC-123", "ABC 123 abc123"],
  ["Node.js", "node js nodejs"],
  ["R&D", "r d rd"],
  ["col·legi", "col legi collegi"],
  ["zero\u200bwidth", "zero width zerowidth"],
  ["state-of-the-art", "state of the art stateoftheart"],
])("%s counts in parts and whole", (text, words) => {
  expect(wordsOf(text)).toEqual(words.split(" "));
});

test.each([
  "1.2.3",
  "27001:2022",
  "2026-02-01",
  "end. Start",
  "a - b",
  "one, two",
  "a.b.c.d.e",
  `${"a".repeat(20)}-${"b".repeat(21)}`,
])("%s does not count whole", (text) => {
  expect(wordsOf(text).join("")).toBe(text.replace(/[^a-zA-Z0-9]/g, "").toLowerCase());
});

test("a word divided at the end of a line counts whole and in parts", () => {
  expect(splitWords("the proba-\ntionary period")).toContainEqual({
    ...{ word: "probationary", start: 4, end: 18 },
  });
  for (const end of ["-\n", "-\r\n", "- \n   ", "\u2010\n", "\u00ad\n", "-\n\n"])
    expect(wordsOf(`proba${end}tionary`)).toContain("probationary");
  for (const other of ["1-\n2x", "Micro-\nSoft", "proba\ntionary", "proba-tionary-\nPeriod"])
    expect(wordsOf(other)).not.toContain(other.replace(/[-\n]/g, "").toLowerCase());
});

test("a number counts without its separators, too", () => {
  for (const number of ["1,299", "1.299", "1'299", "1’299", "1\u00a0299", "1\u202f299", "1 299"])
    expect(wordsOf(number)).toEqual(["1", "299", "1299"]);
  expect(wordsOf("1,299.00")).toContain("1299");
  expect(wordsOf("12.345.678,90")).toContain("12345678");
  for (const list of ["1,2,3", "1234,567", "1,2345", "100,200,300,400,500,600,700"])
    expect(wordsOf(list)).toEqual(list.split(/[,.]/));
});

test("a telephone number counts as one", () => {
  for (const number of ["+49 30 1234567", "+49 (0)30 123-45.67", "0049 30/1234567"])
    expect(wordsOf(`call ${number} now`)).toContain("49301234567");
  expect(wordsOf("(030) 123 45 67")).toContain("0301234567");
  expect(wordsOf("+49301234567")).toEqual(["49301234567"]);
  for (const none of ["0 1 2 3", "012 345", "10 20 30 40 50", "+1 2 3 4", "x030 1234567"])
    expect(wordsOf(none).every((word) => word.length < 8)).toBe(true);
});

test("names that differ by a sign are different words", () => {
  expect(wordsOf("C, C++ and C#")).toEqual(["c", "c", "c++", "and", "c", "c#"]);
  expect(wordsOf(".NET and net")).toEqual(["NET", ".net", "and", "net"]);
  expect(wordsOf("(.env)")).toEqual(["env", ".env"]);
  for (const other of ["a+b", "1+++2", "C#7", "C++11", "issue #5", "...and", "a.b"])
    expect(wordsOf(other).join("")).not.toMatch(/[+#.]/);
});

test("symbols and flags are words", () => {
  expect(wordsOf("ship it 🚀🇩🇪 ❤\ufe0f")).toEqual(["ship", "it", "🚀", "🇩🇪", "❤"]);
});

test("a mixed run is split where the script changes, and marks stay with their letter", () => {
  expect(splitWords("a契約b")).toEqual([
    { word: "a", start: 0, end: 1 },
    { word: "契", start: 1, end: 2 },
    { word: "契約", start: 1, end: 3 },
    { word: "約", start: 2, end: 3 },
    { word: "b", start: 3, end: 4 },
  ]);
  expect(wordsOf("コーヒー")).toEqual(["コー", "ーヒ", "ヒー"]);
  expect(wordsOf("か\u3099く")).toEqual(["がく"]);
  expect(wordsOf("ไทย")).toEqual(["ไท", "ทย"]);
  expect(queryWords("𠮷野家")).toEqual(["𠮷野", "野家"]);
  expect(splitWords("𠮷野").map(({ start, end }) => [start, end])).toEqual([
    [0, 2],
    [0, 3],
    [2, 3],
  ]);
});

test("scripts without spaces and Korean are split into pairs of characters", () => {
  expect(queryWords("契約書")).toEqual(["契約", "約書"]);
  expect(queryWords("契")).toEqual(["契"]);
  expect(queryWords("GPU契約")).toEqual(["GPU", "契約"]);
  expect(queryWords("서울에서")).toEqual(["서울", "울에", "에서"]);
});

test("a character that is a word is one in a text, and in a query if it is alone", () => {
  expect(wordsOf("돈을")).toEqual(["돈", "돈을", "을"]);
  expect(queryWords("돈")).toEqual(["돈"]);
  expect(queryWords("돈을")).toEqual(["돈을"]);
  expect(wordsOf("ねこ")).toEqual(["ねこ"]);
});

test("a word in two Unicode forms is one word", () => {
  expect(wordsOf("ﬁne")).toEqual(wordsOf("fine"));
  expect(wordsOf("cafe\u0301")).toEqual(wordsOf("café"));
  expect(wordsOf("서울에".normalize("NFD"))).toEqual(wordsOf("서울에"));
});

test("the Turkish capital I with a dot is an i", () => {
  expect(wordsOf("İstanbul İZMİR")).toEqual(["istanbul", "izmir"]);
});

test.each([
  ["a soft hyphen", "\u00ad"],
  ["a word joiner", "\u2060"],
  ["a zero-width joiner", "\u200d"],
  ["a byte order mark", "\ufeff"],
  ["a mark of direction", "\u200e"],
])("%s within a word does not count", (_, invisible) => {
  expect(splitWords(`a noti${invisible}ce.`)[1]).toEqual({ word: "notice", start: 2, end: 9 });
  expect(wordsOf(`notice${invisible} ${invisible}period`)).toEqual(["notice", "period"]);
  expect(queryWords(`契${invisible}約`)).toEqual(["契約"]);
});

test("a query's words are distinct", () => {
  expect(queryWords("to be or not to be")).toEqual(["to", "be", "or", "not"]);
});

test("encoded data is not a word, a checksum is", () => {
  expect(wordsOf("x".repeat(129))).toEqual([]);
  expect(wordsOf("a".repeat(128))).toHaveLength(1);
});

test("for any text, each word is within it, and the words of any part of it are looked up alike", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      for (const { word, start, end } of splitWords(text)) {
        expect(start < end && end <= text.length && word !== "").toBe(true);
        expect(word.normalize("NFKC")).toBe(word);
      }
      const indexed = new Set(wordsOf(text));
      for (const word of queryWords(text)) expect(indexed).toContain(word);
    }),
  );
});

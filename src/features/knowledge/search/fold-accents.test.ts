import { expect, test } from "bun:test";
import { foldAccents, spellOutUmlauts } from "./fold-accents.ts";

test.each([
  ["café", "cafe"],
  ["cafe\u0301", "cafe"],
  ["cœur", "coeur"],
  ["straße", "strasse"],
  ["łódź", "lodz"],
  ["smørrebrød", "smorrebrod"],
  ["ışık", "isik"],
  ["việt", "viet"],
  ["þórður", "thordur"],
  ["ёлка", "елка"],
  ["άνθρωπος", "ανθρωπος"],
  ["שָׁלוֹם", "שלום"],
  ["كِتَاب", "كتاب"],
  ["كـــتاب", "كتاب"],
  ["plain", "plain"],
])("%s is %s without accents", (word, bare) => {
  expect(foldAccents(word)).toBe(bare);
});

test.each(["мой", "हिन्दी", "がく", "ไทย", "서울", "தமிழ்"])(
  "%s has marks that are no accents",
  (word) => {
    expect(foldAccents(word)).toBe(word);
  },
);

test("umlauts are spelled out as Germans do", () => {
  expect(spellOutUmlauts("müller ärger größe")).toBe("mueller aerger groeße");
});

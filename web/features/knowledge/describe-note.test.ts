import { expect, test } from "bun:test";
import { describeNote } from "./describe-note.ts";

test.each([
  ["read_as_latin1", "Latin-1"],
  ["read_as_shift_jis", "shift_jis"],
  ["invalid_bytes_replaced", "damaged"],
  ["cut_at_end", "cut off"],
  ["characters_missing", "characters"],
  ["pages_without_text", "pictures"],
  ["of_a_later_release", "unusual"],
])("%s is told in words", (note, word) => {
  expect(describeNote(note)).toContain(word);
});

test("an encoding that was guessed is told by its name alone", () => {
  const other = (note: string, name: string) => describeNote(note)?.replace(name, "utf-16");
  const told = describeNote("read_as_utf-16");
  expect(told).not.toContain("read_as");
  expect(other("read_as_latin1", "Latin-1")).toBe(told);
  expect(other("read_as_shift_jis", "shift_jis")).toBe(told);
});

test("a text that was fine has no note", () => {
  expect(describeNote(null)).toBeUndefined();
});

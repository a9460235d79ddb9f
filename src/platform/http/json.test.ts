import { expect, test } from "bun:test";
import { line } from "./json.ts";

const accepts = (text: string) => line(120).safeParse(text).success;

test("a line holds any script, marks inside words and emoji", () => {
  for (const text of [" Ada ", "می\u200cخواهم", "שלום\u200f", "👩\u200d💻", "Zoë", "한국"])
    expect([text, accepts(text)]).toEqual([text, true]);
});

test("a line holds nothing that breaks it, reorders it, or leaves nothing to see", () => {
  for (const text of [
    "",
    " ",
    "a\nb",
    "a\u0085b",
    "a\u2028b",
    "a\u202eb",
    "a\u2066b",
    "\u200b",
    "\u00ad \u2060",
    "\u3164",
  ])
    expect([JSON.stringify(text), accepts(text)]).toEqual([JSON.stringify(text), false]);
});

test("each fault of a line is told once", () => {
  for (const text of ["", " ", "x".repeat(121), "a\nb", "\u200b"])
    expect([text, line(120).safeParse(text).error?.issues.length]).toEqual([text, 1]);
});

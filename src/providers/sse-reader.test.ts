import { describe, expect, test } from "bun:test";
import { createSseReader } from "./sse-reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (...pieces: string[]) => {
  const reader = createSseReader();
  return pieces.map((piece) => reader.feed(bytes(piece)));
};

describe("reading an event stream", () => {
  test("each read returns the events it completes, and nothing twice", () => {
    expect(read("data: a\n\ndata: b\n\ndata:", " c", "\n\n", "")).toEqual([
      ["a", "b"],
      [],
      ["c"],
      [],
    ]);
  });

  test("names, ids, comments and unknown fields are ignored; the lines of an event are joined", () => {
    expect(read("\ufeffevent: x\nid: 1\n: note\nodd: y\ndata: a\ndata: b\n\n")).toEqual([["a\nb"]]);
  });

  test("a character cut between two reads is whole", () => {
    const reader = createSseReader();
    const all = bytes("data: 🦦\n\n");
    expect(reader.feed(all.subarray(0, 8))).toEqual([]);
    expect(reader.feed(all.subarray(8))).toEqual(["🦦"]);
  });

  test("an event of a million characters is read, a longer one ends the reading", () => {
    const longest = "x".repeat(1_048_576);
    const whole = createSseReader();
    expect(whole.feed(bytes(`data: ${longest}\n\n`))).toEqual([longest]);
    expect(whole.overflowed).toBe(false);
    const reader = createSseReader();
    expect(reader.feed(bytes(`data: ${longest}x\n\n`))).toEqual([]);
    expect(reader.overflowed).toBe(true);
    expect(reader.feed(bytes("data: later\n\n"))).toEqual([]);
  });

  test("an event without an end is dropped at the limit", () => {
    const reader = createSseReader();
    reader.feed(bytes("data: "));
    for (let piece = 0; piece < 7; piece++) reader.feed(bytes("x".repeat(1_048_576 / 8)));
    expect(reader.overflowed).toBe(false);
    for (let piece = 0; piece < 2; piece++) reader.feed(bytes("x".repeat(1_048_576 / 8)));
    expect(reader.overflowed).toBe(true);
  });
});

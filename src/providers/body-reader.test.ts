import { describe, expect, test } from "bun:test";
import { createBodyReader } from "./body-reader.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
/** The data of the events that each piece completes, and of those at the end. */
const read = (...pieces: string[]) => {
  const reader = createBodyReader();
  const reads = pieces.map((piece) => reader.feed(bytes(piece)));
  return [...reads, reader.end()].map((events) => events.map(({ data }) => data));
};

describe("reading an event stream", () => {
  test("each read returns the events it completes, and nothing twice", () => {
    expect(read("data: a\n\ndata: b\n\ndata:", " c", "\n\n", "")).toEqual([
      ["a", "b"],
      [],
      ["c"],
      [],
      [],
    ]);
  });

  test("ids, comments and unknown fields are ignored; the lines of an event are joined", () => {
    const stream = "\ufeff: note\nid: 1\nodd: y\nretry: 9\ndata: a\ndata: b\n\n";
    expect(read(stream)).toEqual([["a\nb"], []]);
  });

  test.each([
    ["event: x\ndata: a\n\n", "x", "a"],
    ["data: a\n\n", undefined, "a"],
    ["error: b\n\n", "error", "b"],
  ])("%j is an event of the name %p", (stream, name, data) => {
    for (const piece of [1, 3, stream.length]) {
      const reader = createBodyReader();
      const events = [];
      for (let at = 0; at < stream.length; at += piece)
        events.push(...reader.feed(bytes(stream.slice(at, at + piece))));
      events.push(...reader.end());
      expect(events).toEqual([{ name, data }]);
    }
  });

  test("an event without data is none, and blanks around data are dropped", () => {
    expect(read("data:\n\ndata: \n\ndata:   a \n\nevent: x\n\n")).toEqual([["a"], []]);
  });

  test.each(["data: a", "data: a\n", "data: a\r\n", "data:a\r"])(
    "the last event ends with the body: %j",
    (stream) => {
      expect(read(stream).flat()).toEqual(["a"]);
    },
  );

  test("a character cut between two reads is whole", () => {
    const reader = createBodyReader();
    const all = bytes("data: 🦦\n\n");
    expect(reader.feed(all.subarray(0, 8))).toEqual([]);
    expect(reader.feed(all.subarray(8))).toEqual([{ name: undefined, data: "🦦" }]);
  });

  test("an event of a million characters is read, a longer one ends the reading", () => {
    const longest = "x".repeat(1_048_576);
    for (const piece of [100_000, 2_000_000]) {
      const whole = createBodyReader();
      const stream = `data: ${longest}\n\n`;
      const events = [];
      for (let at = 0; at < stream.length; at += piece)
        events.push(...whole.feed(bytes(stream.slice(at, at + piece))));
      expect(events).toEqual([{ name: undefined, data: longest }]);
      expect(whole.unreadable).toBe(false);
    }
    const reader = createBodyReader();
    expect(reader.feed(bytes(`data: ${longest}x\n\n`))).toEqual([]);
    expect(reader.unreadable).toBe(true);
    expect(reader.feed(bytes("data: later\n\n"))).toEqual([]);
    expect(reader.end()).toEqual([]);
  });

  test("an event without an end is dropped at the limit", () => {
    const reader = createBodyReader();
    reader.feed(bytes("data: "));
    for (let piece = 0; piece < 8; piece++) reader.feed(bytes("x".repeat(1_048_576 / 8)));
    expect(reader.unreadable).toBe(false);
    reader.feed(bytes("x"));
    expect(reader.unreadable).toBe(true);
  });
});

describe("reading something else than a stream", () => {
  test("a document is one event when it ends, and then the answer has ended", () => {
    expect(read(' \n{"a":\n', "1}")).toEqual([[], [], ['{"a":\n1}', "[DONE]"]]);
    expect(read("[1, 2]")).toEqual([[], ["[1, 2]", "[DONE]"]]);
    expect(read("{")).toEqual([[], ["{", "[DONE]"]]);
  });

  test.each(['{"a":\n1}\n\ndata: [DONE]\n\n', '{"a":\n1}[DONE]', '{"a":\n1}\ndata:[DONE]'])(
    "the end of a stream may stand behind it: %j",
    (body) => {
      expect(read(body)).toEqual([[], ['{"a":\n1}', "[DONE]"]]);
    },
  );

  test("a document in each line is an event each", () => {
    expect(read('{"a":1}\r\n\n{"b":2}\ndata: {"c":3}\n')).toEqual([
      [],
      ['{"a":1}', '{"b":2}', '{"c":3}', "[DONE]"],
    ]);
  });

  test("a document of a million characters is read, a longer one is not", () => {
    const reader = createBodyReader();
    reader.feed(bytes("{".padEnd(1_048_576)));
    expect(reader.unreadable).toBe(false);
    reader.feed(bytes(" "));
    expect(reader.unreadable).toBe(true);
  });

  test("a page is not read, and blanks are not a page yet", () => {
    const reader = createBodyReader();
    reader.feed(bytes(" \n"));
    expect(reader.unreadable).toBe(false);
    expect(reader.feed(bytes("<html>\ndata: a\n\n"))).toEqual([]);
    expect(reader.unreadable).toBe(true);
    expect(reader.end()).toEqual([]);
    expect(read("")).toEqual([[], []]);
  });
});

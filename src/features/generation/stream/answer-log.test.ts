import { expect, test } from "bun:test";
import fc from "fast-check";
import type { LogEvent } from "../schema.ts";
import { AnswerLog, after, merge, type Numbered, numbered, unread } from "./answer-log.ts";
import { foldEvents } from "./fold-events.ts";

const id = "01a20884-dd4d-70ab-a5e0-6588f2fcb8b2";
const usage = {
  inputTokens: 1,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 1,
  reasoningTokens: 0,
};
const said: fc.Arbitrary<LogEvent> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).map((text): LogEvent => ({ type: "delta", text })),
  fc.string({ maxLength: 12 }).map((text): LogEvent => ({ type: "reasoning", text })),
  fc.constant<LogEvent>({ type: "reasoning", text: "thought", signature: "sig" }),
  fc.constant<LogEvent>({ type: "usage", usage, costMicroUsd: 3 }),
);
const answers = fc
  .array(said, { maxLength: 30 })
  .map((events): LogEvent[] => [
    { type: "start", messageId: id },
    ...events,
    { type: "done", status: "complete" },
  ]);

function logOf(events: LogEvent[]): AnswerLog {
  const log = new AnswerLog();
  for (const event of events) log.append(event);
  return log;
}

const folded = (entries: Numbered[]) => foldEvents(entries.map(({ event }) => event));

test("a reader that reconnects at any numbers gets exactly what an uninterrupted one gets", () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat(400), { maxLength: 8 }), (events, stops) => {
      const log = logOf(events);
      const whole = log.after(0);
      let at = 0;
      const read: Numbered[] = [];
      for (const stop of [...stops.sort((a, b) => a - b), log.end]) {
        const upTo = whole
          .flatMap((entry) => cutAt(entry, stop))
          .flatMap((entry) => after(entry, at) ?? []);
        read.push(...upTo);
        at = Math.max(at, upTo.at(-1)?.end ?? 0);
      }
      expect(folded(read)).toEqual(folded(whole));
      expect(at).toBe(log.end);
    }),
  );
});

test("rows stored late, among merged ones, neither hide nor double anything, wherever a reader goes on", () => {
  const late = fc.array(fc.tuple(fc.nat(40), fc.nat(12)), { maxLength: 5 });
  fc.assert(
    fc.property(answers, late, fc.nat(60), (events, pieces, at) => {
      const log = logOf(events);
      const whole = log.after(0);
      const rows = new Map<number, Numbered>();
      for (const [from, length] of pieces)
        for (const entry of whole.flatMap((one) => cutAt(one, from + length)))
          for (const row of unread([entry], from)) rows.set(row.end, row);
      for (const row of whole) rows.set(row.end, row);
      const stored = [...rows.values()].sort((a, b) => a.end - b.end);
      expect(folded(unread(stored, at))).toEqual(folded(log.after(at)));
    }),
  );
});

/** The part of an entry up to a number, as held by a reader that lost its connection there. */
function cutAt(entry: Numbered, stop: number): Numbered[] {
  if (entry.end <= stop) return [entry];
  const { event } = entry;
  if (event.type !== "delta" && !(event.type === "reasoning" && event.signature === undefined))
    return [];
  const start = entry.end - event.text.length;
  return stop <= start || event.text === ""
    ? []
    : [{ end: stop, event: { ...event, text: event.text.slice(0, stop - start) } }];
}

test("storing the log in pieces at any moments stores every unit once", () => {
  fc.assert(
    fc.property(answers, fc.infiniteStream(fc.boolean()), (events, ticks) => {
      const log = new AnswerLog();
      const rows: Numbered[] = [];
      let storedTo = 0;
      for (const event of events) {
        log.append(event);
        if (!ticks.next().value) continue;
        rows.push(...log.after(storedTo));
        storedTo = log.end;
      }
      rows.push(...log.after(storedTo));
      expect(folded(merge(rows))).toEqual(folded(log.after(0)));
      expect(new Set(rows.map(({ end }) => end)).size).toBe(rows.length);
    }),
  );
});

test("a character split between two deltas is stored whole", () => {
  const log = logOf([
    { type: "delta", text: "a\ud83d" },
    { type: "delta", text: "\ude00b" },
  ]);
  expect(log.after(0).map(({ event }) => event)).toEqual([{ type: "delta", text: "a😀b" }]);
});

test("characters that cannot be stored are replaced, and the whole log can be stored", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({
          unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
        }),
      ),
      (texts) => {
        const log = logOf(texts.map((text) => ({ type: "delta", text })));
        for (const { event } of log.after(0)) {
          const text = event.type === "delta" ? event.text : "";
          expect(text.isWellFormed()).toBe(true);
          expect(text.includes("\u0000")).toBe(false);
        }
      },
    ),
  );
});

test("numbers continue where the log ends", () => {
  expect(
    numbered(
      [
        { type: "delta", text: "four" },
        { type: "done", status: "complete" },
      ],
      10,
    ).map(({ end }) => end),
  ).toEqual([14, 15]);
});

test("a log whose rows overlap after a repeated write is read without repetition", () => {
  // At each event: no write, a write, or a write whose answer is lost.
  const writes = fc.array(fc.constantFrom("none", "stored", "lost"), { maxLength: 32 });
  fc.assert(
    fc.property(answers, writes, fc.nat(400), (events, happens, from) => {
      const log = new AnswerLog();
      const rows = new Map<number, Numbered>();
      let storedTo = 0;
      for (const [index, event] of events.entries()) {
        log.append(event);
        const what = index === events.length - 1 ? "stored" : (happens[index] ?? "none");
        if (what === "none") continue;
        for (const row of log.after(storedTo)) if (!rows.has(row.end)) rows.set(row.end, row);
        if (what === "stored") storedTo = log.end;
      }
      const stored = [...rows.values()].sort((a, b) => a.end - b.end);
      expect(folded(unread(stored, from))).toEqual(folded(log.after(from)));
    }),
  );
});

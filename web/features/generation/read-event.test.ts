import { expect, test } from "bun:test";
import { readEvent } from "./read-event.ts";

const citation = {
  type: "citation",
  marker: "S1",
  quote: "words",
  fileId: "f",
  fileVersionId: "v",
  fileName: "a.md",
  start: 0,
  end: 5,
  verified: true,
};
const usage = {
  inputTokens: 1,
  cacheReadTokens: 2,
  cacheWriteTokens: 3,
  outputTokens: 4,
  reasoningTokens: 0,
};
/** One event of each type as the server sends it, and its value in the page. */
const whole: [type: string, data: Record<string, unknown>][] = [
  ["start", { messageId: "m" }],
  ["delta", { text: "" }],
  ["reasoning", { text: "hm" }],
  ["reasoning", { text: "hm", signature: "s" }],
  ["reasoning", { text: "", redacted: true }],
  ["thought", {}],
  ["citation", { citation }],
  ["citation", { citation: { ...citation, verified: false } }],
  ["usage", { usage, costMicroUsd: 7 }],
  ["done", { status: "complete" }],
  ["done", { status: "stopped" }],
  ["done", { status: "interrupted" }],
  ["error", { error: { code: "overloaded", detail: "Busy" } }],
];

test("an event of each type is read completely", () => {
  for (const [type, data] of whole)
    expect<unknown>(readEvent(type, JSON.stringify(data))).toEqual({ type, ...data });
});

test("fields added by a newer server are left out", () => {
  expect(readEvent("delta", '{"text":"x","more":1}')).toEqual({ type: "delta", text: "x" });
  expect(readEvent("reasoning", '{"text":"x","redacted":false}')).toEqual({
    type: "reasoning",
    text: "x",
  });
});

test("an event of an unknown type, or invalid JSON, is ignored", () => {
  expect(readEvent("tool", "{}")).toBeUndefined();
  expect(readEvent("message", '{"text":"x"}')).toBeUndefined();
  expect(readEvent("delta", '{"text":"x"')).toBeUndefined();
});

/** Each way to remove or corrupt one member, at any depth. */
function* spoiled(value: Record<string, unknown>): Generator<Record<string, unknown>> {
  for (const [key, member] of Object.entries(value)) {
    const { [key]: _, ...without } = value;
    yield without;
    yield { ...value, [key]: typeof member === "string" ? 1 : "1" };
    if (typeof member === "object" && member !== null)
      for (const inner of spoiled({ ...member })) yield { ...value, [key]: inner };
  }
}

test("an event with a missing or invalid member is ignored", () => {
  const optional = new Set(["signature", "redacted", "verified", "type"]);
  for (const [type, data] of whole) {
    for (const broken of spoiled(data)) {
      const changed = keysOf(data).filter((key) => at(broken, key) !== at(data, key));
      if (changed.every((key) => optional.has(key.split(".").at(-1) ?? ""))) continue;
      expect([type, broken, readEvent(type, JSON.stringify(broken))]).toEqual([
        type,
        broken,
        undefined,
      ]);
    }
  }
});

test("a quote counts as verified only when the server says so", () => {
  for (const verified of [undefined, "true", 1, null]) {
    const event = readEvent("citation", JSON.stringify({ citation: { ...citation, verified } }));
    expect(event).toMatchObject({ citation: { verified: false } });
  }
});

/** The paths of all leaf members. */
function keysOf(value: unknown, prefix = ""): string[] {
  if (typeof value !== "object" || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) =>
    keysOf(inner, prefix === "" ? key : `${prefix}.${key}`),
  );
}

function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined,
      value,
    );
}

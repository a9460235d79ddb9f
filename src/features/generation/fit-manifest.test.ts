import { describe, expect, test } from "bun:test";
import { fitManifest, type ManifestItem } from "./fit-manifest.ts";

const id = "0193a5c0-0000-7000-8000-000000000000";
const question: ManifestItem = {
  kind: "message",
  title: "Question",
  tokens: 7,
  included: true,
  messageId: id,
};
const many = (count: number, change: Partial<ManifestItem>): ManifestItem[] =>
  Array.from({ length: count }, (_, n) => ({
    kind: "message",
    title: `Item ${n}`,
    tokens: 10,
    included: true,
    ...change,
  }));
const passage: Partial<ManifestItem> = {
  kind: "passage",
  label: "S1",
  fileId: id,
  fileVersionId: id,
  start: 100_000,
  end: 101_000,
};
const leftOut: Partial<ManifestItem> = { included: false, reason: "does not fit" };
const bytesOf = (items: ManifestItem[]) => Buffer.byteLength(JSON.stringify(items));
const standsFor = (items: ManifestItem[]) => items.reduce((sum, { count = 1 }) => sum + count, 0);

test("a short manifest is left as it is", () => {
  const items = [
    ...many(1, { kind: "agent" }),
    ...many(30, passage),
    ...many(3, { kind: "file", ...leftOut }),
    ...many(9, {}),
    question,
  ];
  expect(fitManifest(items)).toEqual(items);
});

test("of a long conversation the newest 20 messages have a line each, and those before share one", () => {
  const fitted = fitManifest([...many(499, {}), question]);
  expect(fitted).toHaveLength(21);
  expect(fitted[0]).toEqual({
    kind: "message",
    title: "More messages",
    tokens: 4_800,
    included: true,
    count: 480,
  });
  expect(fitted[1]?.title).toBe("Item 480");
  expect(fitted.at(-1)).toEqual(question);
});

test("ten are named of what was left out for a reason, and the rest is counted", () => {
  const fitted = fitManifest([
    ...many(300, { kind: "file", ...leftOut }),
    ...many(12, { included: false, reason: "empty" }),
    question,
  ]);
  expect(fitted).toHaveLength(10 + 1 + 10 + 1 + 1);
  expect(fitted[10]).toEqual({
    kind: "file",
    title: "More files",
    tokens: 2_900,
    included: false,
    reason: "does not fit",
    count: 290,
  });
  expect(fitted[21]).toMatchObject({ title: "More messages", count: 2, reason: "empty" });
});

test("where some were not counted in tokens, the line of the rest has none", () => {
  const { tokens: _, ...uncounted } =
    many(1, { kind: "file", ...leftOut, count: 4_900 })[0] ?? question;
  const [last] = fitManifest([...many(99, { kind: "file", ...leftOut }), uncounted]).slice(-1);
  expect(last).toMatchObject({ title: "More files", count: 4_989 });
  expect(last).not.toHaveProperty("tokens");
  expect(fitManifest([uncounted, question])[0]).toEqual({ ...uncounted, title: "More files" });
});

describe("never more than 16 KB", () => {
  test.each([
    ["passages", many(80, { ...passage, title: "ü".repeat(127) })],
    ["whole files", many(5_000, { ...passage, kind: "file", title: "n".repeat(255) })],
    [
      "files left out",
      many(5_000, { kind: "file", ...leftOut, title: "n".repeat(255), fileId: id }),
    ],
    ["messages", many(5_000, { messageId: id })],
    ["messages left out", many(5_000, { ...leftOut, messageId: id })],
  ])("with thousands of %s, which are all accounted for", (_, items) => {
    const all = [...many(2, { kind: "agent" }), ...many(80, passage), ...items, question];
    const fitted = fitManifest(all);
    expect(bytesOf(fitted)).toBeLessThan(16_000);
    expect(standsFor(fitted)).toBe(standsFor(all));
    expect(fitted.at(-1)).toEqual(question);
  });

  test("and sources have room before messages", () => {
    const fitted = fitManifest([
      ...many(60, { ...passage, title: "n".repeat(200) }),
      ...many(500, {}),
      question,
    ]);
    expect(
      fitted.filter(({ kind, count }) => kind === "passage" && count === undefined).length,
    ).toBeGreaterThan(20);
    const messages = fitted.filter(({ kind }) => kind === "message");
    expect(messages.length).toBeLessThan(10);
    expect(standsFor(messages)).toBe(501);
    expect(messages.at(-1)).toEqual(question);
  });
});

import { describe, expect, test } from "bun:test";
import type { PromptPart } from "../../providers/port.ts";
import type { MessagePart, MessageRow } from "../threads/index.ts";
import { fitHistory } from "./fit-history.ts";

/** A message of a branch; a text of ten letters takes 3 tokens and the message overhead 8. */
function message(
  id: string,
  role: MessageRow["role"],
  parts: MessagePart[] | string = "a".repeat(10),
): MessageRow {
  return {
    id,
    threadId: "thread",
    parentId: null,
    role,
    parts: typeof parts === "string" ? [{ type: "text", text: parts }] : parts,
    status: "complete",
    error: null,
    authorId: null,
    generationId: null,
    modelId: role === "assistant" ? "model" : null,
    agentId: null,
    createdAt: new Date("2026-11-27T12:00:00Z"),
  };
}

const branch = [
  message("q1", "user", "1".repeat(10)),
  message("a1", "assistant"),
  message("q2", "user"),
  message("a2", "assistant"),
];
const older = { included: false, reason: "older than what fits" };

describe("a history of four messages of 13, 11, 11 and 11 tokens", () => {
  test.each([
    [46, ["q1", "a1", "q2", "a2"]],
    [45, ["q2", "a2"]],
    [22, ["q2", "a2"]],
    [21, []],
    [0, []],
  ])("has in a room of %d tokens %p", (room, fitting) => {
    const { messages, items } = fitHistory(branch, room, "model");
    expect(messages).toHaveLength(fitting.length);
    expect(items.filter(({ included }) => included).map(({ messageId }) => messageId)).toEqual(
      fitting,
    );
  });

  test("has one manifest line per message, with the reason for those left out", () => {
    expect(fitHistory(branch, 33, "model").items).toEqual([
      { kind: "message", title: "Question", tokens: 13, messageId: "q1", ...older },
      { kind: "message", title: "Answer", tokens: 11, messageId: "a1", ...older },
      { kind: "message", title: "Question", tokens: 11, messageId: "q2", included: true },
      { kind: "message", title: "Answer", tokens: 11, messageId: "a2", included: true },
    ]);
  });

  test("starts with a question", () => {
    expect(fitHistory(branch, 35, "model").messages).toEqual([
      { role: "user", parts: [{ type: "text", text: "aaaaaaaaaa" }] },
      { role: "assistant", parts: [{ type: "text", text: "aaaaaaaaaa" }] },
    ]);
  });
});

test("a long message leaves out everything before it, without a gap", () => {
  const long = [message("q1", "user"), message("a1", "assistant", "a".repeat(1_000)), ...branch];
  const { items } = fitHistory(long, 100, "model");
  expect(items.map(({ included }) => included)).toEqual([false, false, true, true, true, true]);
});

test("an empty answer is not sent and takes no room, and the manifest says so", () => {
  const failed = [message("q1", "user"), message("a1", "assistant", []), message("q2", "user")];
  const { messages, items } = fitHistory(failed, 22, "model");
  expect(messages.map(({ role }) => role)).toEqual(["user", "user"]);
  expect(items[1]).toEqual({
    kind: "message",
    title: "Answer",
    tokens: 0,
    included: false,
    messageId: "a1",
    reason: "empty",
  });
});

test("the model's own thinking is passed on unchanged, counted if it is signed; citations are not", () => {
  const citation: MessagePart = {
    type: "citation",
    marker: "S1",
    quote: "due",
    fileId: "file",
    fileVersionId: "version",
    fileName: "lease.md",
    start: 0,
    end: 3,
    verified: true,
  };
  const answer = message("a1", "assistant", [
    { type: "reasoning", text: "unsigned" },
    { type: "reasoning", text: "a".repeat(10), signature: "s" },
    { type: "reasoning", text: "", signature: "x".repeat(31), redacted: true },
    { type: "text", text: "a".repeat(10) },
    citation,
  ]);
  const { messages, items } = fitHistory([message("q1", "user"), answer], 100, "model");
  expect(messages[1]?.parts).toEqual([
    { type: "reasoning", text: "unsigned" },
    { type: "reasoning", text: "a".repeat(10), signature: "s" },
    { type: "reasoning", text: "", signature: "x".repeat(31), redacted: true },
    { type: "text", text: "a".repeat(10) },
  ]);
  // The message 8, thinking 3, what is encrypted 11, text 3.
  expect(items[1]?.tokens).toBe(25);
});

test("thinking alone does not count as an answer", () => {
  const thought: MessagePart = { type: "reasoning", text: "hm", signature: "s" };
  expect(fitHistory([message("a1", "assistant", [thought])], 100, "model").messages).toEqual([]);
});

test.each<[string, string | null, PromptPart["type"][]]>([
  ["the model that is asked", "model", ["reasoning", "text"]],
  ["another model", "other", ["text"]],
  ["a model that is not known any more", null, ["text"]],
])("thinking of %s", (_, writer, sent) => {
  const answer: MessageRow = {
    ...message("a1", "assistant", [
      { type: "reasoning", text: "a".repeat(10), signature: "s" },
      { type: "text", text: "a".repeat(10) },
    ]),
    modelId: writer,
  };
  const { messages, items } = fitHistory([message("q1", "user"), answer], 100, "model");
  expect(messages[1]?.parts.map(({ type }) => type)).toEqual(sent);
  expect(items[1]?.tokens).toBe(sent.length === 2 ? 14 : 11);
});

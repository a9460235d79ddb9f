import type {
  LogEvent,
  MessageError,
  MessagePart,
  MessageStatus,
  TokenUsage,
} from "../../lib/api-types.ts";

/** State of an answer, folded from its events. */
export type AnswerState = {
  /** The id of the last event applied; 0 before the first. */
  readonly lastId: number;
  readonly status: MessageStatus;
  readonly parts: readonly MessagePart[];
  readonly usage: TokenUsage | undefined;
  readonly costMicroUsd: number | undefined;
  readonly error: MessageError | undefined;
};

export const emptyAnswer: AnswerState = {
  lastId: 0,
  status: "running",
  parts: [],
  usage: undefined,
  costMicroUsd: undefined,
  error: undefined,
};

/**
 * Applies one event. Pure, and the same for live and resumed streams: an event that was applied already changes
 * nothing, and neither does one after the end.
 */
export function applyEvent(state: AnswerState, id: number, event: LogEvent): AnswerState {
  if (id <= state.lastId || state.status !== "running") return state;
  return { ...next(state, event), lastId: id };
}

function next(state: AnswerState, event: LogEvent): AnswerState {
  switch (event.type) {
    case "delta":
      return { ...state, parts: say(state.parts, { type: "text", text: event.text }) };
    case "reasoning":
      return { ...state, parts: say(state.parts, event) };
    case "thought":
      return { ...state, parts: asReasoning(state.parts) };
    case "citation":
      return { ...state, parts: [...state.parts, event.citation] };
    case "usage":
      return { ...state, usage: event.usage, costMicroUsd: event.costMicroUsd };
    case "done":
      return { ...state, status: event.status };
    case "error":
      return { ...state, status: "failed", error: event.error };
    default:
      // `start`, and types of newer servers.
      return state;
  }
}

type Words = Extract<MessagePart, { type: "text" | "reasoning" }>;

/**
 * Appends text to the last part with text, across citations, if it is of the same kind and open; else starts a
 * new part. The server's `fold-events.ts` does the same for the stored message; both are tested with
 * `test/support/answer-events.ts`.
 */
function say(parts: readonly MessagePart[], words: Words): readonly MessagePart[] {
  const index = parts.findLastIndex((part) => part.type === "text" || part.type === "reasoning");
  const last = parts[index];
  if (last?.type === "text" && words.type === "text")
    return parts.with(index, { ...last, text: last.text + words.text });
  // A signature, or encryption, closes a block of thinking.
  if (last?.type === "reasoning" && words.type === "reasoning" && !ended(last) && !words.redacted)
    return parts.with(index, { ...last, ...words, text: last.text + words.text });
  return words.text === "" && !ended(words) ? parts : [...parts, words];
}

/** The parts once it is known that all their text was reasoning. */
function asReasoning(parts: readonly MessagePart[]): readonly MessagePart[] {
  const text = textOf(parts);
  const reasoning = parts.filter(({ type }) => type === "reasoning");
  return text === "" ? reasoning : [...reasoning, { type: "reasoning", text }];
}

function ended(words: Words): boolean {
  return words.type === "reasoning" && (words.signature !== undefined || words.redacted === true);
}

/** All text of an answer, without its reasoning. */
export function textOf(parts: readonly MessagePart[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

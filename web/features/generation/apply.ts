import type {
  LogEvent,
  MessageError,
  MessagePart,
  MessageStatus,
  TokenUsage,
} from "../../lib/api-types.ts";

/** An answer as far as its events tell. */
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
 * The answer after one more event. Pure, and the same for live and resumed streams: an event that
 * was applied already changes nothing, and nothing changes an answer that has ended.
 */
export function apply(state: AnswerState, id: number, event: LogEvent): AnswerState {
  if (id <= state.lastId || state.status !== "running") return state;
  return { ...next(state, event), lastId: id };
}

function next(state: AnswerState, event: LogEvent): AnswerState {
  switch (event.type) {
    case "delta":
      return { ...state, parts: append(state.parts, "text", event.text) };
    case "reasoning":
      // Thinking that the provider keeps to itself is not text to show.
      if (event.redacted) return state;
      return { ...state, parts: append(state.parts, "reasoning", event.text) };
    case "citation":
      return { ...state, parts: [...state.parts, event.citation] };
    case "usage":
      return { ...state, usage: event.usage, costMicroUsd: event.costMicroUsd };
    case "done":
      return { ...state, status: event.status };
    case "error":
      return { ...state, status: "failed", error: event.error };
    default:
      // `start`, and types that a newer server may send.
      return state;
  }
}

/** Adds text to the last part of this kind if it is the last one that carries text, else begins one. */
function append(
  parts: readonly MessagePart[],
  type: "text" | "reasoning",
  text: string,
): readonly MessagePart[] {
  const index = parts.findLastIndex((part) => part.type === "text" || part.type === "reasoning");
  const last = parts[index];
  if (last === undefined || last.type !== type) return [...parts, { type, text }];
  return parts.with(index, { ...last, text: last.text + text });
}

/** All the text of an answer, without its reasoning. */
export function textOf(parts: readonly MessagePart[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

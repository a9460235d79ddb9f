import { type ReadonlySignal, signal } from "@preact/signals";
import { path } from "../../lib/api-path.ts";
import { followStream, type StreamState } from "../../lib/sse-client.ts";
import { type AnswerState, applyEvent, emptyAnswer, textOf } from "./apply-event.ts";
import { readEvent } from "./read-event.ts";
import { scheduleDraw } from "./schedule-draw.ts";

export type LiveAnswer = {
  /** The followed answer, or the last one; undefined before the first. */
  readonly answer: ReadonlySignal<(AnswerState & { generationId: string }) | undefined>;
  readonly connection: ReadonlySignal<StreamState>;
  /** Follows this answer from its beginning, and no other; undefined stops. */
  follow(generationId: string | undefined): void;
  stop(): void;
};

/**
 * Follows one answer at a time. Events are applied as they arrive and shown at most once per frame, so that a
 * fast stream costs no more than a slow one. `onEnd` runs when the answer has ended.
 */
export function createLiveAnswer(onEnd: () => void): LiveAnswer {
  const answer = signal<(AnswerState & { generationId: string }) | undefined>(undefined);
  const connection = signal<StreamState>("connecting");
  let current: { id: string; abort: AbortController } | undefined;

  function stop(): void {
    current?.abort.abort();
    current = undefined;
  }

  function follow(generationId: string | undefined): void {
    if (current?.id === generationId) return;
    stop();
    if (generationId === undefined) return;
    const abort = new AbortController();
    current = { id: generationId, abort };
    let state = emptyAnswer;
    let callOff: (() => void) | undefined;
    const show = () => {
      callOff = undefined;
      if (!abort.signal.aborted) answer.value = { ...state, generationId };
    };
    show();
    void followStream({
      url: path`/generations/${generationId}/events`,
      signal: abort.signal,
      onState: (next) => {
        connection.value = next;
        if (next === "failed") onEnd();
      },
      onEvent: ({ id, type, data }) => {
        const event = readEvent(type, data);
        if (event === undefined) return false;
        state = applyEvent(state, id ?? state.lastId + 1, event);
        const ended = state.status !== "running";
        if (ended) {
          callOff?.();
          show();
          onEnd();
        } else callOff ??= scheduleDraw(textOf(state.parts).length, show);
        return ended;
      },
    });
  }

  return { answer, connection, follow, stop };
}

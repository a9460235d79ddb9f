import { api, at, once, read } from "../../lib/api.ts";
import type { StartedAnswer, Thread, ThreadDetail } from "../../lib/api-types.ts";
import { recentThreads } from "../shell/index.ts";
import { withNew } from "./branch.ts";

/** Model, agent and effort for a message; null is the default of the workspace or the agent. */
export type Choice = { modelId: string | null; agentId: string | null; effort: Thread["effort"] };

export type Started = { thread: Thread; answer: StartedAnswer };

/** Starts a thread with its first message. */
export async function startThread(
  projectId: string,
  text: string,
  choice: Choice,
): Promise<Started> {
  const thread = await read(
    api.POST("/projects/{projectId}/threads", {
      ...at({ projectId }),
      body: choice,
      headers: once(),
    }),
  );
  const answer = await sendMessage(thread.id, null, text, choice);
  void recentThreads.load();
  return { thread, answer };
}

/** Adds a message below `parentId` and starts its answer. */
export function sendMessage(
  threadId: string,
  parentId: string | null,
  text: string,
  choice: Choice,
): Promise<StartedAnswer> {
  const body = { parentId, text, ...choice };
  return read(
    api.POST("/threads/{threadId}/messages", { ...at({ threadId }), body, headers: once() }),
  );
}

let remembered: ThreadDetail | undefined;

/** Remembers a thread that was just started, so that its page shows it without a request. */
export function rememberStart(started: Started): void {
  const { userMessage, assistantMessage } = started.answer;
  remembered = {
    ...started.thread,
    leafId: assistantMessage.id,
    ...withNew({ messages: [], nextCursor: null }, [userMessage, assistantMessage]),
  };
}

/** The remembered thread, once. */
export function takeStart(threadId: string): ThreadDetail | undefined {
  const start = remembered?.id === threadId ? remembered : undefined;
  remembered = undefined;
  return start;
}

import { computed, createModel, effect, signal } from "@preact/signals";
import { api, at, read } from "../../lib/api.ts";
import { type ApiError, toApiError } from "../../lib/api-error.ts";
import type { Message, ThreadDetail, ThreadMessage } from "../../lib/api-types.ts";
import { createLiveAnswer } from "../generation/index.ts";
import { recentThreads } from "../shell/index.ts";
import { type Branch, joined, withNew } from "./branch.ts";
import { type Choice, sendMessage, takeStart } from "./start-thread.ts";

/** Messages asked for at once on the way back to one that is far from the end. */
const FAR_PAGE = 200;

/**
 * One thread on the page: the shown branch as far as it is loaded, and the running answer. A running answer is followed
 * only while its branch is shown.
 */
export const ThreadModel = createModel((threadId: string) => {
  const detail = signal<ThreadDetail | undefined>(takeStart(threadId));
  const error = signal<ApiError | undefined>(undefined);
  const running = computed((): Message | undefined => {
    const last = detail.value?.messages.at(-1);
    return last?.status === "running" ? last : undefined;
  });
  const runningId = computed(() => running.value?.generationId ?? undefined);
  const live = createLiveAnswer(() => {
    void load();
    void recentThreads.load();
  });

  async function load(): Promise<void> {
    try {
      const found = await read(api.GET("/threads/{threadId}", at({ threadId })));
      detail.value = { ...found, ...(detail.value ? joined(detail.value, found) : {}) };
      error.value = undefined;
    } catch (thrown) {
      error.value = toApiError(thrown);
    }
  }

  function show(change: (branch: Branch) => Branch): void {
    if (detail.value) detail.value = { ...detail.value, ...change(detail.value) };
  }

  /** A page of the branch through a message, or of what comes before a cursor. */
  async function readPage(from: { through: string } | { cursor: string; limit?: number }) {
    const { items, nextCursor } = await read(
      api.GET("/threads/{threadId}/messages", { params: { path: { threadId }, query: from } }),
    );
    return { messages: items.reverse(), nextCursor };
  }

  /** Shows the branch through a message, loaded back to that message at least. */
  async function reach(messageId: string): Promise<void> {
    let found: Branch = await readPage({ through: messageId });
    while (found.nextCursor !== null && found.messages.every(({ id }) => id !== messageId)) {
      const page = await readPage({ cursor: found.nextCursor, limit: FAR_PAGE });
      found = { ...page, messages: [...page.messages, ...found.messages] };
    }
    show((branch) => joined(branch, found));
  }

  effect(() => live.follow(runningId.value));

  return {
    detail,
    error,
    running,
    live: live.answer,
    connection: live.connection,
    load,
    /** Adds the messages before those that are loaded. */
    async loadEarlier(): Promise<void> {
      const cursor = detail.value?.nextCursor;
      if (typeof cursor !== "string") return;
      const page = await readPage({ cursor });
      show((branch) =>
        branch.nextCursor === cursor
          ? { ...page, messages: [...page.messages, ...branch.messages] }
          : branch,
      );
    },
    /** Loads a message that a link leads to, and what follows it. */
    async find(messageId: string): Promise<void> {
      if (!detail.value?.messages.some(({ id }) => id === messageId)) await reach(messageId);
    },
    /** Adds a message at the end of the branch. */
    async send(text: string, choice: Choice): Promise<void> {
      const last = detail.value?.messages.at(-1);
      const answer = await sendMessage(threadId, last?.id ?? null, text, choice);
      show((branch) => withNew(branch, [answer.userMessage, answer.assistantMessage]));
    },
    /** Edits a question: a new branch beside the message. */
    async edit(message: ThreadMessage, text: string, choice: Choice): Promise<void> {
      const answer = await sendMessage(threadId, message.parentId, text, choice);
      show((branch) => withNew(branch, [answer.userMessage, answer.assistantMessage], message));
    },
    /** Another answer to the same question: a new branch beside the old answer. */
    async regenerate(message: ThreadMessage, modelId: string | null): Promise<void> {
      const { assistantMessage } = await read(
        api.POST("/messages/{messageId}/regenerate", {
          ...at({ messageId: message.id }),
          body: modelId ? { modelId } : {},
        }),
      );
      show((branch) => withNew(branch, [assistantMessage], message));
    },
    async stop(): Promise<void> {
      const generationId = running.value?.generationId;
      if (generationId) await api.POST("/generations/{generationId}/stop", at({ generationId }));
    },
    /** Shows the branch through a message, and for those who may write at the next visit too. */
    async choose(messageId: string): Promise<void> {
      if (!detail.value) return;
      const { mayWrite } = detail.value;
      await reach(messageId);
      if (mayWrite)
        await api.PUT("/threads/{threadId}/leaf", { ...at({ threadId }), body: { messageId } });
    },
    dispose(): void {
      live.stop();
    },
  };
});

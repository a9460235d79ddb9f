import { computed, createModel, effect, signal } from "@preact/signals";
import { api, at, read } from "../../lib/api.ts";
import { type ApiError, toApiError } from "../../lib/api-error.ts";
import type { Message, StartedAnswer, ThreadDetail } from "../../lib/api-types.ts";
import { createLiveAnswer } from "../generation/index.ts";
import { recentThreads } from "../shell/index.ts";
import { leafBelow, pathTo, shownLeaf, treeOf } from "./message-tree.ts";
import { type Choice, sendMessage, takeStart } from "./start-thread.ts";

/**
 * One thread on the page: its messages, the shown branch, and the running answer. A running answer is followed
 * only while its branch is shown.
 */
export const ThreadModel = createModel((threadId: string) => {
  const detail = signal<ThreadDetail | undefined>(takeStart(threadId));
  const error = signal<ApiError | undefined>(undefined);
  const tree = computed(() => treeOf(detail.value?.messages ?? []));
  const leafId = computed(() => shownLeaf(tree.value, detail.value?.leafId ?? null));
  const branch = computed(() => pathTo(tree.value, leafId.value));
  const running = computed((): Message | undefined => {
    const last = branch.value.at(-1);
    return last?.status === "running" ? last : undefined;
  });
  const runningId = computed(() => running.value?.generationId ?? undefined);
  const live = createLiveAnswer(() => {
    void load();
    void recentThreads.load();
  });

  async function load(): Promise<void> {
    try {
      detail.value = await read(api.GET("/threads/{threadId}", at({ threadId })));
      error.value = undefined;
    } catch (thrown) {
      error.value = toApiError(thrown);
    }
  }

  function add(answer: StartedAnswer): void {
    const now = detail.value;
    if (!now) return;
    const known = new Set(now.messages.map((message) => message.id));
    const fresh = [answer.userMessage, answer.assistantMessage].filter(
      (message) => !known.has(message.id),
    );
    detail.value = {
      ...now,
      leafId: answer.assistantMessage.id,
      messages: [...now.messages, ...fresh],
    };
  }

  effect(() => live.follow(runningId.value));

  return {
    detail,
    error,
    tree,
    branch,
    running,
    live: live.answer,
    connection: live.connection,
    load,
    /** Adds a message at the end of the branch. */
    async send(text: string, choice: Choice): Promise<void> {
      const last = branch.value.at(-1);
      add(await sendMessage(threadId, last?.id ?? null, text, choice));
    },
    /** Edits a question: a new branch beside the message. */
    async edit(message: Message, text: string, choice: Choice): Promise<void> {
      add(await sendMessage(threadId, message.parentId, text, choice));
    },
    /** Another answer to the same question: a new branch beside the old answer. */
    async regenerate(message: Message, modelId: string | null): Promise<void> {
      add(
        await read(
          api.POST("/messages/{messageId}/regenerate", {
            ...at({ messageId: message.id }),
            body: modelId ? { modelId } : {},
          }),
        ),
      );
    },
    async stop(): Promise<void> {
      const generationId = running.value?.generationId;
      if (generationId) await api.POST("/generations/{generationId}/stop", at({ generationId }));
    },
    /** Shows the branch through a message, at once and for the next visit. */
    async choose(messageId: string): Promise<void> {
      const now = detail.value;
      if (!now) return;
      const leaf = leafBelow(tree.value, messageId);
      detail.value = { ...now, leafId: leaf };
      await api.PUT("/threads/{threadId}/leaf", { ...at({ threadId }), body: { messageId: leaf } });
    },
    dispose(): void {
      live.stop();
    },
  };
});

import type {
  Me,
  Project,
  StartedAnswer,
  Thread,
  ThreadDetail,
  ThreadMessage,
} from "../lib/api-types.ts";

/** API objects for unit tests: complete, with distinct ids. */

const when = "2026-01-02T03:04:05.000Z";

export const me = (more: Partial<Me> = {}): Me => ({
  id: "u1",
  name: "Ada",
  email: "ada@example.com",
  role: "member",
  personalProjectId: "p1",
  restoreDays: 30,
  createdAt: when,
  ...more,
});

export const project = (id: string, more: Partial<Project> = {}): Project => ({
  id,
  name: `Project ${id}`,
  description: "",
  instructions: "",
  personal: false,
  role: "owner",
  version: 1,
  archivedAt: null,
  createdAt: when,
  updatedAt: when,
  deletedAt: null,
  restorableUntil: null,
  ...more,
});

export const thread = (id: string, more: Partial<Thread> = {}): Thread => ({
  id,
  projectId: "p1",
  projectName: "Project p1",
  title: `Thread ${id}`,
  visibility: "private",
  ownerId: "u1",
  ownerName: "Ada",
  leafId: null,
  agentId: null,
  modelId: null,
  effort: null,
  mayWrite: true,
  mayManage: true,
  version: 1,
  lastMessageAt: when,
  createdAt: when,
  updatedAt: when,
  deletedAt: null,
  ...more,
});

export const message = (id: string, more: Partial<ThreadMessage> = {}): ThreadMessage => ({
  id,
  threadId: "t1",
  parentId: null,
  role: "user",
  parts: [{ type: "text", text: id }],
  status: "complete",
  error: null,
  generationId: null,
  modelId: null,
  modelName: null,
  agentId: null,
  authorName: null,
  usage: null,
  costMicroUsd: null,
  createdAt: when,
  versionIds: [id],
  ...more,
});

/** A thread of consecutive messages; the last one is its leaf. */
export function threadOf(
  id: string,
  messages: readonly ThreadMessage[],
  nextCursor: string | null = null,
): ThreadDetail {
  return {
    ...thread(id),
    leafId: messages.at(-1)?.id ?? null,
    messages: [...messages],
    nextCursor,
  };
}

/** The server's response when an answer was started: the question, and the running answer. */
export function begun(question: string, answer: string, parentId: string | null): StartedAnswer {
  return {
    userMessage: message(question, { parentId }),
    assistantMessage: message(answer, {
      parentId: question,
      role: "assistant",
      status: "running",
      parts: [],
      generationId: `g-${answer}`,
    }),
    generationId: `g-${answer}`,
  };
}

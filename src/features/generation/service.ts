import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import { requireUsableAgent, resolveAgent } from "../agents/index.ts";
import { record } from "../audit/index.ts";
import { findUser } from "../identity/index.ts";
import {
  findMessage,
  listMessages,
  type MessageRow,
  messageNotFound,
  type ThreadScope,
} from "../threads/index.ts";
import { beginAnswer, findAnswerInputs } from "./begin-answer.ts";
import { answerRunning, wrongParent } from "./errors.ts";
import type { GenerationScope } from "./policy.ts";
import { requestStop } from "./repo.ts";
import type { NewMessage, StartedAnswer } from "./schema.ts";

const TITLE_LENGTH = 80;

/**
 * Adds a message to a thread and begins its answer. A parent with a follower gets a new branch; editing sends a
 * new message after the edited message's parent. Defaults for agent and model are the thread's.
 * @throws {Problem} 422 `wrong_parent`, `agent_unknown`, 409 `answer_running`, and those of {@link
 * beginAnswer}.
 */
export async function sendMessage(
  ctx: Ctx,
  scope: ThreadScope<"write">,
  input: NewMessage,
): Promise<StartedAnswer> {
  const acceptedAt = performance.now();
  const { userId } = userOf(ctx);
  const { project } = scope;
  const [rows, author, inputs] = await Promise.all([
    listMessages(ctx.db, scope),
    findUser(ctx.db, userId),
    findAnswerInputs(ctx, project, {
      agent:
        typeof input.agentId === "string"
          ? requireUsableAgent(ctx, project, input.agentId)
          : resolveAgent(ctx, project, input.agentId === undefined ? scope.agentId : null),
      modelId: input.modelId === undefined ? scope.modelId : input.modelId,
      effort: input.effort === undefined ? scope.effort : input.effort,
    }),
  ]);
  const messages = rows.map(({ message }) => message);
  const branch = input.parentId === null ? [] : branchTo(messages, input.parentId);
  const parent = branch.at(-1);
  if (input.parentId !== null && parent?.role !== "assistant") throw wrongParent();
  if (parent?.status === "running") throw answerRunning();
  const question: MessageRow = {
    id: ctx.deps.ids.next(),
    threadId: scope.threadId,
    parentId: input.parentId,
    role: "user",
    parts: [{ type: "text", text: input.text }],
    status: "complete",
    error: null,
    authorId: userId,
    generationId: null,
    modelId: null,
    agentId: null,
    createdAt: ctx.deps.clock.now(),
  };
  return beginAnswer(ctx, {
    scope,
    branch: [...branch, question],
    newQuestion: question,
    authorName: author?.name ?? null,
    inputs,
    acceptedAt,
    ...(messages.length === 0 ? { title: titleOf(input.text) } : {}),
    action: "message.sent",
  });
}

/**
 * Begins another answer to the same question, beside the existing one; for retry and regenerate.
 * @throws {Problem} 404 `message_not_found`, 409 `answer_running`, and those of {@link beginAnswer}.
 */
export async function regenerate(
  ctx: Ctx,
  scope: ThreadScope<"write">,
  messageId: string,
  modelId: string | null,
): Promise<StartedAnswer> {
  const acceptedAt = performance.now();
  const target = await findMessage(ctx.db, scope, messageId);
  if (!target) throw messageNotFound();
  if (target.status === "running") throw answerRunning();
  const [rows, inputs] = await Promise.all([
    listMessages(ctx.db, scope),
    findAnswerInputs(ctx, scope.project, {
      agent: resolveAgent(ctx, scope.project, target.agentId),
      modelId: modelId ?? target.modelId,
      effort: scope.effort,
    }),
  ]);
  const messages = rows.map(({ message }) => message);
  const branch = branchTo(messages, target.role === "user" ? target.id : (target.parentId ?? ""));
  const question = branch.at(-1);
  if (question === undefined) throw messageNotFound();
  return beginAnswer(ctx, {
    scope,
    branch,
    authorName: rows.find(({ message }) => message.id === question.id)?.authorName ?? null,
    inputs,
    acceptedAt,
    action: "message.regenerated",
  });
}

/**
 * Asks the process that writes an answer to stop; the produced text is kept and charged. Does nothing to an
 * answer that has ended.
 */
export async function stopGeneration(ctx: Ctx, scope: GenerationScope<"write">): Promise<void> {
  const { generation, thread } = scope;
  const asked = await inTransaction(ctx, async (tx) => {
    const running = await requestStop(tx.db, scope, ctx.deps.clock.now());
    await record(tx, {
      action: "generation.stopped",
      target: { kind: "generation", id: generation.id },
      projectId: thread.project.projectId,
    });
    return running;
  });
  if (!asked) return;
  await ctx.deps.services.generation.pubsub.stop(generation.id).catch((error) => {
    // The stop is stored; the process that writes the answer finds it when it renews its lease.
    ctx.deps.logger.warn({ err: error, generationId: generation.id }, "stop not announced");
  });
}

/** The messages from a thread's root to one message, oldest first; empty when it does not exist. */
function branchTo(messages: MessageRow[], leafId: string): MessageRow[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: MessageRow[] = [];
  for (
    let at = byId.get(leafId);
    at !== undefined;
    at = at.parentId === null ? undefined : byId.get(at.parentId)
  )
    branch.push(at);
  return branch.reverse();
}

/** The title of a new thread: the first line of its first question. */
function titleOf(text: string): string {
  const line = text.trim().split("\n")[0]?.replace(/\s+/g, " ").trim() ?? "";
  return line.length <= TITLE_LENGTH
    ? line || "New thread"
    : `${line
        .slice(0, TITLE_LENGTH - 1)
        .replace(/[\ud800-\udbff]$/, "")
        .trimEnd()}…`;
}

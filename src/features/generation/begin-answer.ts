import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import { estimateRequestTokens } from "../../providers/estimate-tokens.ts";
import type { Provider } from "../../providers/port.ts";
import { type ChosenModel, chooseModel, connectModel } from "../admin/index.ts";
import { resolveAgent } from "../agents/index.ts";
import { type AuditAction, record } from "../audit/index.ts";
import { placeHold } from "../metering/index.ts";
import { getProject } from "../projects/index.ts";
import {
  insertMessages,
  type MessageRow,
  type ThreadScope,
  touchThread,
} from "../threads/index.ts";
import { buildContext } from "./build-context.ts";
import { answerRunning } from "./errors.ts";
import { insertGeneration } from "./repo.ts";
import { HOLD_MS, LEASE_MS } from "./runner.ts";
import type { AnswerPlan } from "./running-answer.ts";
import { generationState } from "./state.ts";

export interface AnswerRequest {
  scope: ThreadScope;
  /** The branch to answer, oldest first, with the question last. */
  branch: MessageRow[];
  /** The question, when it is new and still to be stored. */
  newQuestion?: MessageRow;
  agentId: string | null;
  modelId: string | null;
  title?: string;
  action: Extract<AuditAction, "message.sent" | "message.regenerated">;
}

/**
 * Begins an answer: builds its context, holds its worst-case cost, stores question, empty answer and
 * generation in one transaction, then starts writing it in this process.
 * @returns the empty answer.
 * @throws {Problem} 402 when a budget cannot pay, 409 `answer_running`, 422 for a model that cannot be used or a message that is too long.
 */
export async function beginAnswer(ctx: Ctx, request: AnswerRequest): Promise<MessageRow> {
  const acceptedAt = performance.now();
  const { scope, branch } = request;
  const [project, agent] = await Promise.all([
    getProject(ctx, scope.project),
    resolveAgent(ctx, scope.project, request.agentId),
  ]);
  const model = await chooseModel(ctx, request.modelId ?? agent.modelId);
  const provider = await connectModel(ctx, model);
  const context = await buildContext(ctx, {
    scope: scope.project,
    projectInstructions: project.instructions,
    agent,
    model,
    branch,
  });
  const { answer, plan } = await inTransaction(ctx, (tx) =>
    store(tx, request, { model, agentId: agent.id, context, acceptedAt }),
  ).catch(refuseSecond);
  launch(ctx, plan, provider);
  return answer;
}

interface Prepared {
  model: ChosenModel;
  agentId: string | null;
  context: Awaited<ReturnType<typeof buildContext>>;
  acceptedAt: number;
}

async function store(
  tx: Ctx,
  request: AnswerRequest,
  { model, agentId, context, acceptedAt }: Prepared,
): Promise<{ answer: MessageRow; plan: AnswerPlan }> {
  const { ids, clock, processId } = tx.deps;
  const { userId } = userOf(tx);
  const { scope, newQuestion } = request;
  const question = request.branch.at(-1);
  if (question === undefined) throw new Error("There is nothing to answer");
  const now = clock.now();
  const until = new Date(now.getTime() + LEASE_MS);
  const generationId = ids.next();
  const messageId = ids.next();
  const common = {
    generationId,
    projectId: scope.project.projectId,
    threadId: scope.threadId,
    messageId,
    userId,
  };
  const hold = await placeHold(tx, {
    ...common,
    model,
    inputTokens: estimateRequestTokens(context.request),
    maxOutputTokens: context.request.maxOutputTokens,
    expiresAt: new Date(now.getTime() + HOLD_MS),
  });
  const stored = await insertMessages(tx.db, [
    ...(newQuestion === undefined ? [] : [newQuestion]),
    {
      id: messageId,
      threadId: scope.threadId,
      parentId: question.id,
      role: "assistant",
      parts: [],
      status: "running",
      generationId,
      modelId: model.id,
      agentId,
      createdAt: now,
    },
  ]);
  const answer = stored.at(-1);
  if (answer === undefined) throw new Error("The answer was not stored");
  await insertGeneration(tx.db, {
    id: generationId,
    threadId: scope.threadId,
    messageId,
    parentId: question.id,
    userId,
    status: "running",
    modelId: model.id,
    processId,
    leaseExpiresAt: until,
    manifest: { ...context.manifest, maxOutputTokens: hold.maxOutputTokens },
    createdAt: now,
  });
  await touchThread(tx.db, scope.threadId, messageId, now, request.title);
  await record(tx, {
    action: request.action,
    target: { kind: "thread", id: scope.threadId },
    projectId: scope.project.projectId,
    detail: { messageId },
  });
  return {
    answer,
    plan: {
      ...common,
      model,
      request: { ...context.request, maxOutputTokens: hold.maxOutputTokens },
      sources: context.sources,
      acceptedAt,
    },
  };
}

function launch(ctx: Ctx, plan: AnswerPlan, provider: Provider): void {
  generationState(ctx.deps).runner.start(plan, provider);
}

/** The database lets one answer run after a message; the second of two that came together is told so. */
function refuseSecond(error: unknown): never {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (Reflect.get(cause, "constraint_name") === "generations_running_branch")
      throw answerRunning();
  }
  throw error;
}

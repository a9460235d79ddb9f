import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import { storedAnswer } from "../../platform/http/keyed-request.ts";
import { estimateRequestTokens } from "../../providers/estimate-tokens.ts";
import type { Effort, ProviderAdapter } from "../../providers/port.ts";
import type { ResolvedAgent } from "../agents/index.ts";
import { type AuditAction, record } from "../audit/index.ts";
import { type Corpus, projectCorpus } from "../knowledge/index.ts";
import { placeHold } from "../metering/index.ts";
import { type ChosenModel, chooseModel, openAdapter } from "../models/index.ts";
import { getProject, type ProjectScope } from "../projects/index.ts";
import {
  insertMessages,
  type MessageRow,
  type ThreadScope,
  touchThread,
} from "../threads/index.ts";
import { type BuiltContext, buildContext } from "./build-context.ts";
import { answerRunning, shuttingDown } from "./errors.ts";
import { presentStarted } from "./present-started.ts";
import { insertGeneration } from "./repo.ts";
import { HOLD_MS, LEASE_MS } from "./runner.ts";
import type { AnswerPlan } from "./running-answer.ts";
import type { StartedAnswer } from "./schema.ts";

export interface AnswerRequest {
  scope: ThreadScope<"write">;
  /** The branch to answer, oldest first, with the question last. */
  branch: MessageRow[];
  /** The question, when it is new and still to be stored. */
  newQuestion?: MessageRow;
  /** Author of the question. */
  authorName: string | null;
  inputs: AnswerInputs;
  /** When the request arrived, by `performance.now()`. */
  acceptedAt: number;
  title?: string;
  action: Extract<AuditAction, "message.sent" | "message.regenerated">;
}

/** The inputs of an answer that do not depend on the question. */
export interface AnswerInputs {
  agent: ResolvedAgent;
  model: ChosenModel;
  /** How much the model thinks; null: as it does by itself. */
  effort: Effort | null;
  projectInstructions: string;
  corpus: Corpus;
}

/**
 * Finds the inputs for answers in a project. It does not need the question, so it runs in parallel with reading
 * the thread: each database wait delays the first token.
 * @param chosen the agent, still loading; for a null model, the agent's model or else the workspace's default;
 * for a null effort the agent's.
 * @throws {Problem} 422 for a model that cannot be used.
 */
export async function findAnswerInputs(
  ctx: Ctx,
  scope: ProjectScope,
  chosen: { agent: Promise<ResolvedAgent>; modelId: string | null; effort: Effort | null },
): Promise<AnswerInputs> {
  const [agent, model, project, corpus] = await Promise.all([
    chosen.agent,
    chosen.modelId === null
      ? chosen.agent.then(({ modelId }) => chooseModel(ctx, modelId))
      : chooseModel(ctx, chosen.modelId),
    getProject(ctx, scope),
    projectCorpus(ctx, scope),
  ]);
  const effort = chosen.effort ?? agent.effort;
  return { agent, model, effort, projectInstructions: project.instructions, corpus };
}

/**
 * Begins an answer: builds its context, holds its worst-case cost, stores question, empty answer and generation
 * in one transaction, then starts writing it in this process. Nothing is read after the commit, so a stored
 * question is acknowledged even when the database goes away right after.
 * @throws {Problem} 503 `shutting_down` when this process is stopping, 402 when a budget does not cover it, 409
 * `answer_running`, 422 for a model that cannot be used or a message that is too long.
 */
export async function beginAnswer(ctx: Ctx, request: AnswerRequest): Promise<StartedAnswer> {
  const { scope, branch, inputs } = request;
  refuseLeaving(ctx);
  const adapter = openAdapter(ctx, inputs.model.provider, inputs.model);
  const context = await buildContext(ctx, { scope: scope.project, branch, ...inputs });
  const { started, plan } = await inTransaction(ctx, (tx) => store(tx, request, context)).catch(
    refuseSecond,
  );
  launch(ctx, plan, adapter);
  return started;
}

async function store(
  tx: Ctx,
  request: AnswerRequest,
  context: BuiltContext,
): Promise<{ started: StartedAnswer; plan: AnswerPlan }> {
  // Checked again: building the context takes a while, and from here on the answer must be written.
  refuseLeaving(tx);
  const { ids, clock, processId } = tx.deps;
  const { userId } = userOf(tx);
  const { scope, newQuestion, authorName, acceptedAt } = request;
  const { agent, model } = request.inputs;
  const question = request.branch.at(-1);
  if (question === undefined) throw new Error("There is nothing to answer");
  const now = clock.now();
  const generationId = ids.next();
  const messageId = ids.next();
  const common = {
    generationId,
    projectId: scope.project.projectId,
    threadId: scope.threadId,
    messageId,
    userId,
  };
  // Pipelined in this order: the hold is first, and when it is refused nothing is stored.
  const [hold, stored] = await Promise.all([
    placeHold(tx, {
      ...common,
      model,
      inputTokens: estimateRequestTokens(context.request),
      maxOutputTokens: context.request.maxOutputTokens,
      lastsMs: HOLD_MS,
    }),
    insertMessages(tx.db, scope, [
      ...(newQuestion === undefined ? [] : [newQuestion]),
      {
        id: messageId,
        parentId: question.id,
        role: "assistant",
        parts: [],
        status: "running",
        generationId,
        modelId: model.id,
        agentId: agent.id,
        createdAt: now,
      },
    ]),
    touchThread(tx.db, scope, messageId, now, request.title),
    record(tx, {
      action: request.action,
      target: { kind: "thread", id: scope.threadId },
      projectId: scope.project.projectId,
      detail: { messageId },
    }),
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
    leaseMs: LEASE_MS,
    sentVersionIds: [...new Set(context.sources.map(({ fileVersionId }) => fileVersionId))],
    manifest: { ...context.manifest, maxOutputTokens: hold.maxOutputTokens },
    createdAt: now,
  });
  const started = presentStarted({ question, answer, authorName, modelName: model.displayName });
  tx.keyed?.answer(await storedAnswer(Response.json(started, { status: 202 })));
  return {
    started,
    plan: {
      ...common,
      model,
      request: { ...context.request, maxOutputTokens: hold.maxOutputTokens },
      sources: context.sources,
      acceptedAt,
    },
  };
}

/** After the drain delay running answers finish; with new ones the process would never exit. */
function refuseLeaving({ deps }: Ctx): void {
  if (deps.lifecycle.leaveSignal.aborted) throw shuttingDown();
}

function launch(ctx: Ctx, plan: AnswerPlan, adapter: ProviderAdapter): void {
  ctx.deps.services.generation.runner.start(plan, adapter);
}

/** The database allows one running answer per message; the second of two concurrent ones gets this error. */
function refuseSecond(error: unknown): never {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (Reflect.get(cause, "constraint_name") === "generations_running_branch")
      throw answerRunning();
  }
  throw error;
}

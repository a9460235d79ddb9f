import { z } from "@hono/zod-openapi";
import { type Ctx, userOf } from "../../platform/context.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { refusals } from "../../platform/http/refusals.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { textStream } from "../../platform/http/text-stream.ts";
import { usageForMessages } from "../metering/index.ts";
import { modelNames } from "../models/index.ts";
import { type MessageRow, onThread } from "../threads/index.ts";
import { type GenerationScope, onGeneration, onMessage } from "./policy.ts";
import { type Generation, generation, newMessage, regeneration, startedAnswer } from "./schema.ts";
import { regenerate, sendMessage, stopGeneration } from "./service.ts";
import { follow } from "./stream/follow.ts";

const started = {
  202: jsonAnswer(startedAnswer, "The question and the answer that is being written"),
  ...refusals(402),
};
const generationParams = z.object({ generationId: z.uuid() });
const position = z.coerce.number().int().min(0).max(2_147_483_647);

export function generationRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "post",
        path: "/threads/{threadId}/messages",
        ...guard(onThread("write"), "message.sent"),
        tags: ["threads"],
        summary: "Ask: add a message and begin its answer",
        request: { params: z.object({ threadId: z.uuid() }), body: jsonBody(newMessage) },
        responses: started,
      }),
      async (c) =>
        c.json(await sendMessage(c.get("ctx"), c.get("thread"), c.req.valid("json")), 202),
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/messages/{messageId}/regenerate",
        ...guard(onMessage(), "message.regenerated"),
        tags: ["threads"],
        summary: "Answer the same question again, beside the answer there is",
        request: { params: z.object({ messageId: z.uuid() }), body: jsonBody(regeneration) },
        responses: started,
      }),
      async (c) => {
        const { messageId } = c.req.valid("param");
        const started = await regenerate(
          c.get("ctx"),
          c.get("thread"),
          messageId,
          c.req.valid("json").modelId ?? null,
        );
        return c.json(started, 202);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/generations/{generationId}",
        ...guard(onGeneration("read"), null),
        tags: ["generations"],
        summary: "A generation's state and what was sent for it",
        request: { params: generationParams },
        responses: { 200: jsonAnswer(generation, "The generation") },
      }),
      async (c) => c.json(await present(c.get("ctx"), c.get("generation")), 200),
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/generations/{generationId}/stop",
        ...guard(onGeneration("write", { archived: true }), "generation.stopped"),
        tags: ["generations"],
        summary: "Stop an answer; the written text is kept",
        request: { params: generationParams },
        responses: {
          202: {
            description: "Stop requested; the event stream reports when the answer has ended",
          },
        },
      }),
      async (c) => {
        await stopGeneration(c.get("ctx"), c.get("generation"));
        return c.body(null, 202);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/generations/{generationId}/events",
        ...guard(onGeneration("read"), null),
        tags: ["generations"],
        summary: "The answer's events after a number, to the end (server-sent events)",
        request: {
          params: generationParams,
          query: z.object({ after: position.default(0) }),
          headers: z.object({ "last-event-id": position.optional() }),
        },
        responses: {
          200: {
            description: "An event stream",
            content: { "text/event-stream": { schema: z.string() } },
          },
        },
      }),
      (c) => {
        const ctx = c.get("ctx");
        const { deps } = ctx;
        const from = c.req.valid("header")["last-event-id"] ?? c.req.valid("query").after;
        const { runner, pubsub, streams } = deps.services.generation;
        const scope = c.get("generation");
        streams.requireRoom(userOf(ctx).userId);
        return new Response(
          textStream((signal) => follow(ctx, runner, pubsub, { scope, from, signal })),
          {
            headers: {
              "content-type": "text/event-stream",
              "cache-control": "no-store",
              "x-accel-buffering": "no",
            },
          },
        );
      },
    );
}

/** Model names, usage and cost of many messages, for the thread view. */
export async function describeMessages(ctx: Ctx, rows: MessageRow[]) {
  const generationIds = rows.flatMap(({ generationId }) => generationId ?? []);
  const [names, usages] = await Promise.all([
    modelNames(
      ctx,
      rows.flatMap(({ modelId }) => modelId ?? []),
    ),
    usageForMessages(ctx, generationIds),
  ]);
  return (row: MessageRow) => {
    const booked = row.generationId === null ? undefined : usages.get(row.generationId);
    return {
      modelName: row.modelId === null ? null : (names.get(row.modelId) ?? null),
      usage: booked?.usage ?? null,
      costMicroUsd: booked?.costMicroUsd ?? null,
    };
  };
}

async function present(ctx: Ctx, { generation: row }: GenerationScope): Promise<Generation> {
  const booked = (await usageForMessages(ctx, [row.id])).get(row.id);
  return {
    id: row.id,
    threadId: row.threadId,
    messageId: row.messageId,
    status: row.status,
    manifest: row.manifest,
    usage: booked?.usage ?? null,
    costMicroUsd: booked?.costMicroUsd ?? null,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

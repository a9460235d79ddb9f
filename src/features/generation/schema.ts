import { z } from "@hono/zod-openapi";
import { orNull, timestamp } from "../../platform/http/json.ts";
import { tokenUsage } from "../metering/index.ts";
import { effort, message, messageError, messagePart } from "../threads/index.ts";

export const generationStatus = z.enum(["running", "complete", "stopped", "interrupted", "failed"]);
export type GenerationStatus = z.infer<typeof generationStatus>;
export type EndStatus = Exclude<GenerationStatus, "running">;

/** A numbered event of a generation, in the log and on the wire (SSE `event:` is the type, `id:` the number). */
export const logEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), messageId: z.uuid() }),
  z.object({ type: z.literal("delta"), text: z.string() }),
  z.object({
    type: z.literal("reasoning"),
    text: z.string(),
    signature: z.string().optional(),
    redacted: z.literal(true).optional(),
  }),
  /** All text so far was reasoning, and citations in it are none. */
  z.object({ type: z.literal("thought") }),
  z.object({ type: z.literal("citation"), citation: messagePart }),
  z.object({ type: z.literal("usage"), usage: tokenUsage, costMicroUsd: z.number().int() }),
  z.object({
    type: z.literal("done"),
    status: z.enum(["complete", "stopped", "interrupted"]),
    reason: z.string().optional(),
  }),
  z.object({ type: z.literal("error"), error: messageError }),
]);
export type LogEvent = z.infer<typeof logEvent>;

/**
 * What was sent to the model, what was left out, and why: one line per item with its tokens, and one for the
 * rest of a kind.
 */
export const contextManifest = z
  .object({
    model: z.string(),
    contextWindow: z.number().int(),
    maxOutputTokens: z.number().int(),
    items: z.array(
      z.object({
        kind: z.enum(["instructions", "agent", "file", "passage", "message"]),
        title: z.string(),
        /** Absent where they were not counted. */
        tokens: z.number().int().optional(),
        included: z.boolean(),
        /** Why it was left out or shortened. */
        reason: z.string().optional(),
        /** How many of a kind share this line. */
        count: z.number().int().optional(),
        /** Its label in citations. */
        label: z.string().optional(),
        messageId: z.uuid().optional(),
        fileId: z.uuid().optional(),
        fileVersionId: z.uuid().optional(),
        start: z.number().int().optional(),
        end: z.number().int().optional(),
      }),
    ),
  })
  .openapi("ContextManifest");
export type ContextManifest = z.infer<typeof contextManifest>;

export const newMessage = z
  .strictObject({
    /** The message this one follows; null starts the thread, or a new branch at its root. */
    parentId: z.uuid().nullable().default(null),
    text: z.string().min(1).max(200_000),
    agentId: z.uuid().nullable().optional(),
    modelId: z.uuid().nullable().optional(),
    effort: effort.optional(),
  })
  .openapi("NewMessage");
export type NewMessage = z.infer<typeof newMessage>;

export const regeneration = z
  .strictObject({ modelId: z.uuid().nullable().optional() })
  .openapi("Regeneration");

export const startedAnswer = z
  .object({ userMessage: message, assistantMessage: message, generationId: z.uuid() })
  .openapi("StartedAnswer");
export type StartedAnswer = z.infer<typeof startedAnswer>;

export const generation = z
  .object({
    id: z.uuid(),
    threadId: z.uuid(),
    messageId: z.uuid(),
    status: generationStatus,
    manifest: contextManifest,
    usage: orNull(tokenUsage),
    costMicroUsd: z.number().int().nullable(),
    createdAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .openapi("Generation");
export type Generation = z.infer<typeof generation>;

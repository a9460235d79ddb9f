import { z } from "@hono/zod-openapi";
import { line, orNull, page, timestamp } from "../../platform/http/json.ts";
import { pageQuery } from "../../platform/http/pagination.ts";
import { EFFORTS } from "../../providers/index.ts";
import { tokenUsage } from "../metering/index.ts";

export const VISIBILITIES = ["private", "project"] as const;
export type Visibility = (typeof VISIBILITIES)[number];
export const MESSAGE_ROLES = ["user", "assistant"] as const;
/** State of an answer and its message: every status but `running` is final. */
export const ANSWER_STATUSES = ["running", "complete", "stopped", "interrupted", "failed"] as const;

/** Parts of a message. Clients skip unknown types, so a new type does not break an old client. */
export const messagePart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({
    type: z.literal("reasoning"),
    text: z.string(),
    signature: z.string().optional(),
    /** Encrypted thinking that only its provider can read, sent back unchanged. */
    redacted: z.literal(true).optional(),
  }),
  z.object({ type: z.literal("image"), fileId: z.uuid() }),
  z.object({ type: z.literal("file"), fileId: z.uuid() }),
  z.object({
    type: z.literal("citation"),
    /** The label inside the text's marker `[S1: "…"]`. */
    marker: z.string(),
    quote: z.string(),
    fileId: z.uuid(),
    fileVersionId: z.uuid(),
    fileName: z.string(),
    /** UTF-16 offsets in the file version's text; the text there equals the quote when `verified`. */
    start: z.number().int(),
    end: z.number().int(),
    verified: z.boolean(),
  }),
  z.object({ type: z.literal("tool_call"), id: z.string(), name: z.string(), input: z.unknown() }),
  z.object({ type: z.literal("tool_result"), id: z.string(), output: z.unknown() }),
]);
export type MessagePart = z.infer<typeof messagePart>;
export type CitationPart = Extract<MessagePart, { type: "citation" }>;

export const messageStatus = z.enum(ANSWER_STATUSES);

/** Token counts of an answer as billed; disjoint, but `reasoningTokens` is part of `outputTokens`. */
export const messageError = z.object({ code: z.string(), detail: z.string() });
export type MessageError = z.infer<typeof messageError>;

export const message = z
  .object({
    id: z.uuid(),
    threadId: z.uuid(),
    parentId: z.uuid().nullable(),
    role: z.enum(MESSAGE_ROLES),
    parts: z.array(messagePart),
    status: messageStatus,
    error: messageError.nullable(),
    generationId: z.uuid().nullable(),
    modelId: z.uuid().nullable(),
    modelName: z.string().nullable(),
    agentId: z.uuid().nullable(),
    authorName: z.string().nullable(),
    usage: orNull(tokenUsage),
    costMicroUsd: z.number().int().nullable(),
    createdAt: timestamp,
  })
  .openapi("Message");
export type Message = z.infer<typeof message>;

/** A message as its thread shows it. */
export const threadMessage = message
  .extend({
    /** The versions of this message, itself included, oldest first: edited questions, repeated answers. */
    versionIds: z.array(z.uuid()),
  })
  .openapi("ThreadMessage");
export const messagePage = page(threadMessage).openapi("MessagePage");

export const visibility = z.enum(VISIBILITIES);

/** How much the model thinks, where it can; null: as the agent says. */
export const effort = z.enum(EFFORTS).nullable();

export const thread = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    projectName: z.string(),
    title: z.string(),
    visibility,
    ownerId: z.uuid(),
    ownerName: z.string(),
    /** The leaf of the branch to show. */
    leafId: z.uuid().nullable(),
    agentId: z.uuid().nullable(),
    modelId: z.uuid().nullable(),
    effort,
    /** What the caller may do: write messages; rename, share and delete. */
    mayWrite: z.boolean(),
    mayManage: z.boolean(),
    version: z.number().int(),
    lastMessageAt: timestamp,
    createdAt: timestamp,
    updatedAt: timestamp,
    deletedAt: timestamp.nullable(),
  })
  .openapi("Thread");
export type Thread = z.infer<typeof thread>;

export const threadPage = page(thread).openapi("ThreadPage");
export const threadDetail = thread
  .extend({
    /** The newest messages of the shown branch, oldest first. */
    messages: z.array(threadMessage),
    /** The cursor of the page of earlier messages; null when these are all. */
    nextCursor: z.string().nullable(),
  })
  .openapi("ThreadDetail");
export type ThreadDetail = z.infer<typeof threadDetail>;

export const newThread = z
  .strictObject({
    title: line(200).optional(),
    visibility: visibility.default("private"),
    agentId: z.uuid().nullable().default(null),
    modelId: z.uuid().nullable().default(null),
    effort: effort.default(null),
  })
  .openapi("NewThread");
export type NewThread = z.infer<typeof newThread>;

export const threadChange = z
  .strictObject({
    title: line(200).optional(),
    visibility: visibility.optional(),
    agentId: z.uuid().nullable().optional(),
    modelId: z.uuid().nullable().optional(),
    effort: effort.optional(),
  })
  .openapi("ThreadChange");
export type ThreadChange = z.infer<typeof threadChange>;

export const leafChoice = z.strictObject({ messageId: z.uuid() }).openapi("LeafChoice");
export const threadParams = z.object({ threadId: z.uuid() });

export const branchQuery = pageQuery.extend({
  through: z.uuid().optional().openapi({
    description: "Read the branch through this message to its newest end, not the branch shown",
  }),
});
export type BranchQuery = z.infer<typeof branchQuery>;

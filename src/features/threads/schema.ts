import { z } from "@hono/zod-openapi";

/** Parts of a message. Readers skip types they do not know, so a new type never breaks an old client. */
export const messagePart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("reasoning"), text: z.string(), signature: z.string().optional() }),
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
    /** UTF-16 offsets in the file version's text; the words there are the quote when `verified`. */
    start: z.number().int(),
    end: z.number().int(),
    verified: z.boolean(),
  }),
  z.object({ type: z.literal("tool_call"), id: z.string(), name: z.string(), input: z.unknown() }),
  z.object({ type: z.literal("tool_result"), id: z.string(), output: z.unknown() }),
]);
export type MessagePart = z.infer<typeof messagePart>;
export type CitationPart = Extract<MessagePart, { type: "citation" }>;

export const messageStatus = z.enum(["complete", "running", "stopped", "interrupted", "failed"]);
export type MessageStatus = z.infer<typeof messageStatus>;

export const messageError = z.object({ code: z.string(), detail: z.string() });
export type MessageError = z.infer<typeof messageError>;

import { z } from "@hono/zod-openapi";
import { flag, line, prose, timestamp } from "../../platform/http/json.ts";
import { EFFORTS } from "../../providers/index.ts";

const temperature = z.number().min(0).max(2).nullable();
const maxOutputTokens = z.number().int().min(1).max(1_000_000).nullable();

/** How much the model thinks, where it can; null: as it does by itself. */
const effort = z.enum(EFFORTS).nullable();

export const agent = z
  .object({
    id: z.uuid(),
    /** Null: an agent of the whole workspace. */
    projectId: z.uuid().nullable(),
    name: z.string(),
    description: z.string(),
    instructions: z.string(),
    /** Null: the workspace's default model. */
    modelId: z.uuid().nullable(),
    temperature: z.number().nullable(),
    /** Output cap of one answer in tokens; null: the model's own. */
    maxOutputTokens: z.number().int().nullable(),
    effort,
    /** True for the default agent; it cannot be deleted. */
    isDefault: z.boolean(),
    version: z.number().int(),
    deletedAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .openapi("Agent");
export type Agent = z.infer<typeof agent>;

export const agentList = z
  .object({ items: z.array(agent), nextCursor: z.null() })
  .openapi("AgentList");

export const newAgent = z
  .strictObject({
    name: line(120),
    description: prose(2_000).default(""),
    instructions: prose(50_000).default(""),
    modelId: z.uuid().nullable().default(null),
    temperature: temperature.default(null),
    maxOutputTokens: maxOutputTokens.default(null),
    effort: effort.default(null),
  })
  .openapi("NewAgent");
export type NewAgent = z.infer<typeof newAgent>;

export const agentChange = z
  .strictObject({
    name: line(120).optional(),
    description: prose(2_000).optional(),
    instructions: prose(50_000).optional(),
    modelId: z.uuid().nullable().optional(),
    temperature: temperature.optional(),
    maxOutputTokens: maxOutputTokens.optional(),
    effort: effort.optional(),
  })
  .openapi("AgentChange");
export type AgentChange = z.infer<typeof agentChange>;

export const agentParams = z.object({ agentId: z.uuid() });
export const agentQuery = z.object({ deleted: flag() });

import { z } from "@hono/zod-openapi";

/** Micro-USD per million tokens. */
export const prices = z
  .object({
    input: z.number().int(),
    cacheRead: z.number().int(),
    cacheWrite: z.number().int(),
    output: z.number().int(),
  })
  .openapi("Prices");

export const providerKind = z.enum(["anthropic", "openai", "excerpts"]);

/** A model that people can choose. */
export const modelChoice = z
  .object({
    id: z.uuid(),
    displayName: z.string(),
    providerName: z.string(),
    providerKind,
    contextWindow: z.number().int(),
    maxOutputTokens: z.number().int(),
    images: z.boolean(),
    reasoning: z.boolean(),
    /** Of a call with little input. */
    prices,
    /** True for the one that is used where nobody chose. */
    isDefault: z.boolean(),
  })
  .openapi("ModelChoice");
export type ModelChoice = z.infer<typeof modelChoice>;

export const modelChoices = z
  .object({ items: z.array(modelChoice), nextCursor: z.null() })
  .openapi("ModelChoices");

import type { Dialect } from "../dialect.ts";
import { modelName, modelVersion } from "../model-name.ts";

/**
 * The dialect of Gemini's API for a model: 2.5 takes a thinking budget, 3 and later a level, and neither older
 * ones nor Gemma know thinking (ai.google.dev → "Gemini thinking").
 */
export function googleDialect(model: string): Dialect {
  const version = modelName(model).startsWith("gemini-") ? modelVersion(model) : 0;
  return {
    outputLimit: "max_tokens",
    includeUsage: true,
    temperature: true,
    systemRole: "system",
    reasoning: version >= 3 ? "effort" : version >= 2.05 ? "budget" : "none",
    cacheBreakpoints: false,
    signedThinking: true,
  };
}

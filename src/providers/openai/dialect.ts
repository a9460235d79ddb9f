/** Differences between endpoints that speak chat completions. */

export interface OpenAiDialect {
  /** OpenAI's reasoning models refuse `max_tokens`; most compatible servers know only that. */
  outputLimit: "max_completion_tokens" | "max_tokens";
  /** Asks for usage in the last chunk. Off only for servers that refuse unknown fields. */
  includeUsage: boolean;
  /** How to ask for thinking: OpenAI's effort levels, OpenRouter's token budget, or not at all. */
  reasoning: "effort" | "budget" | "none";
  /** Marks the end of the stable prefix as Anthropic does; OpenRouter passes it on. */
  cacheBreakpoints: boolean;
}

const COMPATIBLE: OpenAiDialect = {
  outputLimit: "max_tokens",
  includeUsage: true,
  reasoning: "none",
  cacheBreakpoints: false,
};

/** The dialect of an address, by its host; a common subset for unknown hosts. */
export function dialectFor(baseUrl: string): OpenAiDialect {
  const host = URL.parse(baseUrl)?.hostname ?? "";
  if (host === "api.openai.com" || host.endsWith(".openai.azure.com")) {
    return { ...COMPATIBLE, outputLimit: "max_completion_tokens", reasoning: "effort" };
  }
  if (host === "openrouter.ai") {
    return { ...COMPATIBLE, reasoning: "budget", cacheBreakpoints: true };
  }
  return COMPATIBLE;
}

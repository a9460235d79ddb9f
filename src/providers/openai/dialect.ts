/** How endpoints that speak chat completions differ. */

export interface OpenAiDialect {
  /** OpenAI's reasoning models refuse `max_tokens`; most compatible servers know nothing else. */
  outputLimit: "max_completion_tokens" | "max_tokens";
  /** Asks for usage in the last chunk. Off only for servers that refuse unknown fields. */
  includeUsage: boolean;
  /** How thinking is asked for: OpenAI's effort words, OpenRouter's token budget, or not at all. */
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

/** The dialect spoken at an address, by its host; the common ground of compatible servers otherwise. */
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

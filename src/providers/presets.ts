import type { ConnectableKind } from "./port.ts";
import type { AuthForm } from "./request-headers.ts";

/** What is known of a vendor or server, to fill in the form for a new provider. */
export interface ProviderPreset {
  id: string;
  name: string;
  kind: ConnectableKind;
  /** Null: the format's own vendor. `{…}` is a part to fill in. */
  baseUrl: string | null;
  /** Where the key goes; null: the format's usual place. */
  auth: AuthForm | null;
  /** Whether it answers only with a key. */
  needsKey: boolean;
}

/**
 * Vendors and servers with the addresses that they document. What their models refuse needs no entry: the dialect
 * follows from address and model name, and from what a server refuses.
 */
export const PRESETS: readonly ProviderPreset[] = [
  vendor("anthropic", "Anthropic", null, { kind: "anthropic" }),
  vendor("openai", "OpenAI", null),
  vendor("azure", "Azure OpenAI", "https://{resource}.openai.azure.com/openai/v1", {
    auth: "api-key",
  }),
  vendor("openrouter", "OpenRouter", "https://openrouter.ai/api/v1"),
  vendor("gemini", "Google Gemini", null, { kind: "google" }),
  vendor("mistral", "Mistral", "https://api.mistral.ai/v1"),
  vendor("groq", "Groq", "https://api.groq.com/openai/v1"),
  vendor("deepseek", "DeepSeek", "https://api.deepseek.com/v1"),
  vendor("xai", "xAI", "https://api.x.ai/v1"),
  vendor("ollama", "Ollama", "http://localhost:11434/v1", { needsKey: false }),
  vendor("vllm", "vLLM", "http://localhost:8000/v1", { needsKey: false }),
  vendor("lm-studio", "LM Studio", "http://localhost:1234/v1", { needsKey: false }),
  vendor("litellm", "LiteLLM", "http://localhost:4000/v1"),
];

function vendor(
  id: string,
  name: string,
  baseUrl: string | null,
  others: Partial<ProviderPreset> = {},
): ProviderPreset {
  return { id, name, kind: "openai", baseUrl, auth: null, needsKey: true, ...others };
}

/** The words of all wire formats for why an answer ended, and their meaning. */

/** `tool_use`: the model called a tool; `failed`: the provider gave up, and a new try may succeed. */
export type EndMeaning = "stop" | "length" | "refusal" | "tool_use" | "failed" | "unknown";

/**
 * One table for all formats, since gateways pass on the words of the model behind them. Sources: the API
 * references of OpenAI, Anthropic, Google, Mistral, DeepSeek, Zhipu, Cohere and Bedrock, Together (`eos`), TGI
 * (`eos_token`) and vLLM (`abort`).
 */
const WORDS: Record<Exclude<EndMeaning, "unknown">, readonly string[]> = {
  stop: ["stop", "eos", "eos_token", "end_turn", "stop_sequence", "complete", "completed"],
  length: [
    "length",
    "max_tokens",
    "max_output_tokens",
    "model_length",
    "model_context_window_exceeded",
  ],
  refusal: [
    "refusal",
    "content_filter",
    "content_filtered",
    "guardrail_intervened",
    "sensitive",
    "safety",
    "recitation",
    "language",
    "blocklist",
    "prohibited_content",
    "spii",
    "image_safety",
    "image_prohibited_content",
    "image_recitation",
    "error_toxic",
  ],
  tool_use: [
    "tool_use",
    "tool_call",
    "tool_calls",
    "function_call",
    "malformed_function_call",
    "unexpected_tool_call",
    "too_many_tool_calls",
  ],
  failed: [
    "error",
    "abort",
    "insufficient_system_resource",
    "network_error",
    "malformed_response",
    "missing_thought_signature",
  ],
};

const MEANINGS: ReadonlyMap<string, EndMeaning> = new Map(
  (["stop", "length", "refusal", "tool_use", "failed"] as const).flatMap((meaning) =>
    WORDS[meaning].map((word): [string, EndMeaning] => [word, meaning]),
  ),
);

/** Words for that there is no reason yet. */
const NONE: readonly string[] = ["", "null", "finish_reason_unspecified"];

/** The meaning of a wire's word, in any case, or of a number for it; undefined where there is none yet. */
export function endMeaning(word: unknown): EndMeaning | undefined {
  if (typeof word === "number" && word > 0) return "unknown";
  if (typeof word !== "string" || NONE.includes(word.toLowerCase())) return undefined;
  return MEANINGS.get(word.toLowerCase()) ?? "unknown";
}

/** Rules that depend on the version of a Claude model, derived from its name. */

export interface AnthropicModelRules {
  /** `budget`: thinking takes a token budget. `adaptive`: the model decides, a budget is refused. */
  thinking: "budget" | "adaptive";
  /** Whether the model accepts a temperature. */
  temperature: boolean;
}

/**
 * Claude 4.6 and later use adaptive thinking; 4.7 and later refuse sampling parameters (Anthropic's migration
 * guides). The version follows the family in the name (`claude-opus-4-7`) or, before 4, precedes it
 * (`claude-3-7-sonnet-20250219`); eight digits are a date. A name without a version gets the old rules.
 */
export function anthropicModelRules(model: string): AnthropicModelRules {
  const numbers = model.match(/(?<!\d)\d{1,2}(?!\d)/g)?.map(Number) ?? [];
  const version = (numbers[0] ?? 0) + (numbers[1] ?? 0) / 100;
  return { thinking: version >= 4.06 ? "adaptive" : "budget", temperature: version < 4.07 };
}

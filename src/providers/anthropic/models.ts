/** What depends on the version of a Claude model, read from its name. */

export interface AnthropicModelRules {
  /** `budget`: thinking takes a token budget. `adaptive`: the model decides, a budget is refused. */
  thinking: "budget" | "adaptive";
  /** Whether the model still takes a temperature. */
  temperature: boolean;
}

/**
 * Claude 4.6 and later think adaptively; 4.7 and later refuse sampling parameters (Anthropic's migration
 * guides). Names carry the version behind the family (`claude-opus-4-7`) or, before 4, ahead of it
 * (`claude-3-7-sonnet-20250219`); eight digits are a date. A name without a version keeps the old form.
 */
export function anthropicModelRules(model: string): AnthropicModelRules {
  const numbers = model.match(/(?<!\d)\d{1,2}(?!\d)/g)?.map(Number) ?? [];
  const version = (numbers[0] ?? 0) + (numbers[1] ?? 0) / 100;
  return { thinking: version >= 4.06 ? "adaptive" : "budget", temperature: version < 4.07 };
}

/**
 * A model's own name, lower case, without what gateways put around it: paths (`openrouter/anthropic/…`, an ARN),
 * `us.anthropic.` and `-v1:0` (Bedrock), `@20250805` (Vertex), `ft:` and `databricks-`.
 */
export function modelName(model: string): string {
  return model
    .slice(model.lastIndexOf("/") + 1)
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/^(ft:|databricks-)/, "")
    .replace(/^([a-z-]+\.){1,2}(?=[a-z]{2})/, "")
    .replace(/@.*$/, "")
    .replace(/(?<=^claude-.+)-v\d+$|-v\d+:\d+$/, "");
}

/**
 * The version in the name of a Claude model: 4.06 for 4.6, so that 4.10 would follow 4.9. It follows the family
 * (`claude-opus-4-7`) or, before 4, precedes it (`claude-3-7-sonnet-20250219`); eight digits are a date. 0 without
 * one.
 */
export function modelVersion(model: string): number {
  const numbers =
    modelName(model)
      .match(/(?<!\d)\d{1,2}(?!\d)/g)
      ?.map(Number) ?? [];
  return (numbers[0] ?? 0) + (numbers[1] ?? 0) / 100;
}

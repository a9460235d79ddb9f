/** A provider's token count as a whole number ≥ 0; undefined when it is absent or nonsense. */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0
    ? Math.ceil(value)
    : undefined;
}

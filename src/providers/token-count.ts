/** No model reads or writes as much in one call; a larger count must not end up in the ledger. */
const MOST = 1_000_000_000;

/** A provider's token count as a whole number from 0 to 10⁹; undefined when absent or invalid. */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= MOST ? Math.ceil(value) : undefined;
}

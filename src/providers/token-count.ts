/** No model reads or writes as much in one call; a larger count must not end up in the ledger. */
const MOST = 1_000_000_000;

/** A provider's token count, a number or its digits, as a whole number from 0 to 10⁹; undefined when absent or invalid. */
export function tokenCount(value: unknown): number | undefined {
  const count = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof count === "number" && count >= 0 && count <= MOST ? Math.ceil(count) : undefined;
}

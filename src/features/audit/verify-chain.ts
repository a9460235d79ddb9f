import type { Database } from "../../platform/db/client.ts";
import { listChain } from "./repo.ts";
import { CHAIN_START, chainHash, sealChain } from "./seal-chain.ts";

const BATCH = 1000;

export interface ChainReport {
  /** How many rows hold, counted from the first. */
  rows: number;
  /** Hash of the last row that holds; kept elsewhere, it later proves that nothing up to it was cut off or rewritten. */
  head: string;
  /** The first row that does not hold, and why. */
  broken: { seq: number; reason: "missing_before" | "not_chained" | "changed" } | null;
  /** Whether the chain contains the hash asked for; null when none was. */
  contains: boolean | null;
}

/**
 * Recomputes the whole chain, from the first row; what is not in it yet is sealed first.
 * @param expected a head noted earlier. A chain alone cannot show that its end was cut off; a noted head can.
 */
export async function verifyChain(db: Database, expected?: string): Promise<ChainReport> {
  const report: ChainReport = {
    rows: 0,
    head: CHAIN_START,
    broken: null,
    contains: expected === undefined ? null : expected === CHAIN_START,
  };
  await sealChain(db);
  for (;;) {
    const batch = await listChain(db, report.rows, BATCH);
    for (const row of batch) {
      const seq = row.seq ?? 0;
      const previousHash = row.previousHash ?? "";
      const reason =
        seq !== report.rows + 1
          ? "missing_before"
          : previousHash !== report.head
            ? "not_chained"
            : row.hash === null || row.hash !== chainHash({ ...row, seq, previousHash })
              ? "changed"
              : null;
      if (reason !== null) return { ...report, broken: { seq, reason } };
      report.rows = seq;
      report.head = row.hash ?? "";
      if (row.hash === expected) report.contains = true;
    }
    if (batch.length < BATCH) return report;
  }
}

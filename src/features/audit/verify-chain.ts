import type { Database } from "../../platform/db/client.ts";
import { CHAIN_START, rowHash, unkeyedRowHash } from "./hash-row.ts";
import {
  type AuditRow,
  findFirstSeal,
  findUnkeyedHead,
  listSeals,
  listUnkeyed,
  type Seal,
} from "./repo.ts";
import { type ChainKeys, sealChain, verifySeal } from "./seal-chain.ts";

const BATCH = 1000;
/** A row may commit after later ones were sealed, and be found by the hourly full scan. */
const LATE_MS = 7_200_000;

export type Breach =
  | "missing_before"
  | "not_chained"
  | "row_missing"
  | "changed"
  | "forged"
  | "out_of_time"
  | "unknown_key";

export interface ChainReport {
  /** Number of verified rows, from the first. */
  rows: number;
  /** How many of them are from before the chain had a key; the keyed seals cover them. */
  unkeyed: number;
  /** Hash of the last verified row. */
  head: string;
  /** The first row that does not verify, and why. */
  broken: { seq: number; reason: Breach } | null;
  /** Whether the chain contains the expected hash; null without one. */
  contains: boolean | null;
}

/**
 * Verifies the whole chain from the first row, after sealing new rows. Seals of keys that have left the ring
 * are covered by later seals, whose hashes include theirs.
 * @param expected a head noted earlier. A chain alone cannot show that its end was removed; a noted head can.
 */
export async function verifyChain(
  db: Database,
  keys: ChainKeys,
  expected?: string,
): Promise<ChainReport> {
  await sealChain(db, keys, { everything: true });
  const first = await findFirstSeal(db);
  const switchSeq = first ? first.seq - 1 : ((await findUnkeyedHead(db))?.unkeyedSeq ?? 0);
  const report: ChainReport = {
    rows: 0,
    unkeyed: switchSeq,
    head: CHAIN_START,
    broken: null,
    contains: expected === undefined ? null : expected === CHAIN_START,
  };
  const hold = (seq: number, hash: string) => {
    report.rows = seq;
    report.head = hash;
    if (hash === expected) report.contains = true;
  };
  report.broken =
    (await verifyUnkeyed(db, report, switchSeq, hold)) ??
    (await verifySeals(db, keys, report, hold));
  return report;
}

type Hold = (seq: number, hash: string) => void;
type Broken = ChainReport["broken"];

async function verifyUnkeyed(
  db: Database,
  report: ChainReport,
  upTo: number,
  hold: Hold,
): Promise<Broken> {
  for (;;) {
    const batch = await listUnkeyed(db, { after: report.rows, upTo, limit: BATCH });
    for (const row of batch) {
      const seq = row.unkeyedSeq ?? 0;
      const reason =
        seq !== report.rows + 1
          ? "missing_before"
          : row.unkeyedPreviousHash !== report.head
            ? "not_chained"
            : row.unkeyedHash === null || row.unkeyedHash !== unkeyedRowHash(row)
              ? "changed"
              : null;
      if (reason !== null) return { seq, reason };
      hold(seq, row.unkeyedHash ?? "");
    }
    if (batch.length < BATCH) break;
  }
  return report.rows === upTo ? null : { seq: report.rows + 1, reason: "missing_before" };
}

async function verifySeals(
  db: Database,
  keys: ChainKeys,
  report: ChainReport,
  hold: Hold,
): Promise<Broken> {
  let before: Seal | undefined;
  let unknownFrom: number | null = null;
  for (;;) {
    const batch = await listSeals(db, report.rows, BATCH);
    for (const { seal, row } of batch) {
      const signed = verifySeal(keys, seal);
      const reason = judge(report, before, seal, row, signed);
      if (reason !== null) return { seq: seal.seq, reason };
      unknownFrom = signed === null ? (unknownFrom ?? seal.seq) : null;
      before = seal;
      hold(seal.seq, seal.hash);
    }
    if (batch.length < BATCH) break;
  }
  return unknownFrom === null ? null : { seq: unknownFrom, reason: "unknown_key" };
}

function judge(
  { rows, head }: ChainReport,
  before: Seal | undefined,
  seal: Seal,
  row: AuditRow | null,
  signed: boolean | null,
): Breach | null {
  if (seal.seq !== rows + 1) return "missing_before";
  if (seal.previousHash !== head) return "not_chained";
  if (row === null) return "row_missing";
  if (seal.hash !== rowHash(seal, row)) return "changed";
  if (signed === false) return "forged";
  if (row.detail.unverified === true && row.action === "audit.chain_keyed") return "unknown_key";
  const earliest = before === undefined ? 0 : before.sealedAt.getTime();
  if (seal.sealedAt.getTime() < earliest || row.at > seal.sealedAt) return "out_of_time";
  return row.at.getTime() < earliest - LATE_MS ? "out_of_time" : null;
}

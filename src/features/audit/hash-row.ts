import { createHash } from "node:crypto";
import type { AuditRow, Seal } from "./repo.ts";

/** The hash before the first row. */
export const CHAIN_START = "0".repeat(64);
/** `SecretKeys` purpose of the chain's key. */
export const CHAIN_PURPOSE = "audit-chain";

/** SHA-256 over the seal's number and time, the previous hash, and every column of the row, in a fixed order. */
export function rowHash(
  { seq, sealedAt, previousHash }: Pick<Seal, "seq" | "sealedAt" | "previousHash">,
  row: AuditRow,
): string {
  return sha256([
    2,
    previousHash,
    seq,
    sealedAt.toISOString(),
    ...columns(row),
    row.callerRequestId,
  ]);
}

/** The hash of rows from before the chain had a key. */
export function unkeyedRowHash(row: AuditRow): string {
  return sha256([row.unkeyedPreviousHash, row.unkeyedSeq, ...columns(row)]);
}

function columns(row: AuditRow): unknown[] {
  return [
    row.id,
    row.at.toISOString(),
    row.actorKind,
    row.actorId,
    row.action,
    row.targetKind,
    row.targetId,
    row.projectId,
    sortKeys(row.detail),
    row.requestId,
    row.ip,
  ];
}

function sha256(values: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex");
}

/** jsonb does not keep key order, so the hash must not depend on it. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

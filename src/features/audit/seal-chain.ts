import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import type { Deps } from "../../platform/deps.ts";
import { CHAIN_PURPOSE, CHAIN_START, rowHash } from "./hash-row.ts";
import {
  type AuditRow,
  findChainState,
  findFirstSeal,
  findLastSeal,
  findSeal,
  findUnkeyedHead,
  insertAudit,
  insertSeals,
  isKeyAnnounced,
  listUnsealed,
  readDatabaseClock,
  type Seal,
} from "./repo.ts";

/** Arbitrary constant: one process seals at a time. */
const SEAL_LOCK = 7_263_548_191;
const BATCH = 500;
/** How far before the newest seal unsealed rows are searched every second; longer than transactions last. */
const RECENT_MS = 120_000;
/** After this long no other process will seal with a key that we do not have. */
const ABANDONED_MS = 900_000;

export type ChainKeys = Pick<Deps, "secrets" | "ids">;

/** A position in the chain; stored elsewhere, it proves later that nothing up to it was removed or rewritten. */
export interface Head {
  seq: number;
  hash: string;
}

export interface Sealing {
  /** The newest seal, if any. */
  last: Head | undefined;
  /** Whether the previous seal is gone, or the newest one was not made by the key that it names. */
  tampered: boolean;
}

/**
 * Seals every committed row that is not in the chain yet. Each seal holds a hash over the row and the previous
 * hash, signed with the newest key of the ring: without the key, access to the database is not enough to change
 * a row or append a seal undetected. Sealing inside each change's transaction would serialise all commits of
 * the workspace, so it is done afterwards.
 * It looks before it takes the lock, since most of the time there is nothing to seal.
 * @param seen the newest seal after the previous run: it must still exist.
 * @param everything searches rows of any age, not only recent ones.
 */
export async function sealChain(
  db: Database,
  keys: ChainKeys,
  { seen, everything = false }: { seen?: Head | undefined; everything?: boolean } = {},
): Promise<Sealing> {
  const idle = everything ? null : await findNothing(db, keys, seen);
  if (idle !== null) return idle;
  const done: Sealing = { last: seen, tampered: false };
  for (;;) {
    const { last, tampered, count } = await db.transaction((tx) =>
      sealBatch(tx, keys, done.last, everything),
    );
    done.last = last;
    done.tampered ||= tampered;
    if (count < BATCH) return done;
  }
}

/** The state of a chain to which nothing is to be added; null when there may be. */
async function findNothing(
  db: Database,
  keys: ChainKeys,
  seen: Head | undefined,
): Promise<Sealing | null> {
  const state = await findChainState(db, RECENT_MS);
  if (state === undefined || state.unsealed) return null;
  const { last } = state;
  return { last, tampered: await isTampered(db, keys, seen, last) };
}

async function sealBatch(
  tx: Database,
  keys: ChainKeys,
  seen: Head | undefined,
  everything: boolean,
): Promise<Sealing & { count: number }> {
  await tx.execute(sql`select pg_advisory_xact_lock(${SEAL_LOCK})`);
  const last = await findLastSeal(tx);
  const trusted = last === undefined ? true : verifySeal(keys, last);
  const tampered = await isTampered(tx, keys, seen, last);
  const now = await readDatabaseClock(tx);
  // Another process has a newer key, as in a rotation, and seals instead.
  if (trusted === null && last && now.getTime() - last.sealedAt.getTime() < ABANDONED_MS)
    return { last, tampered, count: 0 };
  const start = last ?? (await findStart(tx));
  const first = await findFirstSeal(tx);
  const rows = await listUnsealed(tx, {
    unkeyedUpTo: first === undefined ? start.seq : first.seq - 1,
    since: everything || !last ? null : new Date(last.sealedAt.getTime() - RECENT_MS),
    limit: BATCH,
  });
  if (rows.length === 0) return { last, tampered, count: 0 };
  const announced = await announceKey(tx, keys, start, { last, trusted });
  const seals = chain(keys, { start, last, now }, [...announced, ...rows]);
  await insertSeals(tx, seals);
  return { last: seals.at(-1), tampered, count: rows.length };
}

function chain(
  { secrets }: ChainKeys,
  { start, last, now }: { start: Head; last: Seal | undefined; now: Date },
  rows: AuditRow[],
): Seal[] {
  const times = [now, ...rows.map(({ at }) => at), ...(last ? [last.sealedAt] : [])];
  const sealedAt = new Date(Math.max(...times.map((time) => time.getTime())));
  let head = start;
  return rows.map((row) => {
    const place = { seq: head.seq + 1, sealedAt, previousHash: head.hash };
    const hash = rowHash(place, row);
    head = { seq: place.seq, hash };
    return {
      ...place,
      auditId: row.id,
      hash,
      keyId: secrets.newestId,
      mac: secrets.sign(hash, CHAIN_PURPOSE),
    };
  });
}

/** Start of the keyed chain: after the rows chained without a key, if any. */
async function findStart(tx: Database): Promise<Head> {
  const row = await findUnkeyedHead(tx);
  return row?.unkeyedSeq == null
    ? { seq: 0, hash: CHAIN_START }
    : { seq: row.unkeyedSeq, hash: row.unkeyedHash ?? "" };
}

/**
 * A key's first seal in an existing chain is on a row that records the switch: from the unkeyed chain, by a
 * rotation, or after the last key was lost.
 */
async function announceKey(
  tx: Database,
  { secrets, ids }: ChainKeys,
  start: Head,
  { last, trusted }: { last: Seal | undefined; trusted: boolean | null },
): Promise<AuditRow[]> {
  const { newestId: keyId } = secrets;
  const begins = last === undefined && start.seq === 0;
  if (begins || last?.keyId === keyId) return [];
  if (trusted !== null && (await isKeyAnnounced(tx, keyId))) return [];
  const row = await insertAudit(tx, {
    id: ids.next(),
    actorKind: "system:audit",
    action: "audit.chain_keyed",
    targetKind: "audit",
    detail: {
      keyId,
      after: start.seq,
      head: start.hash,
      ...(trusted === null ? { unverified: true } : {}),
    },
  });
  return [row];
}

/** Whether the key named in a seal made it; null when the ring does not have that key. */
export function verifySeal({ secrets }: Pick<ChainKeys, "secrets">, seal: Seal): boolean | null {
  return secrets.verifyBy(seal.keyId, seal.hash, seal.mac, CHAIN_PURPOSE);
}

/** Whether the newest seal was not made by its key, or the one seen before is gone. */
async function isTampered(
  db: Database,
  keys: ChainKeys,
  seen: Head | undefined,
  last: Seal | undefined,
): Promise<boolean> {
  const forged = last !== undefined && verifySeal(keys, last) === false;
  return forged || !(await isStillThere(db, seen, last));
}

async function isStillThere(
  tx: Database,
  seen: Head | undefined,
  last: Seal | undefined,
): Promise<boolean> {
  if (seen === undefined) return true;
  const then = last?.seq === seen.seq ? last : await findSeal(tx, seen.seq);
  return then?.hash === seen.hash;
}

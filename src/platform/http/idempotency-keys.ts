import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { inFuture } from "../db/time.ts";
import { idempotencyKeys } from "./tables.ts";

const KEPT = sql`interval '1 day'`;
/** Longer than any request runs: after that its process is presumed dead, and its late writes are refused. */
const CLAIM_MS = 60_000;
/** The same for rows of a release without claims. */
const UNCLAIMED = sql`interval '5 minutes'`;

/** The key of a request, and the attempt that holds it. */
export interface Claim {
  actorId: string;
  key: string;
  claimId: string;
  /** SHA-256 of method, path and body. */
  requestHash: string;
}

/** A stored response; without a body it may not be stored, and a repetition is refused. */
export interface StoredAnswer {
  status: number;
  body: { text: string | null; headers: Record<string, string> };
}

const { actorId, key, status, effectAt, claimId, claimedUntil, createdAt } = idempotencyKeys;
const isForgotten = sql`${createdAt} + ${KEPT} <= now()`;
/** Expired, or left by a request that died without an effect. */
const isFree = sql`${isForgotten} or (${status} is null and ${effectAt} is null
  and coalesce(${claimedUntil}, ${createdAt} + ${UNCLAIMED}) <= now())`;
const isSlot = (claim: Claim) => and(eq(actorId, claim.actorId), eq(key, claim.key));
const isOurs = (claim: Claim) => and(isSlot(claim), eq(claimId, claim.claimId));

/**
 * Claims a free key in one statement; waits for a transaction that is consuming it.
 * @returns the key's state when it was claimed before, by another request or by this one.
 */
export async function claimKey(db: Database, claim: Claim) {
  const fresh = {
    requestHash: claim.requestHash,
    claimId: claim.claimId,
    claimedUntil: inFuture(CLAIM_MS),
    effectAt: null,
    status: null,
    body: null,
    createdAt: sql`now()`,
  };
  const taken = await db
    .insert(idempotencyKeys)
    .values({ actorId: claim.actorId, key: claim.key, ...fresh })
    .onConflictDoUpdate({ target: [actorId, key], set: fresh, setWhere: isFree })
    .returning({ key });
  if (taken.length > 0) return null;
  const [known] = await db
    .select({
      claimId,
      requestHash: idempotencyKeys.requestHash,
      status,
      body: idempotencyKeys.body,
      /** Its effect is stored, and its response will not be. */
      ended: sql<boolean>`${effectAt} is not null and ${claimedUntil} <= now()`,
    })
    .from(idempotencyKeys)
    .where(isSlot(claim))
    .limit(1);
  return known ?? { claimId: null, requestHash: null, status: null, body: null, ended: false };
}

/**
 * Marks the key as used, in the transaction of the effect. @returns false when another request holds it by now.
 */
export async function markUsed(
  db: Database,
  claim: Claim,
  answer: StoredAnswer | null,
): Promise<boolean> {
  const rows = await db
    .update(idempotencyKeys)
    .set({ effectAt: sql`now()`, ...answer })
    .where(isOurs(claim))
    .returning({ key });
  return rows.length > 0;
}

export async function storeAnswer(db: Database, claim: Claim, answer: StoredAnswer): Promise<void> {
  await db
    .update(idempotencyKeys)
    .set(answer)
    .where(and(isOurs(claim), isNull(status)));
}

/**
 * Frees a key whose request ended without success. If its effect is stored anyway, the key stays used; waits
 * for a transaction that may still store it.
 */
export async function releaseKey(db: Database, claim: Claim): Promise<void> {
  await db.delete(idempotencyKeys).where(and(isOurs(claim), isNull(effectAt), isNull(status)));
  await db
    .update(idempotencyKeys)
    .set({ claimedUntil: sql`now()` })
    .where(and(isOurs(claim), isNotNull(effectAt), isNull(status)));
}

/** Deletes stored responses older than a day. */
export async function forgetKeys(db: Database): Promise<void> {
  await db.delete(idempotencyKeys).where(isForgotten);
}
